package golang

import (
	"os"
	"testing"

	"github.com/lbconf/lbconf/emit/internal/irtest"
	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/lower"
	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/testenv"
)

// TestCorpus holds the law of TestEvaluated on real configurations, which are no part of the project.
func TestCorpus(t *testing.T) {
	if os.Getenv("LBCONF_REQUIRE_CORPUS") != "1" {
		t.Skip("builds some hundred programs, where LBCONF_REQUIRE_CORPUS is 1")
	}
	configs := make(map[string]*ir.Config)
	for _, sample := range testenv.Corpus(t) {
		context := parser.ContextServer
		if sample.Htaccess {
			context = parser.ContextDirectory
		}
		tree := parser.Load(parser.Input{Name: sample.Name, Source: sample.Source, Context: context})
		configs[sample.Name], _ = lower.Lower(tree)
	}
	for name, dump := range evaluate(t, configs) {
		if irtest.Dump(configs[name]) != dump {
			t.Errorf("%s: the literal of the program is not the configuration", name)
		}
	}
}
