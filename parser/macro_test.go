package parser_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/diag"
)

// TestMacroPlaces holds that what a macro stands for has the place in its body, and knows the Use and the argument.
func TestMacroPlaces(t *testing.T) {
	const src = "Include macros\nUse outer one two\n<S>\nUse inner 3\n</S>\n"
	const macros = "# c\n<Macro inner $x>\n\tA $x \\\n  b$x\n</Macro>\n<Macro outer $x $y>\n<S $y>\nUse inner $x-$x\n</S>\n</Macro>\n"
	tree := loadCase{
		src: src, files: map[string]string{"macros": macros},
		want: []string{"<S two", " A one-one bone-one", "<S", " A 3 b3"},
	}.run(t)
	n := tree.Nodes[0].Children[0]
	at := func(span diag.Span) string {
		p := tree.Files.Position(span.Start)
		return fmt.Sprintf("%s:%d:%d %q", p.Filename, p.Line, p.Column, tree.Files.Text(span))
	}
	for i, want := range []string{`/m/macros:3:4 "$x"`, `/m/macros:4:3 "b$x"`} {
		if got := at(n.Words[i].Text.All()); got != want {
			t.Errorf("word %d stands at %s, want %s", i, got, want)
		}
	}
	var got []string
	for _, use := range tree.Files.Uses(n.Span().Start) {
		got = append(got, at(use))
	}
	for _, r := range tree.Files.Expansion(n.Words[1].Text.All()) {
		got = append(got, at(r.Span)+" "+r.Message)
	}
	for _, r := range tree.Files.Expansion(n.NameSpan()) {
		got = append(got, at(r.Span)+" "+r.Message)
	}
	want := []string{`/m/macros:8:1 "Use inner $x-$x"`, `/m/f:2:1 "Use outer one two"`, `/m/macros:8:11 "$x-$x" $x of macro 'inner'`, `/m/macros:8:1 "Use inner $x-$x" macro 'inner' is used here`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got := len(tree.Files.Files()); got != 2 {
		t.Errorf("%d files", got)
	}
	for _, lost := range unaccounted(tree) {
		t.Errorf("%q is lost", lost)
	}
}

// TestMacroModule holds that a server without mod_macro knows no macros, and what stands in them is not executed.
func TestMacroModule(t *testing.T) {
	const src = "<Macro m>\nA\n</VirtualHost>\n</Macro>\nUse m\nUndefMacro m\n"
	tree := loadCase{src: server + src, want: append(append([]string{}, serverNodes...), "<Macro m", "Use m", "UndefMacro m")}.run(t)
	if n := len(tree.Skipped); n != 1 || tree.Skipped[0].Directives != 1 {
		t.Errorf("skipped: %+v", tree.Skipped)
	}
}

// TestMacroBombs holds that macros end within the limits: what doubles at each level, uses itself, or has too much of anything.
func TestMacroBombs(t *testing.T) {
	doubling := "<Macro m0>\nA b\n</Macro>\n"
	chain := "<Macro m0>\nA\n</Macro>\n"
	for i := 1; i <= 60; i++ {
		doubling += fmt.Sprintf("<Macro m%d>\nUse m%d\nUse m%d\n</Macro>\n", i, i-1, i-1)
	}
	for i := 1; i <= 5000; i++ {
		chain += fmt.Sprintf("<Macro m%d>\nUse m%d\n</Macro>\n", i, i-1)
	}
	var many strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&many, " $p%d", i)
	}
	text := "<Macro t $a>\nA " + strings.Repeat("$a", 4000) + "\n</Macro>\n"
	for src, want := range map[string]string{
		doubling + "Use m60\nB\n":                                         "the macros of the input expand to more than 4096 lines",
		text + strings.Repeat("Use t xx\n", 2000):                         "the macros of the input expand to more than 1048576 bytes",
		chain + "Use m5000\nB\n":                                          "macros are used in each other more than 1000 deep",
		"<Macro m" + many.String() + ">\nA\n</Macro>\nUse m\n":            "macro 'm' has more than 1000 parameters",
		"<Macro a>\nUse b\n</Macro>\n<Macro b>\nUse a\n</Macro>\nUse a\n": "macro 'a' uses itself",
	} {
		tree := parser.Load(parser.Input{Name: "/m/f", Source: []byte(src), Read: memoryOf(nil), Limits: parser.Limits{FileBytes: 1 << 20}})
		if got := problems(tree.Files, tree.Diagnostics); len(got) == 0 || !strings.Contains(strings.Join(got, "\n"), want) || len(got) > 20 {
			t.Errorf("%d problems %.300s, want %s", len(got), got, want)
		}
	}
}
