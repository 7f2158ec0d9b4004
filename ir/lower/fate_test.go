package lower_test

import (
	"os"
	"strings"
	"testing"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/lower"
	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/parser/directive"
)

// TestAccepted takes a line of most directives that httpd 2.4.71 with all modules accepts: none is refused, and each is one
// of modelled, inert or unsupported, as the table says.
func TestAccepted(t *testing.T) {
	src, err := os.ReadFile("testdata/accepted.txt")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for line := range strings.Lines(string(src)) {
		text := strings.ReplaceAll(strings.TrimSpace(line), `\n`, "\n")
		tree := parser.Load(parser.Input{Name: "test.conf", Source: []byte(text + "\n")})
		c, diags := lower.Lower(tree)
		for _, d := range append(tree.Diagnostics, diags...) {
			if d.Class == diag.Refusal {
				t.Errorf("%q: httpd accepts it, and %s says: %s", text, d.Code, d.Message)
			}
		}
		for item := range ir.All(c.Items) {
			name := item.Head().Origin.Directive
			seen[strings.ToLower(name)] = true
			if r, ok := item.(*ir.Residue); ok {
				checkFate(t, r)
			}
		}
	}
	if len(seen) < 500 {
		t.Errorf("only %d directives", len(seen))
	}
}

func checkFate(t *testing.T, r *ir.Residue) {
	t.Helper()
	d, known := directive.Lookup(r.Name)
	if r.Section {
		d, known = directive.LookupSection(r.Name)
	}
	want := ir.ResidueUnsupported
	if known && d.Effect == directive.Inert {
		want = ir.ResidueInert
	}
	if !known || r.State != want || r.Guards != d.Guards || r.Guards && r.State == ir.ResidueInert {
		t.Errorf("%s is %v, guards %t, and the table says %+v", r.Name, r.State, r.Guards, d)
	}
}
