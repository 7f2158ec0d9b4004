// Package lint judges a configuration that was read.
//
// A rule is a value in the file that is named after it; rules.go lists them. Most rules have a Run that looks at the IR
// and at what httpd makes of it (ir/effective). The rules without one say what the parser and ir/lower find while they
// read; they are values too, so that every code that can appear is documented with an example that a test executes.
//
// A finding must be worth its place: a rule that cannot be sure stays silent. The cases that look like a mistake and are
// none are tests of this package.
package lint

import (
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/diag"
)

// Rule is one thing that can be wrong.
type Rule struct {
	// ID is the code that stays the same for ever: "LB101".
	ID diag.Code
	// Name is the name for people: "rewrite-proxy-no-pool".
	Name string
	// Class says who objects.
	Class diag.Class
	// Severity is the highest that a finding of the rule has.
	Severity diag.Severity
	// Title says what is wrong, in one line.
	Title string
	// Why says in one paragraph what httpd does with it.
	Why string
	// Bad is a configuration on which the rule, and at warning or above no other, fires.
	Bad string
	// Good is the same configuration put right; nothing fires on it.
	Good string
	// Refs are addresses of the manual.
	Refs []string
	// Run looks at a configuration; it is nil for a rule whose findings come from reading.
	Run func(*Pass)
}

// Pass is one run of one rule over one configuration.
type Pass struct {
	// Config is the configuration.
	Config *ir.Config
	// View is what httpd makes of it.
	View *effective.View

	rule *Rule
	// folder says that the configuration stands in a folder of a server that is not known: workers and access rules may
	// stand there.
	folder bool
	found  *diag.List
	facts  *facts
}

// Report adds a finding. The rule fills in who speaks; a Severity that is set stays, so that a rule can say less than
// its usual.
func (p *Pass) Report(d diag.Diagnostic) {
	d.Code, d.Name, d.Class = p.rule.ID, p.rule.Name, p.rule.Class
	if d.Severity == 0 {
		d.Severity = p.rule.Severity
	}
	p.found.Add(d)
}

// Run applies the rules to a configuration, several at the same time, and returns the findings in the order of the files.
func Run(config *ir.Config, view *effective.View, rules []*Rule) diag.List {
	return run(config, view, rules, false)
}

// run is Run; folder says that the configuration stands in a folder of a server that is not known.
func run(config *ir.Config, view *effective.View, rules []*Rule, folder bool) diag.List {
	of := make([]diag.List, len(rules)) // in the order of the rules, whoever is ready first
	var shared facts
	var next atomic.Int64
	var group sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(rules)) {
		group.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(rules); i = int(next.Add(1)) - 1 {
				if rule := rules[i]; rule.Run != nil {
					rule.Run(&Pass{Config: config, View: view, rule: rule, folder: folder, found: &of[i], facts: &shared})
				}
			}
		})
	}
	group.Wait()
	found := slices.Concat(of...)
	found.Sort()
	return found
}

// Lookup returns the rule with the ID or name.
func Lookup(idOrName string) (*Rule, bool) {
	rules := Rules()
	i := slices.IndexFunc(rules, func(r *Rule) bool { return string(r.ID) == idOrName || r.Name == idOrName })
	if i < 0 {
		return nil, false
	}
	return rules[i], true
}
