package apache

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/lbconf/lbconf/emit/internal/irtest"
	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/parser/format"
)

// formatted returns what lbconf fmt makes of a text.
func formatted(t rapid.TB, text string) string {
	t.Helper()
	tree, refused := format.Parse(diag.NewFileSet().Add("f", []byte(text), diag.Span{}))
	if len(refused) > 0 {
		t.Fatalf("%s\nof\n%s", refused[0].Message, text)
	}
	return string(format.File(tree))
}

// TestCanonical holds that what is written for the seeds is in the layout of lbconf fmt.
func TestCanonical(t *testing.T) {
	for name, cfg := range irtest.Seeds(t, "../../testdata/seeds") {
		written, _ := mustEmit(t, cfg)
		if diff := cmp.Diff(written, formatted(t, written)); diff != "" {
			t.Errorf("%s (- written, + formatted):\n%s", name, diff)
		}
	}
}

// TestFormatKeeps holds that formatting changes nothing of configurations with every kind of directive and hostile text.
func TestFormatKeeps(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		written, _ := mustEmit(rt, irtest.Config(false).Draw(rt, "config"))
		before, _ := irtest.Lower("test.conf", []byte(written))
		text := formatted(rt, written)
		after, _ := irtest.Lower("test.conf", []byte(text))
		for _, cfg := range []*ir.Config{before, after} {
			for item := range ir.All(cfg.Items) {
				if r, ok := item.(*ir.Residue); ok { // it keeps its text, in which white space between words may be more
					r.Name, r.Args = strings.ToLower(r.Name), strings.Join(strings.Fields(r.Args), " ")
				}
			}
		}
		if diff := cmp.Diff(before, after, ir.IgnoreOrigin()); diff != "" {
			rt.Fatalf("%s\nformatted\n%s\nof\n%s", diff, text, written)
		}
	})
}
