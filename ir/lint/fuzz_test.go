package lint_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/ir/lint"
	"github.com/lbconf/lbconf/ir/lower"
	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/ast"
	"github.com/lbconf/lbconf/parser/diag"
)

// FuzzCheck holds for any bytes: every finding has a rule, a message and a place in the input, and every fix can be made.
func FuzzCheck(f *testing.F) {
	for _, r := range lint.Rules() {
		f.Add(r.Bad)
		f.Add(r.Good)
	}
	seeds, err := filepath.Glob("../../testdata/seeds/*.conf")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range seeds {
		source, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(source))
	}
	f.Fuzz(func(t *testing.T, source string) {
		tree := parser.Load(parser.Input{Name: "site.conf", Source: []byte(source), Read: noFiles{}})
		config, refusals := lower.Lower(tree)
		found, _ := lint.Check(config, effective.New(config), lint.Reading{
			Found: slices.Concat(tree.Diagnostics, refusals), Syntax: tree.Syntax, Defined: slices.Collect(maps.Keys(tree.Defined)),
		})
		for _, d := range found {
			if rule, ok := lint.Lookup(string(d.Code)); !ok || rule.Name != d.Name || d.Message == "" || d.Severity == 0 || d.Class == 0 {
				t.Errorf("a finding that nothing explains: %+v", d)
			}
			places := []diag.Span{d.Span}
			for _, r := range d.Related {
				places = append(places, r.Span)
			}
			for _, span := range places {
				if tree.Files.File(span.Start) == nil || span.End < span.Start {
					t.Errorf("%s: the place %v is outside of the input", d.Code, span)
				}
			}
			if d.Fix == nil {
				continue
			}
			if _, err := ast.Apply(tree.Files.File(d.Span.Start), d.Fix.Edits); err != nil {
				t.Errorf("%s: the fix cannot be made: %v", d.Code, err)
			}
		}
	})
}
