package pcre_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/lbconf/lbconf/parser/pcre"
)

func mustParse(t *testing.T, pattern string) *pcre.Pattern {
	t.Helper()
	p, err := pcre.Parse(pattern)
	if err != nil {
		t.Fatalf("%q: %v", pattern, err)
	}
	return p
}

func TestGroups(t *testing.T) {
	tests := map[string]int{
		"^/a/(.*)": 1, "(a)(?:b)(?<n>c)": 2, "(?|(a)(b)|(c))(d)": 3, "(?n)(a)(?<x>b)": 1, `\(a\)`: 0, "[(](a)": 1,
	}
	for pattern, want := range tests {
		if got := mustParse(t, pattern).Groups(); got != want {
			t.Errorf("%q: %d groups, want %d", pattern, got, want)
		}
	}
}

func TestStart(t *testing.T) {
	tests := []struct {
		pattern  string
		anchored bool
		prefix   string
	}{
		{"^/a/(.*)", true, "/a/"},
		{"^(/a|/b)", true, ""},
		{"(^/a|^/b)", true, ""},
		{"(^/a|/b)", false, ""},
		{"/a?b", false, "/"},
		{"(?i)^/a", true, ""},
		{"(?m)^/a", false, "/a"},
		{`\A\Q.*\Ea`, true, ".*a"},
		{"(?:^a)?b", false, ""},
	}
	for _, tt := range tests {
		p := mustParse(t, tt.pattern)
		if p.Anchored() != tt.anchored || p.Prefix() != tt.prefix {
			t.Errorf("%q: anchored %v, prefix %q", tt.pattern, p.Anchored(), p.Prefix())
		}
	}
}

// TestFirstBytes holds what a group can begin with: whether "http://backend$1" needs a slash.
func TestFirstBytes(t *testing.T) {
	tests := []struct {
		pattern string
		bytes   string // that must be in the set
		not     string // that must not
		empty   bool
	}{
		{"^/app(.*)$", "/x?", "", true},
		{"^/app(/.*)$", "/", "a.", false},
		{"^/app(/.*)?$", "/", "a.", true},
		{"^(/a|b)$", "/b", "ac", false},
		{"(?i)^(x)$", "xX", "y", false},
		{"^(?:(/a)|b)$", "/", "ab", true},
		{`^([^/]+)$`, "ab\n", "/", false},
		{`^((?!/)\d?/)$`, "0/", "a", false},
		{"^a$", "", "a/", true},
	}
	for _, tt := range tests {
		set, empty := mustParse(t, tt.pattern).FirstBytes(1)
		if empty != tt.empty {
			t.Errorf("%q: can be empty %v", tt.pattern, empty)
		}
		for _, b := range []byte(tt.bytes) {
			if !set.Has(b) {
				t.Errorf("%q: %q is missing", tt.pattern, b)
			}
		}
		for _, b := range []byte(tt.not) {
			if set.Has(b) {
				t.Errorf("%q: %q is too much", tt.pattern, b)
			}
		}
	}
}

func TestGo(t *testing.T) {
	tests := []struct{ pattern, want, obstacle string }{
		{"^/service1/(.*)", "(?s)^/service1/(.*)", ""},
		{"^/a.b$", "(?s)^/a.b$", ""},
		{`\.(?:css|js)$`, `(?s)\.(?:css|js)$`, ""},
		{`[^/]+\s`, `(?s)[^/]+[\x09-\x0d ]`, ""},
		{`(?<n>\d{2,})`, `(?s)([0-9]{2,})`, ""},
		{"(?i)ab1", "(?s)(?i:ab1)", ""},
		{"a++", "", "a++"},
		{`a\Z`, "", `\Z`},
		{"a{1001}", "", "a{1001}"},
		{"(a*)*", "", "(a*)*"},
		{"é", "", "é"},
		{`[\x80-\x90]`, "", `[\x80-\x90]`},
		{"(?=a)b", "", "(?=a)"},
		{`(a)\1`, "", `\1`},
		{"(?|(a)|(b))", "", "(?|(a)|(b))"},
		{`\h`, "", `\h`},
		{"(?m)^a", "", "^"},
		{"(?:a{1000}){1000}", "", "(?:a{1000}){1000}"},
	}
	for _, tt := range tests {
		p, err := pcre.Parse(tt.pattern)
		if err != nil {
			if !strings.Contains(tt.pattern, "{1000}") { // beyond PCRE2's size
				t.Errorf("%q: %v", tt.pattern, err)
			}
			continue
		}
		got, err := p.Go()
		if got != tt.want || (err == nil) != (tt.obstacle == "") {
			t.Errorf("%q: %q, %v", tt.pattern, got, err)
		}
		var e *pcre.Error
		if errors.As(err, &e) && tt.pattern[e.Offset:e.End] != tt.obstacle {
			t.Errorf("%q: obstacle %q: %v", tt.pattern, tt.pattern[e.Offset:e.End], err)
		}
	}
}

// TestErrors holds the places of errors and a word of what they advise.
func TestErrors(t *testing.T) {
	tests := []struct{ pattern, place, word string }{
		{"*a", "*", `\*`},
		{"/(a", "(a", `\(`},
		{"/a)", ")", `\)`},
		{"[a", "[a", `\[`},
		{"[z-a]", "a", "swap"},
		{`a\`, `\`, `\\`},
		{`\y`, `\y`, "without the backslash"},
		{"a{2,1}", "2,1", "{1,2}"},
		{`\2(a)`, `\2`, "the pattern has 1"},
		{"(?<=a+)b", "(?<=a+)", "fixed length"},
		{"(?z)", "(?z", "imnsxJU"[:1]},
		{"(?P=n)", "(?P=n)", `named "n"`},
		{"[[:foo:]]", "[:foo:]", "xdigit"},
	}
	for _, tt := range tests {
		_, err := pcre.Parse(tt.pattern)
		var e *pcre.Error
		if !errors.As(err, &e) {
			t.Errorf("%q: %v", tt.pattern, err)
			continue
		}
		if place := tt.pattern[e.Offset:e.End]; place != tt.place || !strings.Contains(e.Message, tt.word) {
			t.Errorf("%q at %q: %s", tt.pattern, place, e.Message)
		}
	}
}

// TestOptions holds what httpd's defaults make of $ and the dot, and what RegexDefaultOptions can change.
func TestOptions(t *testing.T) {
	kind := func(o pcre.Options) pcre.AssertionKind {
		p, err := mustParse(t, "a$").WithOptions(o)
		if err != nil {
			t.Fatal(err)
		}
		return p.Root.(*pcre.Concat).Parts[1].(*pcre.Assertion).Kind
	}
	if k := kind(pcre.DefaultOptions()); k != pcre.EndText {
		t.Errorf("by default $ is %d", k)
	}
	if k := kind(pcre.Options{}); k != pcre.EndTextOrFinalNewline {
		t.Errorf("without DOLLAR_ENDONLY $ is %d", k)
	}
	if k := kind(pcre.Options{Multiline: true, DollarEndOnly: true}); k != pcre.EndLine {
		t.Errorf("under MULTILINE $ is %d", k)
	}
	if dot := mustParse(t, ".").Root.(*pcre.AnyByte); !dot.Newline {
		t.Error("by default the dot matches a newline in httpd")
	}
}
