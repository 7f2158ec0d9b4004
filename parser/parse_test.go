package parser_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/ast"
	"github.com/lbconf/lbconf/parser/diag"
)

func file(src string) *diag.File { return diag.NewFileSet().Add("f", []byte(src), diag.Span{}) }

// outline writes a tree on lines, so that a test can show it.
func outline(items []ast.Item, indent string) string {
	var b strings.Builder
	for _, item := range items {
		switch item := item.(type) {
		case *ast.Directive:
			fmt.Fprintf(&b, "%s%s|%s\n", indent, item.Name, item.Args)
		case *ast.Section:
			fmt.Fprintf(&b, "%s<%s|%s>\n%s", indent, item.Name, item.Args, outline(item.Items, indent+" "))
			if item.Close == nil {
				fmt.Fprintf(&b, "%sopen\n", indent)
			}
		case *ast.Comment:
			fmt.Fprintf(&b, "%s%s\n", indent, item.Line.Text)
		case *ast.Blank:
			fmt.Fprintf(&b, "%sblank\n", indent)
		case *ast.Bad:
			fmt.Fprintf(&b, "%sbad %s\n", indent, item.Line.Text)
		}
	}
	return b.String()
}

// TestParse holds how lines become items. What httpd does with each was seen on 2.4.71.
func TestParse(t *testing.T) {
	for name, c := range map[string]struct{ src, want string }{
		"words":                           {"  A  b  c \t\n", "A|b  c\n"},
		"no final newline":                {"A b", "A|b\n"},
		"empty":                           {"", ""},
		"only blanks":                     {" \n\t\n\r\n", "blank\n"},
		"continued":                       {"A b\\\nc \\\n  d\n", "A|bc   d\n"},
		"continued CRLF":                  {"A b \\\r\nc\r\n", "A|b c\n"},
		"continued twice":                 {"A b\\\\\nc\n", "A|b\\c\n"},
		"backslash space":                 {"A b\\ \nC\n", "A|b\\\nC|\n"},
		"backslash at the end":            {"A b\\", "A|b\\\n"},
		"continued through an empty line": {"A b\\\\\n\nc\n", "A|bc\n"},
		"continued through two":           {"A b\\\\\\\r\n\r\n\nc\nD\n", "A|bc\nD|\n"},
		"continued through lines of two":  {"A b\\\\\n\\\\\n\n\nc\nD\n", "A|bc\nD|\n"},
		"continued to nothing":            {"A b\\\n", "A|b\n"},
		"comment continues":               {"# a \\\nB c\nD\n", "# a B c\nD|\n"},
		"continued to comment":            {"\\\n# c\n", "# c\n"},
		"no comment at the end":           {"A b # c\n", "A|b # c\n"},
		"NUL ends a line":                 {"A b\x00 c \\\nD\n", "A|b\nD|\n"},
		"NUL hides a line":                {"\x00A b\nC\n", "blank\nC|\n"},
		"byte order mark":                 {"\xef\xbb\xbfA b\n", "A|b\n"},
		"mark and continuation":           {"\xef\xbb\xbf\\\nA b\n", "A|b\n"},
		"only a mark":                     {"\xef\xbb\xbf", "blank\n"},
		"quoted name":                     {"\"A\" b\n", "A|b\n"},
		"section":                         {"<A b c>\nD\n</A>\n", "<A|b c>\n D|\n"},
		"case":                            {"<A b>\n</a>\n", "<A|b>\n"},
		"last bracket":                    {"<A b > c> d\n</A>\n", "<A|b > c>\n"},
		"no argument":                     {"<A>\n</A> x\n", "<A|>\n"},
		"quoted section":                  {"\"<A\" b>\n</A>\n", "<A|b>\n"},
		"no bracket":                      {"<A b\nC\n</A>\n", "<A|b>\n C|\n"},
		"space before name":               {"< A b>\nC\n</ A>\n", "<A|b>\n C|\n"},
		"unclosed":                        {"<A b>\nC\n", "<A|b>\n C|\nopen\n"},
		"crossed":                         {"<A>\n<B>\n</A>\n</B>\n", "<A|>\n <B|>\n open\nbad </B>\n"},
		"stray":                           {"</A>\nB\n", "bad </A>\nB|\n"},
		"stranger":                        {"<A>\n</Xyz>\nB\n</A>\n", "<A|>\n bad </Xyz>\n B|\n"},
		"slip of the pen":                 {"<VirtualHost *>\n</VirtualHots>\nB\n", "<VirtualHost|*>\nB|\n"},
		"glued":                           {"<VirtualHost*:80>\n</VirtualHost>\nB\n", "<VirtualHost*:80|>\nB|\n"},
		"variable in the name":            {"<${X} b>\n</VirtualHost>\n", "<${X}|b>\n"},
		"no name":                         {"<\nA\n", "<|>\n A|\nopen\n"},
	} {
		f := file(c.src)
		tree, _ := parser.Parse(f)
		if diff := cmp.Diff(c.want, outline(tree.Items, "")); diff != "" {
			t.Errorf("%s: %q\n%s", name, c.src, diff)
		}
		checkTree(t, f, tree)
	}
}

// checkTree holds the laws of every tree: it prints as it was read, its items tile it, and sections hold what lies in them.
func checkTree(t *testing.T, f *diag.File, tree *ast.File) {
	t.Helper()
	if got := ast.Print(tree); got != f.Source() {
		t.Errorf("printed %q, want %q", got, f.Source())
	}
	end := tile(t, tree.Items, f.Pos(0))
	if want := f.Pos(len(f.Source())); end != want {
		t.Errorf("%q: the items end at %d, want %d", f.Source(), end, want)
	}
}

func tile(t *testing.T, items []ast.Item, at diag.Pos) diag.Pos {
	t.Helper()
	for _, item := range items {
		span := item.Span()
		if span.Start != at || span.End <= span.Start {
			t.Errorf("%T at %v does not follow %d", item, span, at)
		}
		at = span.End
		if s, ok := item.(*ast.Section); ok {
			inner := tile(t, s.Items, s.Open.Whole.End)
			if s.Close != nil && s.Close.Whole.Start != inner {
				t.Errorf("the contents of <%s> end at %d, its closing tag begins at %d", s.Name, inner, s.Close.Whole.Start)
			}
		}
	}
	return at
}

// problem is a diagnostic in a test.
func problems(fs *diag.FileSet, list diag.List) []string {
	var all []string
	for _, d := range list {
		at := fs.Position(d.Span.Start)
		all = append(all, fmt.Sprintf("%s:%d:%d %s %s %s", at.Filename, at.Line, at.Column, d.Code, d.Class, d.Message))
	}
	return all
}

// everything is what is wrong with a tree: what httpd finds while it reads, and what it says of sections that it executes.
func everything(tree *parser.Tree) diag.List {
	all := slices.Clone(tree.Diagnostics)
	var walk func([]*parser.Node)
	walk = func(nodes []*parser.Node) {
		for _, n := range nodes {
			if n.Refused != nil {
				all.Add(*n.Refused)
			}
			walk(n.Children)
		}
	}
	walk(tree.Nodes)
	return all
}

// TestProblems holds what is said about syntax, where, and whether httpd refuses it. engine_test.go asks httpd.
func TestProblems(t *testing.T) {
	for src, want := range map[string][]string{
		"A \"b c\n":                                nil,
		"ServerName \"b c\n":                       {`f:1:12 LB020 defect the quote is never closed`},
		"ErrorDocument 404 \"b c\n":                {`f:1:19 LB020 defect the quote is never closed`},
		"<Location \"/x>\n</Location>\n":           {`f:1:11 LB020 defect the quote is never closed`},
		"RewriteRule ^/a \"http://b [P]\n":         {`f:1:17 LB020 defect the quote is never closed`},
		"A b\x00c\n":                               {`f:1:4 LB020 defect a NUL byte ends the line for httpd`},
		"\xef\xbb\xbfA\n":                          {`f:1:1 LB020 refusal the file begins with a UTF-8 byte order mark`},
		"<A b\n</A>\n":                             {`f:1:1 LB020 refusal <A is missing its closing ">"`},
		"<A b>\n":                                  {`f:1:1 LB020 refusal <A> is not closed before the end of the file`},
		"<A b>\n<B>\n":                             {`f:1:1 LB020 refusal <A> is not closed before the end of the file`, `f:2:1 LB020 refusal <B> is not closed before the end of the file`},
		"<A b>\n<B>\n</A>\n":                       {`f:3:1 LB020 refusal </A> closes a section while <B> in it is still open`},
		"</A>\n":                                   {`f:1:1 LB020 refusal </A> has no <A> before it in this file`},
		"<A>\n</Xyz>\n</A>\n":                      {`f:2:1 LB020 refusal </Xyz> stands where only </A> can close a section`},
		"<Abcd x>\n</Abcde>\n":                     {`f:2:3 LB020 refusal </Abcde> does not close <Abcd>`},
		"<VirtualHost*>\n</VirtualHost>\n":         {`f:1:2 LB020 refusal <VirtualHost* needs white space behind "VirtualHost"`},
		"<A x>\n</A\n":                             {`f:2:1 LB020 refusal the closing tag of <A> must be a word that ends in ">"`},
		"< A x>\n</A>\n":                           {`f:1:2 LB020 refusal white space between "<" and the name of a section`},
		"<IfModule core.c>\n</IfModule> x\n":       {`f:2:12 LB020 refusal nothing may follow </IfModule> on its line`},
		"<IfDefine NO>\n</IfDefine> x\n":           nil,
		"<IfDefine NO>\n<A b\n</A>\n</IfDefine>\n": nil,
		"<IfModule core.c>\n<A>\n":                 {`f:1:1 LB020 defect <IfModule> is not closed before the end of the file`, `f:2:1 LB020 defect <A> is not closed before the end of the file`},
		"<IfDefine NO>\n":                          {`f:1:1 LB020 refusal <IfDefine> is not closed before the end of the file`},
		"<Macro m $a>\nA $a\n</Macro>\nUse m x\n":  nil,
	} {
		tree := parser.Load(parser.Input{Name: "f", Source: []byte(src)})
		if diff := cmp.Diff(want, problems(tree.Files, everything(tree))); diff != "" {
			t.Errorf("%q\n%s", src, diff)
		}
		for _, d := range everything(tree) {
			if len(d.Notes) == 0 {
				t.Errorf("%q: %s does not say what to write instead", src, d.Message)
			}
		}
	}
}

// TestDeepNesting holds that no depth overflows the stack, and that what is not followed is said once.
func TestDeepNesting(t *testing.T) {
	const depth = 200_000
	src := strings.Repeat("<A>\n", depth) + "B\n" + strings.Repeat("</A>\n", depth) + "C\n"
	f := file(src)
	tree, list := parser.Parse(f)
	checkTree(t, f, tree)
	if len(list) != 1 || list[0].Class != diag.Unknown {
		t.Errorf("got %v", problems(diag.NewFileSet(), list))
	}
	if last, ok := tree.Items[len(tree.Items)-1].(*ast.Directive); !ok || last.Name.String() != "C" {
		t.Errorf("what follows is %v", tree.Items[len(tree.Items)-1])
	}
	loaded := parser.Load(parser.Input{Name: "f", Source: []byte(src)})
	if len(loaded.Nodes) != 2 {
		t.Errorf("%d nodes", len(loaded.Nodes))
	}
}

func TestSplitWords(t *testing.T) {
	for src, want := range map[string][]string{
		`a b`: {"a", "b"}, `"a b" 'c d'`: {"a b", "c d"}, `"a"b`: {"a", "b"}, `a"b c"`: {`a"b`, `c"`}, `"a\"b"`: {`a"b`},
		`"a\'b\\c\d"`: {`a\'b\c\d`}, `a\\b\"`: {`a\b\"`}, `"a b`: {"a b"}, `""`: {""}, `'`: {""}, `"a\`: {`a\`}, "a\vb": {"a", "b"},
	} {
		var got []string
		for _, w := range parser.SplitWords(ast.NewText(src, 1)) {
			got = append(got, w.String())
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s\n%s", src, diff)
		}
	}
}
