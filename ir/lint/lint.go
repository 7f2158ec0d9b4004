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
	// Run looks at the servers of a pass; it is nil for a rule whose findings come from reading.
	Run func(*Pass)
	// Whole says that Run must see all servers in one pass: what it finds in one depends on what it found in another.
	Whole bool
}

// Pass is one run of one rule over some servers of a configuration.
type Pass struct {
	// Config is the configuration.
	Config *ir.Config
	// View is what httpd makes of it.
	View *effective.View
	// Servers are those to look at, which follow each other in the configuration.
	Servers []*effective.Server

	rule *Rule
	// folder says that the configuration stands in a folder of a server that is not known: workers and access rules may
	// stand there.
	folder bool
	found  *diag.List
	facts  *facts
	// whole is a pass over all servers, for what a rule has to know of the others.
	whole *Pass
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

// share is how many servers all rules look at before they go on to the next ones: as many as the cache of a core holds.
// Memory is what the rules would wait for if each of them went through the whole of a large configuration.
const share = 32

// job is some rules to be applied to some servers.
type job struct {
	pass  Pass
	rules []*Rule
}

// Run applies the rules to a configuration, several at the same time, and returns the findings in the order of the files.
func Run(config *ir.Config, view *effective.View, rules []*Rule) diag.List {
	return run(&Pass{Config: config, View: view}, rules)
}

// run is Run for the configuration of a pass.
func run(whole *Pass, rules []*Rule) diag.List {
	todo := jobs(whole, rules)
	of := make([]diag.List, len(todo)) // in the order of the jobs, whoever is ready first
	var next atomic.Int64
	var group sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(todo)) {
		group.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(todo); i = int(next.Add(1)) - 1 {
				todo[i].run(&of[i])
			}
		})
	}
	group.Wait()
	found := slices.Concat(of...)
	found.Sort()
	return found
}

// jobs divides the work: a job for each rule that must see all servers, then one for each share of the servers. Where one
// share is all there is, each rule is a job, so that a large server has more than one core too.
func jobs(whole *Pass, rules []*Rule) []job {
	servers := whole.View.Servers()
	whole.Servers, whole.facts, whole.whole = servers, new(facts), whole
	var all []job
	var shared []*Rule
	for _, rule := range rules {
		switch {
		case rule.Run == nil:
		case rule.Whole || len(servers) <= share:
			all = append(all, job{*whole, []*Rule{rule}})
		default:
			shared = append(shared, rule)
		}
	}
	for some := range slices.Chunk(servers, share) {
		if len(shared) > 0 {
			pass := *whole
			pass.Servers = some
			all = append(all, job{pass, shared})
		}
	}
	return all
}

func (j *job) run(found *diag.List) {
	pass := j.pass
	pass.found = found
	if len(pass.Servers) < len(pass.whole.Servers) {
		pass.facts = new(facts)
	}
	for _, rule := range j.rules {
		pass.rule = rule
		rule.Run(&pass)
	}
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
