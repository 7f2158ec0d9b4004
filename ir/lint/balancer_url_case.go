package lint

import (
	"fmt"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/diag"
)

var balancerURLCase = &Rule{
	ID:       "LB225",
	Name:     "balancer-url-case",
	Class:    diag.Defect,
	Severity: diag.Warning,
	Title:    "a <Proxy> section for a URL that is written in another way elsewhere",
	Why: `Names of balancers and hosts have no case, and a balancer has no path: the members and parameters of
<Proxy "balancer://Cluster/app"> are those of balancer://cluster, for every path. What else the section holds is for the
requests whose target begins with its text, byte for byte. So Require in <Proxy "balancer://Cluster"> does not guard
ProxyPass to balancer://cluster/, which works all the same: the door stands open, and apache2 -t says "Syntax OK".`,
	Bad: `<Proxy "balancer://Cluster">
    BalancerMember "http://b1.example.com:8080"
    BalancerMember "http://b2.example.com:8080"
    Require ip 192.0.2.0/24
</Proxy>
ProxyPass "/" "balancer://cluster/"
`,
	Good: `<Proxy "balancer://Cluster">
    BalancerMember "http://b1.example.com:8080"
    BalancerMember "http://b2.example.com:8080"
    Require ip 192.0.2.0/24
</Proxy>
ProxyPass "/" "balancer://Cluster/"
`,
	Refs: []string{"https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxy"},
	Run: func(p *Pass) {
		for _, s := range p.Servers {
			for section := range ir.Of[*ir.Section](s.Items) {
				if section.Kind != ir.SectionProxy || section.Regex != nil || strings.ContainsAny(section.Pattern, "*?[") {
					continue
				}
				if restricts(section) {
					checkGuard(p, s, section, p.whole.facts.written.get(p.whole.writtenTargets))
				}
				checkBalancerPath(p, section)
			}
		}
	},
}

// target is where requests are sent, with the beginning of its URL as it is written.
type target struct {
	server *effective.Server
	text   string
	span   diag.Span
}

// targetsOf are the targets whose authority is the same but for the case of its letters.
type targetsOf struct {
	// server is where they stand; nil for those of all servers.
	server *effective.Server
	// authority is in lower case.
	authority string
}

// writtenTargets returns the targets with an authority that is known, each twice: for its server and for all. Only a few
// configurations have a section that asks for them.
func (p *Pass) writtenTargets() map[targetsOf][]target {
	all := map[targetsOf][]target{}
	add := func(t target) {
		if name, ok := authorityOf(t.text); ok {
			name = clib.ToLower(name)
			all[targetsOf{t.server, name}] = append(all[targetsOf{t.server, name}], t)
			all[targetsOf{nil, name}] = append(all[targetsOf{nil, name}], t)
		}
	}
	for _, s := range p.Servers {
		for _, list := range [][]*effective.Mapping{s.Mappings, s.Located} {
			for _, m := range list {
				if m.Server == s {
					add(target{s, m.Pass.URL, passURL(m.Pass)})
				}
			}
		}
	}
	for rule := range p.proxyRules() {
		if rule.fixed {
			text, _ := leading(rule.rule.Rule.Output)
			add(target{rule.server, text, rule.urlSpan()})
		}
	}
	return all
}

// restricts reports whether the section keeps somebody out.
func restricts(section *ir.Section) bool {
	for item := range ir.All(section.Items) {
		if require, ok := item.(*ir.Require); ok && (require.Not || require.Provider != "all" || len(require.Args) != 1 || !clib.EqualFold(require.Args[0], "granted")) {
			return true
		}
		if rule, ok := item.(*ir.AccessRule); ok && rule.Deny {
			return true
		}
	}
	return false
}

// checkGuard reports a section that is meant for a target and does not see its requests.
func checkGuard(p *Pass, s *effective.Server, section *ir.Section, targets map[targetsOf][]target) {
	written, _ := authorityOf(section.Pattern)
	of := targetsOf{server: s, authority: clib.ToLower(written)}
	if s.IsMain() {
		of.server = nil
	}
	for _, t := range targets[of] {
		name, _ := authorityOf(t.text)
		if name == written || guarded(t) {
			continue
		}
		at := section.Origin.Arg(0)
		d := diag.Diagnostic{
			Span:    at,
			Message: fmt.Sprintf("what <Proxy %s> forbids is allowed: the target is written %s", section.Pattern, name),
			Label:   "is compared byte for byte",
			Related: []diag.Related{{Span: t.span, Message: "requests go here, past the section"}},
			Notes: []diag.Note{
				{Kind: "effect", Text: "members and parameters of the section count for the target, its access control does not"},
				{Kind: "help", Text: "write " + name + " in both places"},
			},
		}
		if i := strings.Index(p.source(at), written); i >= 0 {
			start := at.Start + diag.Pos(i)
			d.Fix = &diag.Fix{Message: "write it as in the target", Edits: []diag.Edit{{Span: diag.Span{Start: start, End: start + diag.Pos(len(written))}, Text: name}}}
		}
		p.Report(d)
		return
	}
}

// guarded reports whether another section that keeps somebody out sees the requests of a target.
func guarded(t target) bool {
	for _, s := range []*effective.Server{t.server, t.server.View.Main()} {
		for section := range ir.Of[*ir.Section](s.Items) {
			if section.Kind == ir.SectionProxy && section.Regex == nil && strings.HasPrefix(t.text, section.Pattern) && restricts(section) {
				return true
			}
		}
	}
	return false
}

// authorityOf returns scheme, host and port at the beginning of a URL, as they are written.
func authorityOf(url string) (string, bool) {
	scheme, rest, ok := strings.Cut(url, "://")
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		rest = rest[:i]
	}
	return scheme + "://" + rest, ok && rest != "" && !strings.ContainsAny(scheme+rest, "$%")
}

// checkBalancerPath reports members that look as if they were for one path only.
func checkBalancerPath(p *Pass, section *ir.Section) {
	if !effective.IsBalancerURL(section.Pattern) {
		return
	}
	name, ok := authorityOf(section.Pattern)
	if path := strings.TrimPrefix(section.Pattern, name); !ok || strings.Trim(path, "/") == "" {
		return
	}
	for member := range ir.Of[*ir.BalancerMember](section.Items) {
		if member.Balancer != "" {
			continue
		}
		p.Report(diag.Diagnostic{
			Severity: diag.Info,
			Span:     section.Origin.Arg(0),
			Message:  fmt.Sprintf("the members of <Proxy %s> are those of %s, for every path", section.Pattern, effective.BalancerName(section.Pattern)),
			Label:    "a balancer has no path",
			Related:  []diag.Related{{Span: memberSpan(member), Message: "not only for this path"}},
			Notes:    []diag.Note{{Kind: "help", Text: "write " + name + ", and a balancer of another name for members of their own"}},
		})
		return
	}
}
