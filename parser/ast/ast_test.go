package ast_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/ast"
	"github.com/lbconf/lbconf/parser/diag"
)

func file(src string) *diag.File { return diag.NewFileSet().Add("f", []byte(src), diag.Span{}) }

// TestQuoteReadsBack holds that httpd's splitting of a line gives back the words that were quoted into it.
func TestQuoteReadsBack(t *testing.T) {
	word := rapid.StringOfN(rapid.SampledFrom([]rune("a\\\"' \t#<>$*{}:ä\r\v\x01")), 0, 8, -1)
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(word, 1, 4).Draw(t, "words")
		line := "Name"
		for i, w := range words {
			quoted, ok := ast.Quote(w)
			if !ok {
				if !strings.Contains(w, "${") {
					t.Fatalf("%q cannot be quoted", w)
				}
				words = words[:i]
				break
			}
			line += " " + quoted
		}
		tree := parser.Load(parser.Input{Name: "f", Source: []byte(line + "\nNext\n")})
		var got []string
		for _, w := range tree.Nodes[0].Words {
			got = append(got, w.String())
		}
		if !slices.Equal(got, words) || len(tree.Nodes) != 2 {
			t.Fatalf("%q reads as %q, want %q", line, got, words)
		}
	})
}

func TestQuote(t *testing.T) {
	for word, want := range map[string]string{
		"http://b/": "http://b/", "a b": `"a b"`, "": `""`, `^\.(x|y)$`: `^\.(x|y)$`, `a"b`: `a"b`, `"a`: `"\"a"`, `a\`: `"a\\"`,
		`a \d`: `"a \d"`, "${map:$1}": "${map:$1}", "#x": `"#x"`,
	} {
		if got, ok := ast.Quote(word); !ok || got != want {
			t.Errorf("Quote(%q) = %s, %t; want %s", word, got, ok, want)
		}
	}
	for _, word := range []string{"a\nb", "${A}", "${map:x}${B}", "a\x00", "${}"} {
		if got, ok := ast.Quote(word); ok {
			t.Errorf("Quote(%q) = %s, and httpd would not read that back", word, got)
		}
	}
}

func TestApply(t *testing.T) {
	f := file("abcdef")
	edit := func(from, to int, text string) diag.Edit { return diag.Edit{Span: f.Span(from, to), Text: text} }
	for name, c := range map[string]struct {
		edits []diag.Edit
		want  string
	}{
		"none":            {nil, "abcdef"},
		"any order":       {[]diag.Edit{edit(4, 5, "E"), edit(0, 2, "")}, "cdEf"},
		"insert in order": {[]diag.Edit{edit(3, 3, "1"), edit(3, 3, "2"), edit(6, 6, "!")}, "abc12def!"},
		"insert before":   {[]diag.Edit{edit(2, 4, "X"), edit(2, 2, "+")}, "ab+Xef"},
		"touching":        {[]diag.Edit{edit(0, 3, "1"), edit(3, 6, "2")}, "12"},
		"everything":      {[]diag.Edit{edit(0, 6, "")}, ""},
	} {
		got, err := ast.Apply(f, c.edits)
		if err != nil || string(got) != c.want {
			t.Errorf("%s: %q, %v; want %q", name, got, err, c.want)
		}
	}
	if _, err := ast.Apply(f, []diag.Edit{edit(0, 3, "x"), edit(2, 4, "y")}); !errors.Is(err, ast.ErrOverlap) {
		t.Errorf("overlapping edits: %v", err)
	}
	for _, outside := range []diag.Edit{{}, edit(3, 9, ""), {Span: diag.Span{Start: f.Pos(4), End: f.Pos(2)}}} {
		if _, err := ast.Apply(f, []diag.Edit{outside}); err == nil {
			t.Errorf("%v lies outside and is accepted", outside)
		}
	}
}

func TestAll(t *testing.T) {
	tree, _ := parser.Parse(file("# c\n<A x>\n\nB\n<C>\nD\n</C>\n</A>\nE\n"))
	var got []string
	for item := range tree.All() {
		switch item := item.(type) {
		case *ast.Directive:
			got = append(got, item.Name.String())
		case *ast.Section:
			got = append(got, "<"+item.Name.String())
		case *ast.Comment:
			got = append(got, item.Line.Text.String())
		case *ast.Blank:
			got = append(got, "")
		case *ast.Bad:
			got = append(got, "!")
		}
	}
	if diff := cmp.Diff([]string{"# c", "<A", "", "B", "<C", "D", "E"}, got); diff != "" {
		t.Error(diff)
	}
	for item := range tree.All() {
		if _, ok := item.(*ast.Section); ok {
			break
		}
	}
}

// TestTextKnowsItsPlace holds the source map: each byte of a joined, replaced or unescaped text names the bytes it is from.
func TestTextKnowsItsPlace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		src := rapid.StringMatching(`[a-z]{1,40}`).Draw(t, "source")
		f := file(src)
		var parts []ast.Text
		for at := 0; at < len(src); {
			n := rapid.IntRange(1, len(src)-at).Draw(t, "length")
			if rapid.Bool().Draw(t, "replaced") {
				parts = append(parts, ast.ReplacedText(rapid.StringMatching(`[A-Z]{0,5}`).Draw(t, "value"), f.Span(at, at+n)))
			} else {
				parts = append(parts, ast.NewText(src[at:at+n], f.Pos(at)))
			}
			at += n + rapid.IntRange(0, 2).Draw(t, "gap")
		}
		text := ast.Join(parts...)
		i := rapid.IntRange(0, text.Len()).Draw(t, "i")
		j := rapid.IntRange(i, text.Len()).Draw(t, "j")
		slice := text.Slice(i, j)
		if slice.String() != text.String()[i:j] {
			t.Fatalf("Slice(%d, %d) of %q is %q", i, j, text, slice)
		}
		for k := range slice.Len() {
			span := slice.Span(k, k+1)
			if c := slice.String()[k]; c >= 'a' && f.Text(span) != string(c) {
				t.Fatalf("byte %d of %q stands at %q", k, slice, f.Text(span))
			}
			if whole := text.Span(i+k, i+k+1); span.Len() == 0 || !whole.Contains(span.Start) {
				t.Fatalf("byte %d of %q: %v in the slice, %v in the text", k, slice, span, whole)
			}
		}
	})
}
