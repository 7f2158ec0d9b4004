package parser_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/ast"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/parser/large"
)

// corpus returns the folder of real configurations, or "" where there is none.
func corpus() string {
	for _, dir := range []string{os.Getenv("LBCONF_CORPUS"), filepath.Join("..", "..", "shared", "corpus")} {
		if info, err := os.Stat(dir); dir != "" && err == nil && info.IsDir() {
			return dir
		}
	}
	return ""
}

// configurations returns the files below a folder.
func configurations(tb testing.TB, dir string) map[string][]byte {
	tb.Helper()
	files := map[string][]byte{}
	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		files[name], err = os.ReadFile(name)
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return files
}

func seed(f *testing.F, add func(src []byte)) {
	f.Helper()
	for _, src := range configurations(f, filepath.Join("..", "testdata", "seeds")) {
		add(src)
	}
	for _, src := range []string{
		"", "\xef\xbb\xbf", "A \\\n\\\r\n\\", "<A\n</A\n</>\n<", "\"<A\" b>\n</A>\n</B>\n", "A\x00\\\nB", "<A>\n<B>\n</A>\n", "${", "<${A} ${B}>\n</${A}>\n",
		"Define A \"x ${A}\"\nDefine A ${A}${A}\n${A} 'b\\''\nInclude ${A}*\n", "<IfVersion !~ ^2>\n<IfModule !a.c>\n</IfModule> x\n</IfVersion>\n",
		"Include *\nIncludeOptional d/[a-\\]*?\n<IfFile !b>\nUse m\n</IfFile>\n<Macro m $a>\n</Macro>\n",
		"<Macro m $a @b>\n<A $a>\nInclude @b\n</Macro>\nUse m \"x y\" a\n</A>\nUse m 1 '\"'\n</A>", "<Macro m $x>\n<Macro n>\nUse $x\n</IfFile>\nA \\ \n</Macro>\nUse n\n</Macro>\n<IfFile !b>\nUse m m\n",
		"<Macro a>\nUse b\nUse b\n</Macro>\n<Macro b>\nUse c\nUse c\n</Macro>\n<Macro c>\nDefine V ${V}x\n${V}\n</Macro>\nUse a\n", "<Macro m>\n</A>\n<B>\n</Macro>\n<IfDefine N>\n<Macro n>\n</A>\n</Macro>\n</IfDefine>\n<A>\nUse m\n</B>",
	} {
		add([]byte(src))
	}
	if dir := corpus(); dir != "" {
		for _, src := range configurations(f, dir) {
			if len(src) < 4096 {
				add(src)
			}
		}
	}
}

// FuzzParse holds the laws of a tree for any bytes: it prints as it was read, items tile it, diagnostics lie in the file.
func FuzzParse(f *testing.F) {
	seed(f, func(src []byte) { f.Add(src) })
	f.Fuzz(func(t *testing.T, src []byte) {
		fs := diag.NewFileSet()
		file := fs.Add("f", src, diag.Span{})
		tree, list := parser.Parse(file)
		checkTree(t, file, tree)
		whole := file.Span(0, len(src))
		for _, d := range list {
			checkPlaces(t, fs, d)
		}
		for item := range tree.All() {
			if d, ok := item.(*ast.Directive); ok {
				if d.Line.Text.Len() == 0 {
					t.Errorf("an empty line is %T", item)
				}
				for _, text := range []ast.Text{d.Line.Text, d.Name, d.Args} {
					if span := text.All(); span.Start < whole.Start || span.End > whole.End || span.End < span.Start {
						t.Errorf("%q stands at %v of %v", text, span, whole)
					}
				}
			}
		}
	})
}

func checkPlaces(t *testing.T, fs *diag.FileSet, d diag.Diagnostic) {
	t.Helper()
	spans := []diag.Span{d.Span}
	for _, r := range d.Related {
		spans = append(spans, r.Span)
	}
	if d.Fix != nil {
		for _, e := range d.Fix.Edits {
			spans = append(spans, e.Span)
		}
	}
	for _, span := range spans {
		file := fs.File(span.Start)
		if file == nil || span.End < span.Start || file.Offset(span.End) > len(file.Source()) {
			t.Errorf("%s: %v lies in no file", d.Message, span)
		}
	}
	if d.Code == "" || d.Name == "" || d.Class == 0 || d.Severity == 0 || strings.Contains(d.Message, "\n") && !strings.Contains(d.Message, "%!") {
		t.Errorf("incomplete: %+v", d)
	}
}

// FuzzLoad holds that any input of three files ends, without a panic, with nodes and statements that lie in its files.
func FuzzLoad(f *testing.F) {
	seed(f, func(src []byte) { f.Add(src, []byte("Include b\n"), []byte("Include d/*\nX ${A}\n")) })
	f.Fuzz(func(t *testing.T, src, a, b []byte) {
		tree := parser.Load(parser.Input{
			Name: "/m/f", Source: src, Read: memoryOf(map[string]string{"a": string(a), "b": string(b), "d/a": string(b)}),
			Limits: parser.Limits{Files: 50}, Env: map[string]string{"E": string(a)},
		})
		for _, d := range tree.Diagnostics {
			checkPlaces(t, tree.Files, d)
		}
		checkNodes(t, tree, tree.Nodes)
		for _, lost := range unaccounted(tree) {
			t.Errorf("%q is lost", lost)
		}
		if err := diag.Render(&strings.Builder{}, tree.Files, tree.Diagnostics, diag.RenderOptions{}); err != nil {
			t.Fatal(err)
		}
	})
}

func checkNodes(t *testing.T, tree *parser.Tree, nodes []*parser.Node) {
	t.Helper()
	for _, n := range nodes {
		spans := []diag.Span{n.Span(), n.NameSpan()}
		for _, w := range n.Words {
			spans = append(spans, w.Text.All())
		}
		for _, span := range spans {
			if file := tree.Files.File(span.Start); file == nil || span.End < span.Start || file.Offset(span.End) > len(file.Source()) {
				t.Errorf("%s %s: %v lies in no file", n.Name, n.Args, span)
			}
		}
		checkNodes(t, tree, n.Children)
	}
}

// TestCorpus holds the laws for real configurations, and that none that httpd accepts is refused for its syntax.
func TestCorpus(t *testing.T) {
	dir := corpus()
	if dir == "" {
		if os.Getenv("LBCONF_REQUIRE_CORPUS") == "1" {
			t.Fatal("no corpus: set LBCONF_CORPUS")
		}
		t.Skip("no corpus: set LBCONF_CORPUS")
	}
	verdicts, err := os.ReadFile(filepath.Join(dir, "VERDICTS.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	accepted := map[string]bool{}
	for line := range strings.Lines(string(verdicts)) {
		if f := strings.Split(line, "\t"); len(f) > 2 && f[2] == "ok" {
			accepted[f[0]] = true
		}
	}
	if len(accepted) < 100 {
		t.Errorf("only %d accepted files", len(accepted))
	}
	for name, src := range configurations(t, dir) {
		fs := diag.NewFileSet()
		file := fs.Add(name, src, diag.Span{})
		tree, list := parser.Parse(file)
		checkTree(t, file, tree)
		rel, err := filepath.Rel(dir, name)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range list {
			checkPlaces(t, fs, d)
		}
		loaded := parser.Load(parser.Input{Name: name, Source: src})
		checkNodes(t, loaded, loaded.Nodes)
		for _, d := range loaded.Diagnostics {
			if d.Class == diag.Refusal && accepted[filepath.ToSlash(rel)] {
				t.Errorf("httpd accepts %s: %v", rel, problems(loaded.Files, diag.List{d}))
			}
		}
	}
}

func BenchmarkParse(b *testing.B) {
	src := large.VirtualHosts(10_000)
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		parser.Parse(diag.NewFileSet().Add("f", src, diag.Span{}))
	}
}

func BenchmarkLoad(b *testing.B) {
	src := large.VirtualHosts(10_000)
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		parser.Load(parser.Input{Name: "f", Source: src})
	}
}
