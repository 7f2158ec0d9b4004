package lint

import (
	"fmt"
	"strings"

	"github.com/agnivade/levenshtein"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/diag"
)

var balancerUndefined = &Rule{
	ID:       "LB202",
	Name:     "balancer-undefined",
	Class:    diag.Defect,
	Severity: diag.Error,
	Title:    "a target names a balancer that nobody defines",
	Why: `ProxyPass to balancer://name creates the balancer where it does not exist, without members, and apache2 -t says
"Syntax OK". Each request then ends in 503 (AH01171: No workers in balancer). RewriteRule with [P] creates nothing: the
request ends in 500 (AH01144: No protocol handler). Mostly it is a slip of the pen, or a <Proxy "balancer://..."> section
in another virtual host: those are seen in their own virtual host only, while those of the main server are seen everywhere.`,
	Bad: `<Proxy "balancer://cluster">
    BalancerMember "http://b1.example.com:8080"
    BalancerMember "http://b2.example.com:8080"
</Proxy>
ProxyPass "/app" "balancer://clutser/app"
`,
	Good: `<Proxy "balancer://cluster">
    BalancerMember "http://b1.example.com:8080"
    BalancerMember "http://b2.example.com:8080"
</Proxy>
ProxyPass "/app" "balancer://cluster/app"
`,
	Refs: []string{"https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#balancermember"},
	Run: func(p *Pass) {
		known := p.definedBalancers()
		for _, s := range p.Servers {
			for _, list := range [][]*effective.Mapping{s.Mappings, s.Located} {
				for _, m := range list {
					if m.Server == s && m.Balancer != nil && !known.sees(s, m.Balancer.Name) && !grows(m.Balancer) {
						known.report(p, s, m.Balancer.Name, passURL(m.Pass), "503 (AH01171: No workers in balancer) for every request")
					}
				}
			}
		}
		for rule := range p.proxyRules() {
			name := rule.balancer()
			if name != "" && !known.sees(rule.server, name) {
				known.report(p, rule.server, name, rule.urlSpan(), "500 (AH01144: No protocol handler) for every request")
			}
		}
	},
}

// passURL is the place of the target of a ProxyPass.
func passURL(pass *ir.ProxyPass) diag.Span {
	switch {
	case pass.Path == "":
		return pass.Origin.Arg(0)
	case pass.Tilde && len(pass.Origin.Args) > 2:
		return pass.Origin.Arg(2)
	}
	return pass.Origin.Arg(1)
}

// grows reports whether the balancer leaves room for members that the balancer-manager adds.
func grows(b *effective.Balancer) bool { return b.Params.Growth.Set }

// balancers are the names that servers define: in a section, by a member or by parameters, not by a target alone.
type balancers map[serverBalancer]ir.Item

type serverBalancer struct {
	server *effective.Server
	name   string
}

// knownBalancers are the names that the servers of a pass, the main server, and all servers define.
type knownBalancers struct {
	own, main balancers
	// first is the first definition of each name in any server; few configurations ask for it.
	first func() map[string]ir.Item
}

func (p *Pass) definedBalancers() knownBalancers {
	own := p.facts.balancers.get(func() balancers { return definedBalancers(p.Servers) })
	main := p.whole.facts.main.get(func() balancers { return definedBalancers(p.View.Servers()[:1]) })
	return knownBalancers{own, main, p.firstBalancers}
}

func definedBalancers(servers []*effective.Server) balancers {
	all := make(balancers, len(servers))
	for _, s := range servers {
		for _, b := range s.Balancers {
			if _, target := b.By.(*ir.ProxyPass); !target || len(b.Members)+len(b.Discarded) > 0 {
				all[serverBalancer{s, b.Name}] = b.By
			}
		}
		for section := range ir.Of[*ir.Section](s.Items) {
			if section.Kind == ir.SectionProxy && effective.IsBalancerURL(section.Pattern) {
				all[serverBalancer{s, effective.BalancerName(section.Pattern)}] = section
			}
		}
	}
	return all
}

func (p *Pass) firstBalancers() map[string]ir.Item {
	return p.whole.facts.firstBalancers.get(func() map[string]ir.Item {
		first, index := map[string]ir.Item{}, map[string]int{}
		for key, by := range p.whole.definedBalancers().own {
			if at, seen := index[key.name]; !seen || key.server.Index < at {
				first[key.name], index[key.name] = by, key.server.Index
			}
		}
		return first
	})
}

// sees reports whether a target in the server can mean the balancer. A rule of the main server may be inherited by a virtual host
// that defines it. A ProxyPass of the main server makes it, without members, which hides that of each virtual host: another rule
// tells that.
func (b knownBalancers) sees(s *effective.Server, name string) bool {
	if strings.ContainsAny(name, "$%") || b.definition(s, name) != nil {
		return true
	}
	return s.IsMain() && b.first()[name] != nil
}

// definition returns what defines the balancer in the server, or in the main server that it inherits from; nil for nothing.
func (b knownBalancers) definition(s *effective.Server, name string) ir.Item {
	if by := b.own[serverBalancer{s, name}]; by != nil {
		return by
	}
	return b.main[serverBalancer{s.View.Main(), name}]
}

func (b knownBalancers) report(p *Pass, s *effective.Server, name string, at diag.Span, effect string) {
	d := diag.Diagnostic{
		Span:    at,
		Message: fmt.Sprintf("%s is not defined", name),
		Label:   "no such balancer",
		Notes:   []diag.Note{{Kind: "effect", Text: effect}},
	}
	switch {
	case p.Config.Server:
	case len(b.first()) > 0:
		d.Severity = diag.Warning // another file of the server may define it
	default:
		d.Severity = diag.Info // it does, since this one defines no balancer at all
		d.Notes = append(d.Notes, diag.Note{Kind: "note", Text: "this file defines no balancer; lint the main file of the server to see them all"})
	}
	help := fmt.Sprintf(`define it: <Proxy "%s"> with a BalancerMember for each backend`, name)
	if by := b.first()[name]; by != nil {
		d.Related = []diag.Related{{Span: by.Head().Origin.Span, Message: "defined in another virtual host"}}
		help = "move the balancer out of the virtual host: what the main server defines is seen everywhere"
	} else if near, by := b.nearest(s, name); by != nil {
		d.Related = []diag.Related{{Span: by.Head().Origin.Span, Message: near + " is defined here"}}
		help = fmt.Sprintf("did you mean %s?", near)
		if at := nameIn(p, d.Span, name); at.IsValid() {
			d.Fix = &diag.Fix{Message: "write " + near, Edits: []diag.Edit{{Span: at, Text: near}}}
		}
	}
	d.Notes = append(d.Notes, diag.Note{Kind: "help", Text: help})
	p.Report(d)
}

// nearest returns the balancer with the most similar name that the server sees, if one is similar.
func (b knownBalancers) nearest(s *effective.Server, name string) (string, ir.Item) {
	best, distance := "", 3
	var item ir.Item
	for _, defined := range [...]balancers{b.own, b.main} {
		for key, by := range defined {
			if key.server != s && !key.server.IsMain() {
				continue
			}
			d := levenshtein.ComputeDistance(key.name, name)
			first := key.name < best || key.name == best && key.server == s
			if d < distance || d == distance && item != nil && first {
				best, distance, item = key.name, d, by
			}
		}
	}
	return best, item
}

// nameIn returns the place of a balancer's name in the argument at span.
func nameIn(p *Pass, span diag.Span, name string) diag.Span {
	i := strings.Index(clib.ToLower(p.source(span)), name)
	if i < 0 {
		return diag.Span{}
	}
	start := span.Start + diag.Pos(i)
	return diag.Span{Start: start, End: start + diag.Pos(len(name))}
}
