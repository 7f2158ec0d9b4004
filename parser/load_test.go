package parser_test

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/lbconf/lbconf/parser"
)

// memory is a file system below /m.
type memory struct{ fstest.MapFS }

func (memory) in(name string) string {
	name = strings.Trim(strings.TrimPrefix(name, "/m"), "/")
	if name == "" {
		return "."
	}
	return name
}

func (m memory) ReadFile(name string) ([]byte, error) { return m.MapFS.ReadFile(m.in(name)) }

func (m memory) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := m.MapFS.ReadDir(m.in(name))
	slices.Reverse(entries) // The order of a real folder is any.
	return entries, err
}

func (m memory) Stat(name string) (fs.FileInfo, error) { return m.MapFS.Stat(m.in(name)) }

func memoryOf(files map[string]string) memory {
	m := memory{fstest.MapFS{}}
	for name, src := range files {
		m.MapFS[name] = &fstest.MapFile{Data: []byte(src), Mode: 0o644}
	}
	return m
}

func lines(nodes []*parser.Node, indent string) []string {
	var all []string
	for _, n := range nodes {
		line := indent + n.Name
		if n.Section {
			line = indent + "<" + n.Name
		}
		for _, w := range n.Words {
			line += " " + w.String()
		}
		all = append(all, line)
		all = append(all, lines(n.Children, indent+" ")...)
	}
	return all
}

type loadCase struct {
	src   string
	files map[string]string
	in    parser.Input
	want  []string
	said  []string
}

func (c loadCase) run(t *testing.T) *parser.Tree {
	t.Helper()
	in := c.in
	in.Name, in.Source = "/m/f", []byte(c.src)
	if in.Read == nil {
		in.Read = memoryOf(c.files)
	}
	tree := parser.Load(in)
	if diff := cmp.Diff(c.want, lines(tree.Nodes, "")); diff != "" {
		t.Errorf("%q: nodes\n%s", c.src, diff)
	}
	if diff := cmp.Diff(c.said, problems(tree.Files, tree.Diagnostics)); diff != "" {
		t.Errorf("%q: diagnostics\n%s", c.src, diff)
	}
	return tree
}

// TestVariables holds the replacement of ${NAME}; each line was run on httpd 2.4.71.
func TestVariables(t *testing.T) {
	for name, c := range map[string]loadCase{
		"anywhere":           {src: "Define A b\nX ${A} \"${A} c\" '${A}'x\n", want: []string{"X b b c b x"}},
		"value has words":    {src: "Define A \"b c\"\nX ${A}\n", want: []string{"X b c"}},
		"name of directive":  {src: "Define A \"X y\"\n${A} z\n", want: []string{"X y z"}},
		"part of a section":  {src: "Define A b\n<X ${A}>\nY ${A}\n</X>\n", want: []string{"<X b", " Y b"}},
		"case of values":     {src: "Define Foo b\nX ${fOO}\n", want: []string{"X b"}},
		"not scanned again":  {src: "Define A b\nDefine B $\nX ${B}{A}\n", want: []string{"X ${A}"}},
		"colon":              {src: "X ${a:b}\n", want: []string{"X ${a:b}"}},
		"no end":             {src: "X ${a\n", want: []string{"X ${a"}},
		"undefined":          {src: "X ${A}\n", want: []string{"X ${A}"}, said: []string{"/m/f:1:3 LB802 defect ${A} is not defined and stays as it is written"}},
		"nested":             {src: "Define B c\nX ${A${B}}\n", want: []string{"X ${A${B}}"}, said: []string{"/m/f:2:3 LB802 defect ${A${B} is not defined and stays as it is written"}},
		"without value":      {src: "Define A\nX ${A}\n", want: []string{"X ${A}"}, said: []string{"/m/f:2:3 LB802 defect ${A} has no value and stays as it is written"}},
		"empty value":        {src: "Define A \"\"\nX ${A}\n", want: []string{"X ${A}"}, said: []string{"/m/f:2:3 LB802 defect ${A} has no value and stays as it is written"}},
		"keeps its value":    {src: "Define A b\nDefine A\nX ${A}\n", want: []string{"X b"}},
		"undefine":           {src: "Define A b\nUnDefine a\n<IfDefine A>\nX ${A}\n</IfDefine>\n", want: []string{"X ${A}"}, said: []string{"/m/f:4:3 LB802 defect ${A} has no value and stays as it is written"}},
		"defined later":      {src: "X ${A}\nDefine A b\n", want: []string{"X ${A}"}, said: []string{"/m/f:1:3 LB802 defect ${A} is not defined and stays as it is written"}},
		"defined in section": {src: "<S>\nDefine A b\n</S>\nX ${A}\n", want: []string{"<S", "X b"}},
		"environment":        {src: "X ${E}${F}.\n", in: parser.Input{Env: map[string]string{"E": "e", "F": ""}}, want: []string{"X e."}},
		"define wins":        {src: "Define E d\nX ${E}\n", in: parser.Input{Env: map[string]string{"E": "e"}}, want: []string{"X d"}},
		"name with colon":    {src: "Define a:b c\n", said: []string{`/m/f:1:9 LB013 refusal the name of a variable must not contain ":"`}},
		"too many":           {src: "Define a b c\n", said: []string{`/m/f:1:12 LB013 refusal Define takes one or two arguments, a name and a value, and has 3`}},
		"a section":          {src: "Define A <X\n${A} b>\nY\n", want: []string{"<X b", " Y"}, said: []string{"/m/f:2:1 LB020 refusal <X> is not closed before the end of the file"}},
		"in a comment":       {src: "# ${A}\n"},
		"skipped":            {src: "<IfDefine N>\nX ${A}\n</IfDefine>\n"},
		"vanishes":           {src: "${E}\nX\n", in: parser.Input{Env: map[string]string{"E": " "}}, want: []string{"X"}},
	} {
		t.Run(name, func(t *testing.T) { c.run(t) })
	}
}

// TestVariablePlace holds that a replaced word still names its place in the file.
func TestVariablePlace(t *testing.T) {
	tree := loadCase{src: "Define A longer-value\nX b${A}c d\n", want: []string{"X blonger-valuec d"}}.run(t)
	n := tree.Nodes[0]
	for i, want := range []string{"b${A}c", "d"} {
		if got := tree.Files.Text(n.Words[i].Text.All()); got != want {
			t.Errorf("word %d stands at %q, want %q", i, got, want)
		}
	}
	if got := tree.Files.Text(n.Words[0].Text.Span(3, 5)); got != "${A}" {
		t.Errorf("a part of the value stands at %q", got)
	}
	if got := tree.Files.Text(n.Span()); got != "X b${A}c d" {
		t.Errorf("the node stands at %q", got)
	}
	if got := tree.Files.Text(n.NameSpan()); got != "X" {
		t.Errorf("its name stands at %q", got)
	}
}

const server = "LoadModule mpm_event_module x.so\nLoadModule authz_core_module y.so\n"

var serverNodes = []string{"LoadModule mpm_event_module x.so", "LoadModule authz_core_module y.so"}

// TestConditions holds which sections are executed; engine_test.go asks httpd.
func TestConditions(t *testing.T) {
	for cond, want := range map[string]bool{
		"IfDefine D": true, "IfDefine d": false, "IfDefine !D": false, "IfDefine ! N": true, "IfDefine \"D\" x": true, "IfDefine \"!N\"": false,
		"IfModule core.c": true, "IfModule CORE.c": false, "IfModule mod_so.c": true, "IfModule so_module": true, "IfModule mod_core.c": false,
		"IfModule mod_authz_core.c": true, "IfModule authz_core_module": true, "IfModule authz_core": false, "IfModule mod_ssl.c": false,
		"IfModule !ssl_module": true, "IfModule event.c": true, "IfModule mod_mpm_event.c": false, "IfModule mpm_event_module": true,
		"IfFile there": true, "IfFile /m/there": true, "IfFile !gone": true, "IfFile folder": true,
		"IfDirective servername": true, "IfDirective RewriteRule": false, "IfDirective <Location": true, "IfDirective Location": false, "IfDirective Nope": false,
		"IfSection Location": true, "IfSection Proxy": false, "IfSection ServerName": false,
		"IfVersion 2.4.71": true, "IfVersion = 2.4": false, "IfVersion >= 2.4": true, "IfVersion > 2.4": true, "IfVersion < 2.4.72": true, "IfVersion <= 2.4": false,
		"IfVersion != 2.4.71": false, "IfVersion !>= 2.5": true, "IfVersion ~ ^2\\.4": true, "IfVersion = /^2.4/": true, "IfVersion !~ 2.4": false, "IfVersion ~ /2.4/": false,
		"IfVersion >= 2.4.": true, "IfVersion >= \"2.4\" ": true, "IfVersion /2/": true, "IfVersion 2": false,
	} {
		name, _, _ := strings.Cut(cond, " ")
		c := loadCase{
			src:   server + "<" + cond + ">\nX\n</" + name + ">\n",
			files: map[string]string{"there": "", "folder/x": ""},
			in:    parser.Input{Defines: []string{"D"}},
			want:  serverNodes,
		}
		if want {
			c.want = append(slices.Clone(serverNodes), "X")
		}
		tree := c.run(t)
		if skipped := len(tree.Skipped) == 1 && tree.Skipped[0].Directives == 2; skipped == want {
			t.Errorf("%s: skipped %+v", cond, tree.Skipped)
		}
	}
	for cond, said := range map[string]string{
		"IfDefine":        "3:2 LB013 refusal <IfDefine> needs an argument",
		"IfModule !":      "3:2 LB013 refusal <IfModule> needs an argument",
		"IfVersion":       "3:2 LB013 refusal \"\" is no version: major[.minor[.patch]] in digits",
		"IfVersion !2.4":  "3:12 LB013 refusal \"!2.4\" is no version: major[.minor[.patch]] in digits",
		"IfVersion => 2":  "3:12 LB013 refusal \"=>\" is no comparison; = == > >= < <= ~ are, and ! may stand before one",
		"IfVersion = /2":  "3:14 LB013 refusal the pattern has no closing /",
		"IfVersion > 2 x": "3:16 LB013 refusal <IfVersion> takes an operator and a version, nothing more",
		"IfVersion > 2.x": "3:14 LB013 refusal \"2.x\" is no version: major[.minor[.patch]] in digits",
	} {
		name, _, _ := strings.Cut(cond, " ")
		loadCase{src: server + "<" + cond + ">\nX\n</" + name + ">\n", want: serverNodes, said: []string{"/m/f:" + said}}.run(t)
	}
}

// TestFragment holds that an input without an MPM is read as if every module were there, and one with it is not.
func TestFragment(t *testing.T) {
	const src = "<IfModule mod_ssl.c>\nA\n</IfModule>\n<IfModule !ssl_module>\nB\n</IfModule>\n"
	tree := loadCase{src: src, want: []string{"A"}}.run(t)
	if tree.Server || !tree.HasModule("ssl_module") {
		t.Error("a fragment has every module")
	}
	tree = loadCase{src: server + src, want: append(slices.Clone(serverNodes), "B")}.run(t)
	if !tree.Server || tree.HasModule("ssl_module") || !tree.HasModule("authz_core_module") || !tree.HasModule("core_module") {
		t.Errorf("modules of a server: %v", tree.Modules)
	}
	tree = loadCase{src: server + src, in: parser.Input{Modules: []string{"ssl_module"}}, want: append(slices.Clone(serverNodes), "A")}.run(t)
	if !tree.HasModule("ssl_module") {
		t.Error("an assumed module is there")
	}
	tree = loadCase{src: "Include mods\n" + src, files: map[string]string{"mods": server}, want: append(slices.Clone(serverNodes), "B")}.run(t)
	if !tree.Server {
		t.Error("an included MPM makes a server")
	}
}

// TestInclude holds which files are read, in which order, and what is said about those that are not.
func TestInclude(t *testing.T) {
	files := map[string]string{
		"a.conf": "A\n", "b.conf": "B\n", ".h.conf": "H\n", "d/2.conf": "D2\n", "d/1.conf": "D1\n", "d/.x": "DX\n", "d/s/z": "DSZ\n",
		"e/1/x.conf": "E1\n", "e/2/x.conf": "E2\n", "e/3/y.conf": "E3\n", "e/file": "EF\n", "close": "</S>\n", "open": "<S>\n", "[q": "Q\n",
		"root/r.conf": "R\n",
	}
	for src, c := range map[string]loadCase{
		"Include a.conf\nX\n":                       {want: []string{"A", "X"}},
		"Include /m/a.conf\n":                       {want: []string{"A"}},
		"Include *.conf\n":                          {want: []string{"A", "B"}},
		"Include .*.conf\n":                         {want: []string{"H"}},
		"Include [!a].conf\n":                       {want: []string{"B"}},
		"Include d\n":                               {want: []string{"DX", "D1", "D2", "DSZ"}},
		"Include d/../a.conf\n":                     {want: []string{"A"}},
		"Include d/*\n":                             {want: []string{"D1", "D2", "DSZ"}},
		"Include e/[12]/x.conf\n":                   {want: []string{"E1", "E2"}},
		"Include e/*/*.conf\n":                      {want: []string{"E1", "E2", "E3"}},
		"Include e/*/x.conf\n":                      {want: []string{"E1", "E2"}, said: []string{`/m/f:1:9 LB017 refusal "/m/e/3/x.conf" cannot be opened: file does not exist`}},
		"IncludeOptional e/*/x.conf\n":              {want: []string{"E1", "E2"}},
		"Include [q\n":                              {want: []string{"Q"}},
		"<V>\nInclude a.conf\n</V>\n":               {want: []string{"<V", " A"}},
		"Define X a\nInclude ${X}.conf\n":           {want: []string{"A"}},
		"ServerRoot root\nInclude /m/root/r.conf\n": {want: []string{"ServerRoot root", "R"}},
		"ServerRoot /m/root\nInclude r.conf\n":      {want: []string{"ServerRoot /m/root", "R"}},
		"IncludeOptional gone\nIncludeOptional gone/*\nIncludeOptional *.gone\nX\n": {want: []string{"X"}},
		"Include gone\nX\n":                         {want: []string{"X"}, said: []string{`/m/f:1:9 LB017 refusal "/m/gone" cannot be opened: file does not exist`}},
		"Include gone/*.conf\n":                     {said: []string{`/m/f:1:9 LB017 refusal the folder "/m/gone" cannot be opened: file does not exist`}},
		"Include *.gone\n":                          {said: []string{`/m/f:1:9 LB017 refusal nothing in "/m" matches "*.gone"`}},
		"Include\nInclude a b\n":                    {said: []string{`/m/f:1:1 LB013 refusal Include takes one argument, a file, a folder or a pattern of them, and has none`, `/m/f:2:11 LB013 refusal Include takes one argument, a file, a folder or a pattern of them, and has 2`}},
		"<S>\nInclude close\n</S>\n":                {want: []string{"<S"}, said: []string{"/m/close:1:1 LB020 refusal </S> has no <S> before it in this file"}},
		"Include open\n":                            {want: []string{"<S"}, said: []string{"/m/open:1:1 LB020 refusal <S> is not closed before the end of the file"}},
		"Include close\nInclude close\n":            {said: []string{"/m/close:1:1 LB020 refusal </S> has no <S> before it in this file"}},
		"<IfDefine N>\nInclude gone\n</IfDefine>\n": {},
	} {
		c.src, c.files = src, files
		c.run(t)
	}
	loadCase{src: "Include r.conf\n", files: files, in: parser.Input{ServerRoot: "/m/root"}, want: []string{"R"}}.run(t)
	loadCase{src: "ServerRoot /gone\nInclude r.conf\n", files: files, in: parser.Input{ServerRoot: "/m/root"}, want: []string{"ServerRoot /gone", "R"}}.run(t)
}

// TestIncludeStack holds that a place in an included file knows how it was reached.
func TestIncludeStack(t *testing.T) {
	tree := loadCase{src: "\nInclude a\n", files: map[string]string{"a": "Include b\n", "b": "X\n"}, want: []string{"X"}}.run(t)
	var got []string
	for _, span := range tree.Files.IncludeStack(tree.Nodes[0].Span().Start) {
		at := tree.Files.Position(span.Start)
		got = append(got, fmt.Sprintf("%s:%d", at.Filename, at.Line))
	}
	if diff := cmp.Diff([]string{"/m/a:1", "/m/f:2"}, got); diff != "" {
		t.Error(diff)
	}
}

// unreadable is a file system in which nothing may be read.
type unreadable struct{ memory }

func (unreadable) ReadFile(name string) ([]byte, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
}

// TestBounds holds that every input ends, with a statement about what was not read.
func TestBounds(t *testing.T) {
	round := map[string]string{"a": "Include b\n", "b": "Include a\n"}
	tree := parser.Load(parser.Input{Name: "/m/f", Source: []byte("Include a\n"), Read: memoryOf(round)})
	if got := problems(tree.Files, tree.Diagnostics); len(got) != 1 || !strings.Contains(got[0], "Include leads back to itself: /m/") {
		t.Errorf("a round: %v", got)
	} else if d := tree.Diagnostics[0]; len(d.Related) != 1 || len(tree.Files.IncludeStack(d.Span.Start)) != 2 {
		t.Errorf("the round has %d related places, %d levels deep", len(d.Related), len(tree.Files.IncludeStack(d.Span.Start)))
	}
	guarded := map[string]string{"a": "<IfDefine !SEEN>\nDefine SEEN\nInclude a\nX\n</IfDefine>\n"}
	loadCase{src: "Include a\n", files: guarded, want: []string{"X"}}.run(t)

	bomb := memoryOf(map[string]string{"a": strings.Repeat("Include a\n", 10)})
	tree = parser.Load(parser.Input{Name: "/m/f", Source: []byte("Include a\n"), Read: bomb, Limits: parser.Limits{Files: 500}})
	if len(tree.Syntax) > 500 || tree.Diagnostics.Count(0) > 600 {
		t.Errorf("%d files, %d diagnostics", len(tree.Syntax), len(tree.Diagnostics))
	}
	doubling := strings.Repeat("Define A ${A}${A}\n", 60)
	tree = parser.Load(parser.Input{Name: "/m/f", Source: []byte("Define A xxxxxxxx\n" + doubling + "X ${A}\n"), Read: memoryOf(nil)})
	if got := problems(tree.Files, tree.Diagnostics); len(got) == 0 || !strings.Contains(got[0], "LB001 unknown the line becomes too long by its variables") {
		t.Errorf("doubling: %v", got)
	}
	for _, line := range []string{"</A>\n", "X ${Z}\n", "<A b\n</A>\n"} {
		tree = parser.Load(parser.Input{Name: "/m/f", Source: []byte(strings.Repeat(line, 20_000)), Read: memoryOf(nil)})
		if n := len(everything(tree)); n < 1000 || n > 10_001 {
			t.Errorf("%d problems of %q are listed", n, line)
		}
	}
	tree = parser.Load(parser.Input{Name: "/m/f", Source: []byte(strings.Repeat("\x00\n", 20_000)), Read: memoryOf(nil)})
	if got := problems(tree.Files, tree.Diagnostics); len(got) != 1 {
		t.Errorf("NUL bytes on each line have %d findings", len(got))
	}
	big := memoryOf(map[string]string{"big": strings.Repeat("#", 101), "half": strings.Repeat("#", 60)})
	limits := parser.Limits{FileBytes: 100, TotalBytes: 150}
	loadCase{
		src: "Include big\nInclude half\nInclude half\nInclude half\nX\n", in: parser.Input{Read: big, Limits: limits}, want: []string{"X"},
		said: []string{`/m/f:1:9 LB017 unknown "/m/big" is 101 bytes long; 100 is the most for one file`, `/m/f:3:9 LB017 unknown with "/m/half" the input is larger than 150 bytes`},
	}.run(t)
	loadCase{src: strings.Repeat("#", 101), in: parser.Input{Read: big, Limits: limits}, said: []string{`/m/f:1:1 LB001 unknown "/m/f" is 101 bytes long; 100 is the most for one file`}}.run(t)
	loadCase{
		src: "Include big\nIncludeOptional half\n", in: parser.Input{Read: unreadable{big}},
		said: []string{`/m/f:1:9 LB017 unknown "/m/big" cannot be read: permission denied`, `/m/f:2:17 LB017 unknown "/m/half" cannot be read: permission denied`},
	}.run(t)
}

// TestAsides: what was read and is not executed has its place among what is, in the order of reading.
func TestAsides(t *testing.T) {
	tree := loadCase{
		src:   "Define A\nX 1\nInclude i\n<S>\nX 3\n<IfDefine B>\nX\n</IfDefine>\n</S>\n<IfDefine A>\nX 4\n</IfDefine>\nUnDefine A\n",
		files: map[string]string{"i": "Define C\nX 2\n"},
		want:  []string{"X 1", "X 2", "<S", " X 3", "X 4"},
	}.run(t)
	var got []string
	for _, aside := range tree.Asides {
		scope, what := "", "skipped"
		if aside.Scope != nil {
			scope = aside.Scope.Name
		}
		if aside.Node != nil {
			what = aside.Node.Name + " " + aside.Node.Args.String()
		}
		got = append(got, fmt.Sprintf("%s:%d %s", scope, aside.Before, what))
	}
	want := []string{":0 Define A", ":1 Include i", ":1 Define C", "S:1 skipped", ":3 IfDefine A", ":4 UnDefine A"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if len(tree.Asides) != len(tree.Consumed)+len(tree.Skipped) {
		t.Errorf("%d asides for %d and %d", len(tree.Asides), len(tree.Consumed), len(tree.Skipped))
	}
}
