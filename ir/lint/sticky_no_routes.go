package lint

import (
	"fmt"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/diag"
)

var stickyNoRoutes = &Rule{
	ID:       "LB207",
	Name:     "sticky-no-routes",
	Class:    diag.Defect,
	Severity: diag.Error,
	Title:    "stickysession on a balancer whose members have no route",
	Why: `stickysession names the cookie or parameter in which a request carries a session identifier. httpd takes what stands
behind the dot in it and looks for the member with that route=. Where no member has a route there is nothing to find: each
request goes to the next member in turn, as if stickysession were not there, and apache2 -t says "Syntax OK". The
application seems to lose its sessions at random.`,
	Bad: `<Proxy "balancer://cluster">
    BalancerMember "http://b1.example.com:8080"
    BalancerMember "http://b2.example.com:8080"
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
				if b.Server == s && b.Params.StickySession.Value != "" && len(b.Members) > 1 && !grows(b) && !hasRoute(b) {
					reportNoRoutes(p, s, b)
				}
			}
		}
	},
}

// hasRoute reports whether a member has a route, or may have one by a line that a merged member lost.
func hasRoute(b *effective.Balancer) bool {
	for _, member := range membersOf(b) {
		for _, param := range member.Params {
			if param.Key == "route" && param.Value != "" {
				return true
			}
		}
	}
	for _, w := range b.Members {
		if w.Params.Route.Value != "" {
			return true
		}
	}
	return false
}

func reportNoRoutes(p *Pass, s *effective.Server, b *effective.Balancer) {
	if p.filledUnseen(balancerTarget{server: s, balancer: b}) {
		return
	}
	d := diag.Diagnostic{
		Span:    b.By.Head().Origin.Span,
		Message: fmt.Sprintf("stickysession has no effect: no member of %s has a route", b.Name),
		Label:   "sessions are not kept together",
		Notes: []diag.Note{
			{Kind: "effect", Text: fmt.Sprintf("each request goes to the next of %d members in turn, whatever its session is", len(b.Members))},
			{Kind: "help", Text: "give each BalancerMember a route=NAME, the name that the application puts behind the dot of its session identifiers"},
		},
	}
	if param, ok := balancerParam(s, b, "stickysession"); ok {
		d.Span = param.Span
	}
	if members := membersOf(b); len(members) > 0 {
		d.Related = []diag.Related{{Span: memberSpan(members[0]), Message: "no route=, here and on the others"}}
	}
	p.Report(d)
}

// balancerParam returns the last parameter with a key that the server's own directives give a balancer.
func balancerParam(s *effective.Server, b *effective.Balancer, key string) (found ir.Param, ok bool) {
	take := func(url string, params []ir.Param) {
		if !effective.IsBalancerURL(url) || effective.BalancerName(url) != b.Name {
			return
		}
		for _, param := range params {
			if param.Key == key {
				found, ok = param, true
			}
		}
	}
	for item := range ir.Of[*ir.ProxyPass](s.Items) {
		take(item.URL, item.Params)
	}
	for item := range ir.Of[*ir.ProxySet](s.Items) {
		take(item.URL, item.Params)
	}
	for section := range ir.Of[*ir.Section](s.Items) {
		take(section.Pattern, section.Params)
		for item := range ir.Of[*ir.ProxySet](section.Items) {
			if item.URL == "" {
				take(section.Pattern, item.Params)
			}
		}
		for item := range ir.Of[*ir.ProxyPass](section.Items) {
			take(item.URL, item.Params)
		}
	}
	return found, ok
}
