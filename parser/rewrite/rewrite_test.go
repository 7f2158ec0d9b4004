package rewrite_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lbconf/lbconf/parser/rewrite"
)

func TestTemplate(t *testing.T) {
	lit := func(start, end int, text string) rewrite.Part {
		return &rewrite.Literal{Place: rewrite.Place{Start: start, End: end}, Text: text}
	}
	tests := []struct {
		text string
		want []rewrite.Part
	}{
		{"", nil},
		{"/a$1/%2", []rewrite.Part{
			lit(0, 2, "/a"), &rewrite.RuleRef{Place: rewrite.Place{Start: 2, End: 4}, N: 1},
			lit(4, 5, "/"), &rewrite.CondRef{Place: rewrite.Place{Start: 5, End: 7}, N: 2},
		}},
		// %20 is a reference to group 2: the classic trap, and the way around it.
		{"a%20", []rewrite.Part{lit(0, 1, "a"), &rewrite.CondRef{Place: rewrite.Place{Start: 1, End: 3}, N: 2}, lit(3, 4, "0")}},
		{`a\%20`, []rewrite.Part{
			lit(0, 1, "a"), &rewrite.Literal{Place: rewrite.Place{Start: 1, End: 3}, Text: "%", Escaped: true}, lit(3, 5, "20"),
		}},
		{"50%", []rewrite.Part{lit(0, 3, "50%")}},
		{"%a$b$", []rewrite.Part{lit(0, 5, "%a$b$")}},
		{`x\`, []rewrite.Part{lit(0, 2, `x\`)}},
		{"%{x", []rewrite.Part{lit(0, 3, "%{x")}},
		{"${x}", []rewrite.Part{lit(0, 4, "${x}")}},
		{"%{Request_Uri}", []rewrite.Part{&rewrite.Var{
			Place:    rewrite.Place{Start: 0, End: 14},
			Variable: rewrite.Variable{Kind: rewrite.ServerVar, Name: "REQUEST_URI"},
		}}},
		{"${m:$1|d}", []rewrite.Part{&rewrite.MapLookup{
			Place: rewrite.Place{Start: 0, End: 9}, Map: "m",
			Key:     rewrite.Template{Text: "$1", Parts: []rewrite.Part{&rewrite.RuleRef{Place: rewrite.Place{Start: 4, End: 6}, N: 1}}},
			Default: rewrite.Template{Text: "d", Parts: []rewrite.Part{lit(7, 8, "d")}}, HasDefault: true,
		}}},
		// Nested braces are counted, and a colon or bar inside them does not split the outer lookup.
		{"${m:${n:x|y}|z}", []rewrite.Part{&rewrite.MapLookup{
			Place: rewrite.Place{Start: 0, End: 15}, Map: "m",
			Key: rewrite.Template{Text: "${n:x|y}", Parts: []rewrite.Part{&rewrite.MapLookup{
				Place: rewrite.Place{Start: 4, End: 12}, Map: "n",
				Key:     rewrite.Template{Text: "x", Parts: []rewrite.Part{lit(8, 9, "x")}},
				Default: rewrite.Template{Text: "y", Parts: []rewrite.Part{lit(10, 11, "y")}}, HasDefault: true,
			}}},
			Default: rewrite.Template{Text: "z", Parts: []rewrite.Part{lit(13, 14, "z")}}, HasDefault: true,
		}}},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, rewrite.ParseTemplate(tt.text).Parts); diff != "" {
			t.Errorf("%q (-want +got)\n%s", tt.text, diff)
		}
	}
}

func TestVariable(t *testing.T) {
	tests := map[string]rewrite.Variable{
		"HTTP_HOST":     {Kind: rewrite.HeaderVar, Name: "Host"},
		"http:X-A":      {Kind: rewrite.HeaderVar, Name: "X-A"},
		"HTTP_X_A":      {Name: "HTTP_X_A"},
		"ENV:a":         {Kind: rewrite.EnvVar, Name: "a"},
		"ENV:":          {Name: "ENV:"},
		"ssl:SSL_X":     {Kind: rewrite.SSLVar, Name: "SSL_X"},
		"abc":           {Name: "abc"},
		"TIME":          {Kind: rewrite.ServerVar, Name: "TIME"},
		"LA-U:ENV:x":    {Kind: rewrite.LookAheadURI, Name: "ENV:x", Of: &rewrite.Variable{Kind: rewrite.EnvVar, Name: "x"}},
		"LA-F:IPV6":     {Kind: rewrite.LookAheadFile, Name: "IPV6", Of: &rewrite.Variable{Kind: rewrite.ServerVar, Name: "IPV6"}},
		"expr:tolower":  {Name: "expr:tolower"},
		"REQUEST_URI ":  {Name: "REQUEST_URI "},
		"remote_addr":   {Kind: rewrite.ServerVar, Name: "REMOTE_ADDR"},
		"HTTP:":         {Name: "HTTP:"},
		"CONN_REMOTE_A": {Name: "CONN_REMOTE_A"},
	}
	for text, want := range tests {
		if diff := cmp.Diff(want, rewrite.ParseVariable(text)); diff != "" {
			t.Errorf("%q (-want +got)\n%s", text, diff)
		}
	}
}

func TestCondPattern(t *testing.T) {
	tests := map[string]rewrite.CondPattern{
		"-d":     &rewrite.FileTest{Kind: rewrite.IsDirectory},
		"-L":     &rewrite.FileTest{Kind: rewrite.IsLink},
		"-U":     &rewrite.FileTest{Kind: rewrite.SubrequestURI},
		"-gt5":   &rewrite.IntegerCompare{Op: rewrite.Greater, Operand: "5", Value: 5},
		"-ne-7x": &rewrite.IntegerCompare{Op: rewrite.NotEqual, Operand: "-7x", Value: -7},
		"=":      nil,
		"-eq":    nil,
		"==":     &rewrite.StringCompare{Op: rewrite.Equal, Operand: "="},
		`=""`:    &rewrite.StringCompare{Op: rewrite.Equal},
		"<=a":    &rewrite.StringCompare{Op: rewrite.LessEqual, Operand: "a"},
		">a":     &rewrite.StringCompare{Op: rewrite.Greater, Operand: "a"},
		"^/a":    nil,
	}
	for text, want := range tests {
		for _, negation := range []string{"", "!"} {
			c, problems := rewrite.ParseCond("%{X} " + negation + text)
			if len(problems) > 0 || c.Negated != (negation == "!") {
				t.Errorf("%q: %v, negated %v", text, problems, c.Negated)
			}
			if _, regex := c.Pattern.(*rewrite.Regex); regex && want == nil {
				continue
			}
			if diff := cmp.Diff(want, c.Pattern); diff != "" {
				t.Errorf("%q (-want +got)\n%s", text, diff)
			}
		}
	}
}

func TestRule(t *testing.T) {
	r, problems := rewrite.ParseRule(`!^/(a)\ b "/x?$1?" [NC,R=301,E=k:v,env=!q,S=2,L]`)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if r.PatternText != `^/(a)\ b` || !r.Negated || r.PatternStart != 1 || !r.Pattern.Options.Caseless || r.Pattern.Groups() != 1 {
		t.Errorf("pattern %q at %d, negated %v", r.PatternText, r.PatternStart, r.Negated)
	}
	if r.Substitution.Text != "/x?$1?" || r.Output.Text != "/x?$1" || !r.DropsQuery() {
		t.Errorf("substitution %q, output %q, drops the query %v", r.Substitution.Text, r.Output.Text, r.DropsQuery())
	}
	if code, ok := r.Redirect(); code != 301 || !ok {
		t.Errorf("redirect %d %v", code, ok)
	}
	if r.Skip() != 2 || !r.Has(rewrite.FlagL) || r.Has(rewrite.FlagP) || r.MaxRounds() != 32000 {
		t.Error("flags")
	}
	for _, f := range r.Flags {
		if text := r.Raw[f.Start:f.End]; text != f.Written && text != f.Written+"="+f.Value || f.HasValue && r.Raw[f.ValueStart:f.End] != f.Value {
			t.Errorf("%v stands at %q", f, text)
		}
	}
	if all := r.All(rewrite.FlagE); len(all) != 2 || all[1].Value != "!q" {
		t.Errorf("E: %v", all)
	}
}

func TestOutcome(t *testing.T) {
	tests := []struct {
		flags              string
		status, redirect   int
		lastMark, noOutput bool
	}{
		{"[R]", 0, 302, false, false},
		{"[R=seeother]", 0, 303, false, false},
		{"[R=nonsense]", 0, 302, false, false},
		{"[R=404]", 404, 0, false, true},
		{"[F]", 403, 0, false, true},
		{"[F,G]", 410, 0, false, true},
		{"[QSL]", 0, 0, true, false},
		{"[QSA]", 0, 0, true, false},
	}
	for _, tt := range tests {
		r, _ := rewrite.ParseRule("^ /x? " + tt.flags)
		status, answers := r.Status()
		redirect, redirects := r.Redirect()
		if answers != (tt.status != 0) || answers && status != tt.status || redirects != (tt.redirect != 0) || redirects && redirect != tt.redirect {
			t.Errorf("%s: status %d %v, redirect %d %v", tt.flags, status, answers, redirect, redirects)
		}
		if r.LastQuestionMark() != tt.lastMark || r.NoSubstitution() != tt.noOutput {
			t.Errorf("%s: last mark %v, no output %v", tt.flags, r.LastQuestionMark(), r.NoSubstitution())
		}
	}
}

// TestProblems holds the place of each kind of problem and a word that its message must have.
func TestProblems(t *testing.T) {
	tests := []struct {
		raw   string
		kind  rewrite.Kind
		place string
		word  string
	}{
		{"^/a", rewrite.BadArguments, "^/a", "two arguments"},
		{"^/a b L", rewrite.BadDelimiters, "L", "brackets"},
		{"^/a b [L,procsy]", rewrite.UnknownFlag, "procsy", "did you mean proxy"},
		{"^/a b [D,discardpaht]", rewrite.IgnoredFlag, "discardpaht", "discardpath"},
		{"^/a b [L=foo]", rewrite.IgnoredValue, "foo", "takes no value"},
		{"^/a b [R=299]", rewrite.BadFlagValue, "299", "301"},
		{"^/a b [R=tmp]", rewrite.OddValue, "tmp", "temp"},
		{"^/a b [S]", rewrite.MissingValue, "S", "S="},
		{"^/a b [S=x]", rewrite.OddValue, "x", "number"},
		{"^/a b [BNE=/]", rewrite.UselessFlag, "BNE=/", "B,BNE"},
		{"^/(a b [L]", rewrite.BadPattern, "(a", "not closed"},
		{"^/a b [L] c", rewrite.IgnoredText, "c", "ignores"},
		{`"^/a"b`, rewrite.MissingSpace, "b", "space"},
		{`^/a "b`, rewrite.UnclosedQuote, `"b`, "close"},
		{`"^/a"`, rewrite.MissingSecond, "^/a", "write -"},
	}
	for _, tt := range tests {
		_, problems := rewrite.ParseRule(tt.raw)
		if len(problems) != 1 {
			t.Errorf("%s: %v", tt.raw, problems)
			continue
		}
		p := problems[0]
		if p.Kind != tt.kind || tt.raw[p.Offset:p.End] != tt.place || !strings.Contains(p.Message, tt.word) {
			t.Errorf("%s: kind %d at %q: %s", tt.raw, p.Kind, tt.raw[p.Offset:p.End], p.Message)
		}
	}
	if _, problems := rewrite.ParseCond("%{X} -d [NC]"); len(problems) != 1 || problems[0].Kind != rewrite.IgnoredCase {
		t.Errorf("NC on -d: %v", problems)
	}
}

func TestMapSource(t *testing.T) {
	tests := []struct {
		text string
		want rewrite.MapSource
		bad  bool
	}{
		{"txt:/a", rewrite.MapSource{Type: rewrite.MapText, Argument: "/a", Start: 4}, false},
		{"/a", rewrite.MapSource{Type: rewrite.MapText, Argument: "/a"}, false},
		{"http:x", rewrite.MapSource{Type: rewrite.MapText, Argument: "http:x"}, false},
		{"RND:a", rewrite.MapSource{Type: rewrite.MapRandom, Argument: "a", Start: 4}, false},
		{"int:tolower", rewrite.MapSource{Type: rewrite.MapInternal, Argument: "tolower", Start: 4}, false},
		{"int:toLower", rewrite.MapSource{Type: rewrite.MapInternal, Argument: "toLower", Start: 4}, true},
		{"dbm:a", rewrite.MapSource{Type: rewrite.MapDBM, Argument: "a", Start: 4, DBM: "default"}, false},
		{"dbm=sdbm:a", rewrite.MapSource{Type: rewrite.MapDBM, Argument: "a", Start: 9, DBM: "sdbm"}, false},
		{"dbmx:a", rewrite.MapSource{Type: rewrite.MapDBM}, true},
		{"prg:/a b", rewrite.MapSource{Type: rewrite.MapProgram, Argument: "/a b", Start: 4}, false},
		{"fastdbd:SELECT 1", rewrite.MapSource{Type: rewrite.MapFastDBD, Argument: "SELECT 1", Start: 8}, false},
	}
	for _, tt := range tests {
		got, problems := rewrite.ParseMapSource(tt.text)
		if diff := cmp.Diff(tt.want, got); diff != "" || (len(problems) > 0) != tt.bad {
			t.Errorf("%q: %v (-want +got)\n%s", tt.text, problems, diff)
		}
	}
}

// FuzzParseRule holds that problems and parts lie in the text, and that the parts of a template tile it.
func FuzzParseRule(f *testing.F) {
	for _, raw := range []string{
		`^/a(.*)$ http://x/$1 [P,L]`, `"a b" '${m:%{HTTP:x}|\$1}' [E=a:${b:c},R=301]`, "!x -", `a b [dx,=,]`, "%{X} ${a:{b}|c}",
	} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		rule, problems := rewrite.ParseRule(raw)
		cond, more := rewrite.ParseCond(raw)
		for _, p := range append(problems, more...) {
			if p.Offset < 0 || p.End < p.Offset || p.End > len(raw) || p.Message == "" {
				t.Fatalf("%q: %+v", raw, p)
			}
		}
		if rule.String() != raw || cond.String() != raw {
			t.Fatal("the text is lost")
		}
		for _, template := range []rewrite.Template{rule.Substitution, rule.Output, cond.Test} {
			checkTiles(t, raw, template)
		}
	})
}

func checkTiles(t *testing.T, raw string, template rewrite.Template) {
	t.Helper()
	var b strings.Builder
	for _, part := range template.Parts {
		start, end := part.Span()
		b.WriteString(raw[start:end])
		if m, ok := part.(*rewrite.MapLookup); ok {
			checkTiles(t, raw, m.Key)
			checkTiles(t, raw, m.Default)
		}
	}
	if b.String() != template.Text {
		t.Fatalf("%q: parts give %q, the text is %q", raw, b.String(), template.Text)
	}
}

// MustRule and MustCond are for lines of programs, where one that httpd refuses is a mistake of the program.
func TestMust(t *testing.T) {
	if got := rewrite.MustRule("^/a /b [L]").PatternText + rewrite.MustCond("%{HTTPS} on").PatternText; got != "^/aon" {
		t.Errorf("got %q", got)
	}
	for _, must := range []func(){func() { rewrite.MustRule("^(") }, func() { rewrite.MustCond("%{HTTPS}") }} {
		func() {
			defer func() {
				if recover() == nil {
					t.Error("no panic for a line that httpd refuses")
				}
			}()
			must()
		}()
	}
}
