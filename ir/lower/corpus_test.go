package lower_test

import (
	"regexp"
	"testing"

	"github.com/lbconf/lbconf/ir/lower"
	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/parser/testenv"
)

// beyond is what httpd says about macros, which are not expanded, and about names that it could not resolve.
var beyond = regexp.MustCompile(`macro '|name resolution`)

// TestCorpus holds real configurations against what httpd said about them: the line at which it stopped is refused here too,
// and nothing is refused in one that it accepted.
func TestCorpus(t *testing.T) {
	for _, sample := range testenv.Corpus(t) {
		tree, diags := loadCorpus(sample)
		hit := false
		for _, d := range append(tree.Diagnostics, diags...) {
			if d.Class != diag.Refusal {
				continue
			}
			hit = hit || tree.Files.Position(d.Span.Start).Line == sample.Line
			if sample.Verdict == "ok" {
				t.Errorf("%s: httpd accepts it, and %s says: %s", sample.Name, d.Code, d.Message)
			}
		}
		judged := sample.Verdict == "syntax" || sample.Verdict == "context" || sample.Verdict == "structure"
		if judged && !hit && !beyond.MatchString(sample.Said) {
			t.Errorf("%s:%d: nothing is refused here, and httpd says: %s", sample.Name, sample.Line, sample.Said)
		}
	}
}

func loadCorpus(sample testenv.Sample) (*parser.Tree, diag.List) {
	in := parser.Input{Name: sample.Name, Source: sample.Source}
	if sample.Htaccess {
		in.Context = parser.ContextHtaccess
	}
	tree := parser.Load(in)
	_, diags := lower.Lower(tree)
	return tree, diags
}
