package lint

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/diag"
)

var balancerEmpty = &Rule{
	ID:       "LB203",
	Name:     "balancer-empty",
	Class:    diag.Defect,
	Severity: diag.Error,
	Title:    "a target names a balancer without members",
	Why: `A <Proxy "balancer://..."> section, or a ProxySet in it, makes a balancer; only BalancerMember gives it backends.
apache2 -t says "Syntax OK", and each request ends in 503 (AH01171: No workers in balancer). The same happens to members
that stand in a virtual host when the main server mentions the balancer too: httpd keeps the main server's members, which
are none, and drops those of the virtual host. A balancer with growth= is left alone, since balancer-manager can fill it.`,
	Bad: `<Proxy "balancer://cluster">
    ProxySet lbmethod=byrequests
</Proxy>
ProxyPass "/" "balancer://cluster/"
`,
	Good: `<Proxy "balancer://cluster">
    BalancerMember "http://b1.example.com:8080"
    BalancerMember "http://b2.example.com:8080"
    ProxySet lbmethod=byrequests
</Proxy>
ProxyPass "/" "balancer://cluster/"
`,
	Refs: []string{"https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#balancermember"},
	Run: func(p *Pass) {
		known := p.definedBalancers()
		for t := range p.balancerTargets() {
			b := t.balancer
			if len(b.Members) == 0 && !grows(b) && known.sees(t.server, b.Name) && !p.filledUnseen(t) {
				reportEmpty(p, known, t)
			}
		}
	},
}

// balancerTarget is a ProxyPass or a rule with [P] whose target is a balancer of its server.
type balancerTarget struct {
	server   *effective.Server
	balancer *effective.Balancer
	span     diag.Span
}

// balancerTargets yields what is sent to balancers, where it is written.
func (p *Pass) balancerTargets() iter.Seq[balancerTarget] {
	return slices.Values(p.facts.targets.get(p.findBalancerTargets))
}

func (p *Pass) findBalancerTargets() []balancerTarget {
	var all []balancerTarget
	for _, s := range p.Servers {
		for _, list := range [...][]*effective.Mapping{s.Mappings, s.Located} {
			for _, m := range list {
				if m.Server == s && m.Balancer != nil {
					all = append(all, balancerTarget{s, m.Balancer, passURL(m.Pass)})
				}
			}
		}
	}
	for rule := range p.proxyRules() {
		if name := rule.balancer(); name != "" {
			if b := rule.server.Balancer(name); b != nil {
				all = append(all, balancerTarget{rule.server, b, rule.urlSpan()})
			}
		}
	}
	return all
}

// filledUnseen reports whether members may be there that the view does not show: the section of the balancer holds lines
// that httpd refuses or that are not understood, or an Include of files that may be elsewhere.
func (p *Pass) filledUnseen(t balancerTarget) bool {
	for _, s := range [...]*effective.Server{t.server, p.View.Main()} {
		for section := range ir.Of[*ir.Section](s.Items) {
			if section.Kind == ir.SectionProxy && effective.BalancerName(section.Pattern) == t.balancer.Name &&
				(hasUnread(section.Items) || p.includes(section.Origin.Span, "</proxy>")) {
				return true
			}
		}
	}
	return false
}

// includes reports whether a line between the opening line of a section and its end is an Include: one without a file
// leaves no item. The end is the line that begins with closing, in lower case.
func (p *Pass) includes(opening diag.Span, closing string) bool {
	if p.Config.Files == nil || !opening.IsValid() {
		return false
	}
	file := p.Config.Files.File(opening.Start)
	for line := range strings.Lines(file.Source()[file.Offset(opening.End):]) {
		switch line = strings.TrimSpace(line); {
		case clib.HasPrefixFold(line, "include"):
			return true
		case clib.HasPrefixFold(line, closing):
			return false
		}
	}
	return false
}

// hasUnread reports whether items hold something that could be more than it seems.
func hasUnread(items []ir.Item) bool {
	for residue := range ir.Of[*ir.Residue](items) {
		if residue.State != ir.ResidueInert {
			return true
		}
	}
	return false
}

func reportEmpty(p *Pass, known knownBalancers, t balancerTarget) {
	d := diag.Diagnostic{
		Span:    t.span,
		Message: t.balancer.Name + " has no members",
		Label:   "nobody is behind it",
		Notes: []diag.Note{
			{Kind: "effect", Text: "503 (AH01171: No workers in balancer) for every request"},
			{Kind: "help", Text: fmt.Sprintf(`add a BalancerMember for each backend to <Proxy "%s">`, t.balancer.Name)},
		},
	}
	if by := known.definition(t.server, t.balancer.Name); by != nil {
		d.Related = append(d.Related, diag.Related{Span: by.Head().Origin.Span, Message: "defined here"})
	} else if by := known.first()[t.balancer.Name]; by != nil {
		d.Related = append(d.Related, diag.Related{Span: by.Head().Origin.Span, Message: "httpd drops the members of this virtual host"})
		d.Notes[1].Text = "move the balancer out of the virtual host, or the ProxyPass into it: the main server's balancer, which is empty, comes first everywhere"
	}
	if len(t.balancer.Discarded) > 0 {
		d.Message = t.balancer.Name + " has no members: the main server has it without, and that counts"
		d.Related = []diag.Related{{Span: t.balancer.Discarded[0].By.Head().Origin.Span, Message: "httpd drops this member"}}
		d.Notes[1].Text = "move the members to the main server, or give the balancer of the virtual host a name of its own"
	}
	if !p.Config.Server {
		d.Severity = diag.Warning // another file of the server may add members
	}
	p.Report(d)
}
