package lint

import (
	"fmt"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/diag"
)

var routeDuplicate = &Rule{
	ID:       "LB208",
	Name:     "route-duplicate",
	Class:    diag.Defect,
	Severity: diag.Error,
	Title:    "two members with the same route",
	Why: `The route behind the dot of a session identifier chooses the member, and httpd takes the first one that has it. A
second member with the same route never sees the requests of a session, those that it began itself included: they go to the
first one, which does not know them. Two members may share a route on purpose where only one of them is used at a time, a hot
standby or a member of another lbset; that is left alone.`,
	Bad: `<Proxy "balancer://cluster">
    BalancerMember "http://b1.example.com:8080" route=b1
    BalancerMember "http://b2.example.com:8080" route=b1
    ProxySet stickysession=JSESSIONID|jsessionid
</Proxy>
ProxyPass "/" "balancer://cluster/"
`,
	Good: `<Proxy "balancer://cluster">
    BalancerMember "http://b1.example.com:8080" route=b1
    BalancerMember "http://b2.example.com:8080" route=b2
    ProxySet stickysession=JSESSIONID|jsessionid
</Proxy>
ProxyPass "/" "balancer://cluster/"
`,
	Refs: []string{"https://httpd.apache.org/docs/2.4/mod/mod_proxy_balancer.html#stickyness"},
	Run: func(p *Pass) {
		for _, s := range p.Servers {
			for _, b := range s.Balancers {
				if b.Server == s && b.Params.StickySession.Value != "" {
					checkRoutes(p, b)
				}
			}
		}
	},
}

func checkRoutes(p *Pass, b *effective.Balancer) {
	type key struct {
		route string
		set   int
	}
	first := map[key]*ir.BalancerMember{}
	for _, w := range b.Members {
		member, ok := w.By.(*ir.BalancerMember)
		if !ok || w.Params.Route.Value == "" || w.Params.Status.Value != 0 {
			continue
		}
		k := key{w.Params.Route.Value, w.Params.LBSet.Value}
		if earlier := first[k]; earlier != nil {
			reportRoute(p, b, member, earlier, k.route)
			continue
		}
		first[k] = member
	}
}

func reportRoute(p *Pass, b *effective.Balancer, member, earlier *ir.BalancerMember, route string) {
	p.Report(diag.Diagnostic{
		Span:    routeSpan(member),
		Message: fmt.Sprintf("route=%s belongs to another member of %s already", route, b.Name),
		Label:   "the same route again",
		Related: []diag.Related{{Span: routeSpan(earlier), Message: "this member gets the sessions"}},
		Notes: []diag.Note{
			{Kind: "effect", Text: fmt.Sprintf("sessions that %s begins go on at %s, which does not know them", member.URL, earlier.URL)},
			{Kind: "help", Text: "give each member a route of its own"},
		},
	})
}

// routeSpan is the place of a member's route.
func routeSpan(m *ir.BalancerMember) diag.Span {
	for _, param := range m.Params {
		if param.Key == "route" {
			return param.Span
		}
	}
	return memberSpan(m)
}
