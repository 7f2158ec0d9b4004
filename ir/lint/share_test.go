package lint_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/ir/lint"
	"github.com/lbconf/lbconf/ir/lower"
	"github.com/lbconf/lbconf/parser"
)

// TestShares holds that it makes no difference how many servers a rule sees in one pass: what it finds in a configuration
// of many is what it finds when it must see them all. The main server has the mistake of one rule, and the virtual hosts
// those of all.
func TestShares(t *testing.T) {
	var hosts strings.Builder
	whole := lint.Rules()
	for i, rule := range whole {
		fmt.Fprintf(&hosts, "<VirtualHost *:80>\nServerName host%d.example.com\n%s\n</VirtualHost>\n", i, rule.Bad)
		seesAll := *rule
		seesAll.Whole = true
		whole[i] = &seesAll
	}
	for _, rule := range lint.Rules() {
		source := rule.Bad + "\n" + hosts.String() + hosts.String()
		tree := parser.Load(parser.Input{Name: "site.conf", Source: []byte(source), Read: noFiles{}})
		config, _ := lower.WithFiles(tree, exampleFiles{})
		view := effective.New(config)
		if len(view.Servers()) < len(whole) {
			t.Fatalf("%s: %d servers", rule.Name, len(view.Servers()))
		}
		if diff := cmp.Diff(lint.Run(config, view, whole), lint.Run(config, view, lint.Rules())); diff != "" {
			t.Errorf("%s in the main server, findings of the rules (-seeing all servers +seeing shares):\n%s", rule.Name, diff)
		}
	}
}
