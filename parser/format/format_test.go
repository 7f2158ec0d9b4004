package format_test

import (
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/ast"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/parser/format"
	"github.com/lbconf/lbconf/parser/rewrite"
	"github.com/lbconf/lbconf/parser/testenv"
)

func source(src string) (string, diag.List) {
	tree, refused := format.Parse(diag.NewFileSet().Add("f", []byte(src), diag.Span{}))
	if len(refused) > 0 {
		return "", refused
	}
	return string(format.File(tree)), nil
}

// escapes make bytes that are hard to see in a file of examples visible: \r, \t, \0, and \_ for a space at the end of a line.
var escapes = strings.NewReplacer(`\r`, "\r", `\t`, "\t", `\0`, "\x00", `\v`, "\v", `\_`, " ", `\xe4`, "\xe4")

// TestExamples formats the examples of testdata: what is written, then what it becomes.
func TestExamples(t *testing.T) {
	names, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatal("no examples", err)
	}
	for _, name := range names {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i+1 < len(archive.Files); i += 2 {
			in, want := archive.Files[i], archive.Files[i+1]
			got, refused := source(escapes.Replace(string(in.Data)))
			if len(refused) > 0 {
				t.Errorf("%s: %s: %v", name, in.Name, refused[0].Message)
			}
			if diff := cmp.Diff(escapes.Replace(string(want.Data)), got); diff != "" {
				t.Errorf("%s: %s (- want, + got):\n%s", name, in.Name, diff)
			}
		}
	}
}

// TestRefused holds that a file that httpd would not read is left alone, with the place of what is wrong.
func TestRefused(t *testing.T) {
	for src, want := range map[string]string{
		"<Location />\nA\n":                   "not closed",
		"A\n</Location>\n":                    "</Location>",
		"\xef\xbb\xbfListen 80\n":             "byte order mark",
		"<IfModule a.c>\n</IfDefine>\n":       "</IfDefine>",
		"<VirtualHost *:80\n</VirtualHost>\n": `closing ">"`,
	} {
		out, refused := source(src)
		if out != "" || len(refused) == 0 || !strings.Contains(refused[0].Message, want) {
			t.Errorf("%q: formatted as %q, refused for %v; want %q", src, out, refused, want)
		}
	}
}

// TestEnds formats texts whose last line does not end, and others that no file of examples can hold.
func TestEnds(t *testing.T) {
	for src, want := range map[string]string{
		"":                        "",
		"\n\n \t\n":               "",
		"\\\n\n":                  "",
		"A":                       "A\n",
		"use  m\n a":              "Use m\na",
		"use  m\n a\n":            "Use m\na\n",
		"use  m\n use  n\n  ":     "Use m\nUse n\n",
		"A b\\\\\n\nc\n":          "A b\\\\\n\nc\n",
		"A\\":                     "A\\ \n",
		"# a\\":                   "# a\\ \n",
		"A\r":                     "A\n",
		"A\r\nB\n\r\n\r\nC":       "A\r\nB\r\n\r\nC\r\n",
		"A\nB\r\nC\r\nD\n":        "A\nB\nC\nD\n",
		"A\x00b \\\nC":            "A\x00b \\\nC\n",
		" \x00\nA":                " \x00\nA\n",
		"A\\\r\r\nB":              "A\\ \r\nB\r\n",
		"A \"b\\\r\n  c\"\r\n  B": "A \"b\\\r\n  c\"\r\nB\r\n",
	} {
		if got, refused := source(src); got != want || len(refused) > 0 {
			t.Errorf("%q becomes %q, want %q %v", src, got, want, refused)
		}
	}
}

// FuzzFormat holds the laws of the package for any bytes: formatting twice changes nothing more, and httpd reads the same
// directives with the same arguments, and the same comments, whatever variables and the parameters of macros stand for.
func FuzzFormat(f *testing.F) {
	for _, src := range []string{
		"<VirtualHost *:80 >\n servername  a\n\n\n# b\n  </virtualhost>\n", "a \\\n\\\n\nb\\\n c \"d \\\n e\"", "<Macro m $a b>\n  b $a  c\n</Macro>\nuse m  1   2",
		"RewriteRule  a\\ b   'c  d'  [L,\\\n R]", "header  set x \"a  b\"   env=c  ", "Define  q '\"'\nerrorlog ${q}  a  b\"\n", "<If \"a  b\" >\n</If>",
		"require  not  expr  a  b\nrequire ip 1  2", "A\x00 \\\n\nB\\ \n# c \\\n\n\n", "<perl >\n\n  a\n</PERL>\r\n", "<x>\r\n#\\\r\r\n</X> y", "ProxyHCExpr  a  {b  c}", `<RequireAll> a>` + "\n</RequireAll>",
	} {
		f.Add([]byte(src))
	}
	f.Fuzz(laws)
}

// TestCorpus holds the laws of FuzzFormat on real configurations.
func TestCorpus(t *testing.T) {
	for _, sample := range testenv.Corpus(t) {
		laws(t, sample.Source)
	}
}

// laws holds the laws of the package for a text.
func laws(t *testing.T, src []byte) {
	t.Helper()
	before, found := parser.Parse(diag.NewFileSet().Add("f", src, diag.Span{}))
	text, refused := source(string(src))
	if len(refused) > 0 {
		if text != "" || len(found) == 0 {
			t.Fatalf("refused, and formatted as %q", text)
		}
		format.File(before) // must not panic
		return
	}
	after, found := parser.Parse(diag.NewFileSet().Add("f", []byte(text), diag.Span{}))
	if again, refused := source(text); again != text || len(refused) > 0 {
		t.Fatalf("%q becomes %q, and that %q %v", src, text, again, found)
	}
	if diff := cmp.Diff(meaning(before), meaning(after)); diff != "" {
		t.Fatalf("%q becomes %q:\n%s", src, text, diff)
	}
	read := func(src string) []string {
		return nodes(parser.Load(parser.Input{Name: "f", Source: []byte(src), Read: nothing{}}).Nodes, nil)
	}
	if diff := cmp.Diff(read(string(src)), read(text)); diff != "" {
		t.Fatalf("%q becomes %q:\n%s", src, text, diff)
	}
}

// meaning returns what httpd reads of a tree, a text for each item.
func meaning(tree *ast.File) []string {
	var all []string
	for item := range tree.All() {
		switch item := item.(type) {
		case *ast.Directive:
			all = append(all, reading(item.Name, item.Args))
		case *ast.Section:
			all = append(all, "<"+reading(item.Name, item.Args))
			if item.Close != nil { // one in a macro may go on where the macro is used
				all = append(all, clib.ToLower(item.Close.Text.String()))
			}
			if clib.EqualFold(item.Name.String(), "Macro") {
				all = append(all, uses(item)...)
			}
		case *ast.Comment:
			all = append(all, item.Line.Text.String())
		case *ast.Blank:
		case *ast.Bad:
			all = append(all, "bad "+item.Line.Text.String())
		}
	}
	return all
}

// reading is a line as httpd takes it apart, which depends on the directive.
func reading(name, args ast.Text) string {
	key := clib.ToLower(name.String())
	switch key {
	case "rewriterule", "rewritecond":
		if a, problems := rewrite.SplitArgs(args.String()); len(rewrite.Refused(problems)) == 0 {
			return strings.Join([]string{key, a.First.Text, a.Second.Text, a.Flags.Text, a.Rest.Text}, "\x01")
		}
	case "if", "elseif", "sslrequire", "extfilterdefine", "error", "sessioncookiename", "luahookfixups", "ifmodule", "proxyhtmlurlmap":
		return key + "\x01" + args.String()
	case "proxyhcexpr":
		if words := parser.SplitWords(args); len(words) > 0 {
			rest := strings.TrimLeft(args.String()[parser.WordEnd(args.String(), 0):], " \t\n\v\f\r")
			return key + "\x01" + words[0].String() + "\x01" + rest
		}
	}
	all := []string{key}
	for _, w := range parser.SplitWords(args) {
		all = append(all, w.String())
	}
	return strings.Join(all, "\x01")
}

// uses returns the lines of a macro with one parameter after the other replaced by a text with a quote in it.
func uses(macro *ast.Section) []string {
	var all []string
	for i, param := range parser.SplitWords(macro.Args) {
		if i == 0 || param.String() == "" {
			continue
		}
		use := func(line ast.Text) {
			text := strings.ReplaceAll(line.String(), param.String(), `Q"`)
			at := parser.WordEnd(text+" ", 0)
			name := ast.NewText(text[:min(at, len(text))], 0)
			all = append(all, reading(name, ast.NewText(strings.Trim(text[min(at, len(text)):], " \t\n\v\f\r"), 0)))
		}
		for item := range (&ast.File{Items: macro.Items}).All() {
			switch item := item.(type) {
			case *ast.Directive:
				use(item.Line.Text)
			case *ast.Section, *ast.Comment, *ast.Blank, *ast.Bad:
			}
		}
	}
	return all
}

func nodes(list []*parser.Node, all []string) []string {
	for _, n := range list {
		all = append(all, reading(ast.NewText(n.Name, 0), n.Args))
		all = nodes(n.Children, all)
	}
	return all
}

func TestNamesOfTemplatesStay(t *testing.T) {
	for _, src := range []string{"{% if   a  %}\n", "@NAME@   a   b\n", "${A}   b   c\n", "\"Foo\"   a\n"} {
		if got, _ := source(src); got != src {
			t.Errorf("%q becomes %q", src, got)
		}
	}
}

// vhosts returns a file of n virtual hosts, hardly any line of which is canonical.
func vhosts(n int) []byte {
	return []byte(strings.Repeat(`
<VirtualHost *:80 >
  servername      host.example.test
  ServerAlias     www.host.example.test   old.example.test

  # the application
  <Location "/app">
      Require   all granted
  </Location>
  RewriteEngine On
  RewriteCond     %{REQUEST_URI}   ^/old/
  RewriteRule     ^/old/(.*)$      /new/$1   [R=301,L]
  ProxyPass       "/app/" "http://127.0.0.1:8080/app/" \
                          timeout=30
  ErrorLog        ${APACHE_LOG_DIR}/host.log
  Header always set X-Host "host"


</VirtualHost>
`, n))
}

func BenchmarkFormat(b *testing.B) {
	src := vhosts(2000)
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		tree, refused := format.Parse(diag.NewFileSet().Add("f", src, diag.Span{}))
		if len(refused) > 0 {
			b.Fatal(refused)
		}
		format.File(tree)
	}
}

// TestLongLines holds that time and size stay in proportion for what grows fastest: continuations, words, nesting.
func TestLongLines(t *testing.T) {
	const n = 20_000
	for _, src := range []string{
		"ServerAlias" + strings.Repeat(" \\\n a", n) + "\n",
		"# a" + strings.Repeat("\\\nb", n) + "\n",
		strings.Repeat("<A>\n", 400) + strings.Repeat("b\n", n) + strings.Repeat("</A>\n", 400),
		strings.Repeat("<IfModule a.c>\n", 400) + strings.Repeat("b\n", n) + strings.Repeat("</IfModule>\n", 400),
		"A " + strings.Repeat("${a:", n) + "\n", strings.Repeat("\\\n", n),
		"<Macro m " + strings.Repeat("a ", 100) + ">\n" + strings.Repeat("b  c\n", n) + "</Macro>\n",
	} {
		got, refused := source(src)
		if len(refused) > 0 || len(got) > 60*len(src) {
			t.Errorf("%.40q…: %d bytes become %d, refused for %v", src, len(src), len(got), refused)
		}
		if again, _ := source(got); again != got {
			t.Errorf("%.40q…: formatting again changes it", src)
		}
	}
}

// nothing is a file system without files.
type nothing struct{}

func (nothing) ReadFile(string) ([]byte, error)       { return nil, fs.ErrNotExist }
func (nothing) ReadDir(string) ([]fs.DirEntry, error) { return nil, fs.ErrNotExist }
func (nothing) Stat(string) (fs.FileInfo, error)      { return nil, fs.ErrNotExist }

func TestEveryDirectiveKeepsItsName(t *testing.T) {
	for _, line := range []string{"order Deny,Allow", "CACHEFILE a", "limitrequestfieldsize 1", "sslocspnoverify on", "timeout 5"} {
		got, _ := source(line + "\n")
		if name, _, _ := strings.Cut(line, " "); !strings.EqualFold(strings.Fields(got)[0], name) || got[0] >= 'a' {
			t.Errorf("%s becomes %s", line, got)
		}
	}
}

func TestLanguageOf(t *testing.T) {
	for src, want := range map[string]format.Language{
		"":                             format.Httpd,
		"# nothing\n":                  format.Httpd,
		"Listen 80\n":                  format.Httpd,
		"SecRule ARGS a\n":             format.Httpd,
		"<IfModule x>\nA\n</IfModule>": format.Httpd,
		"{% if a %}\nListen 80\nA b\n": format.Httpd,
		"ServerName ${A}\n{{ b }}\n":   format.Httpd,
		"OurOwn thing\n":               format.Unknown,
		"server {\n  listen 80;\n}\n":  format.Foreign,
		"[Unit]\nDescription=a\n":      format.Foreign,
		"L\x00i\x00\n":                 format.Binary,
		"Listen 80\nA\x00\n":           format.Httpd,
		"a = b\n":                      format.Foreign,
		"a:\n  b: c\n":                 format.Foreign,
	} {
		tree, _ := format.Parse(diag.NewFileSet().Add("f", []byte(src), diag.Span{}))
		if got := format.LanguageOf(tree); got != want {
			t.Errorf("%q is %d, want %d", src, got, want)
		}
	}
}
