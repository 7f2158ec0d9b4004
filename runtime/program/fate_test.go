package program_test

import (
	"testing"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/parser/directive"
	"github.com/lbconf/lbconf/runtime/program"
)

// TestEveryDirectiveHasOneFate holds, for each directive of httpd, what a server says at start of one that has no type: it
// is silent about an inert one, refuses one that guards something, and lists the others or refuses them.
func TestEveryDirectiveHasOneFate(t *testing.T) {
	count := map[string]int{}
	for d := range directive.All() {
		item := &ir.Residue{
			Node: ir.Node{Origin: ir.Origin{Directive: d.Name}}, State: ir.ResidueUnsupported, Guards: d.Guards, Name: d.Name, Args: "x", Section: d.Section,
		}
		if d.Effect == directive.Inert {
			item.State = ir.ResidueInert
		}
		c := &ir.Config{Files: diag.NewFileSet(), Items: []ir.Item{item}}
		c.Number()
		_, report := program.Compile(c, program.Options{})
		var fates []string
		for fate, entries := range map[string][]program.Entry{
			"refused": report.Refused, "warned": report.Warned, "noted": report.Noted, "ignored": report.Ignored, "told": report.Told,
		} {
			for _, e := range entries {
				if e.Origin.Directive == d.Name {
					fates = append(fates, fate)
				}
			}
		}
		fate := "silent"
		switch {
		case len(fates) > 1:
			t.Errorf("%s has the fates %v", d.Name, fates)
		case len(fates) == 1:
			fate = fates[0]
		}
		count[fate]++
		switch {
		case d.Effect == directive.Inert && fate != "silent":
			t.Errorf("%s is inert, and %s", d.Name, fate)
		case d.Guards && fate != "refused":
			t.Errorf("%s guards something, and is %s", d.Name, fate)
		case d.Effect != directive.Inert && fate == "silent":
			t.Errorf("%s is not run, and nobody is told", d.Name)
		}
	}
	t.Log(count)
}
