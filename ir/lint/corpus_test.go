package lint_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/ir/lint"
	"github.com/lbconf/lbconf/ir/lower"
	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/parser/testenv"
)

// TestCorpus lints real configurations: on one that httpd accepts nothing is called refused, and none makes a rule fail.
func TestCorpus(t *testing.T) {
	for _, sample := range testenv.Corpus(t) {
		in := parser.Input{Name: sample.Name, Source: sample.Source}
		if sample.Htaccess {
			in.Context = parser.ContextDirectory
		}
		tree := parser.Load(in)
		config, refusals := lower.Lower(tree)
		found, _ := lint.Check(config, effective.New(config), lint.Reading{
			Found: slices.Concat(tree.Diagnostics, refusals), Syntax: tree.Syntax, Defined: slices.Collect(maps.Keys(tree.Defined)),
		})
		for _, d := range found {
			at := tree.Files.Position(d.Span.Start)
			if d.Class == diag.Refusal && sample.Verdict == "ok" {
				t.Errorf("%s:%d:%d: httpd accepts it, and %s says: %s", sample.Name, at.Line, at.Column, d.Code, d.Message)
			}
			if d.Class == diag.Defect && testing.Verbose() {
				t.Logf("%s:%d:%d: %s %s: %s", sample.Name, at.Line, at.Column, d.Severity, d.Code, d.Message)
			}
		}
	}
}
