package lint

import (
	"fmt"
	"strings"
	"sync"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/diag"
)

var stickyNeverSet = &Rule{
	ID:       "LB212",
	Name:     "sticky-never-set",
	Class:    diag.Defect,
	Severity: diag.Warning,
	Title:    "stickysession for a cookie of the proxy's own, which nobody sets",
	Why: `stickysession only reads: it looks for a cookie in requests and never sends one. An application that knows its route
can write it into its session cookie (JSESSIONID). A cookie that is there for the proxy alone, such as ROUTEID in the manual,
must be set with a Header directive, which takes the route of the member that answered from BALANCER_WORKER_ROUTE. Without
one each request goes to the next member in turn, and apache2 -t says "Syntax OK". The rule looks at cookies whose names say
that they are about routes or the balancer; a cookie of any other name may be the application's.`,
	Bad: `<Proxy "balancer://cluster">
    BalancerMember "http://b1.example.com:8080" route=b1
    BalancerMember "http://b2.example.com:8080" route=b2
    ProxySet stickysession=ROUTEID
</Proxy>
ProxyPass "/" "balancer://cluster/"
`,
	Good: `Header add Set-Cookie "ROUTEID=.%{BALANCER_WORKER_ROUTE}e; path=/" env=BALANCER_ROUTE_CHANGED
<Proxy "balancer://cluster">
    BalancerMember "http://b1.example.com:8080" route=b1
    BalancerMember "http://b2.example.com:8080" route=b2
    ProxySet stickysession=ROUTEID
</Proxy>
ProxyPass "/" "balancer://cluster/"
`,
	Refs:  []string{"https://httpd.apache.org/docs/2.4/mod/mod_proxy_balancer.html#stickyness_implementation"},
	Whole: true,
	Run: func(p *Pass) {
		used := sync.OnceValue(p.usedBalancers) // few configurations have a balancer that asks
		named := map[string]bool{}
		names := func(cookie string) bool {
			if _, known := named[cookie]; !known {
				named[cookie] = p.names(cookie)
			}
			return named[cookie]
		}
		for _, s := range p.Servers {
			for _, b := range s.Balancers {
				cookie, param, _ := strings.Cut(b.Params.StickySession.Value, "|")
				if b.Server != s || cookie == "" || len(b.Members) < 2 || !hasRoute(b) || !forProxy(cookie) || param != "" && param != cookie || !used()[b] {
					continue
				}
				if !names(cookie) && !p.filledUnseen(balancerTarget{server: s, balancer: b}) {
					reportNeverSet(p, s, b, cookie)
				}
			}
		}
	},
}

// usedBalancers are those that something is sent to.
func (p *Pass) usedBalancers() map[*effective.Balancer]bool {
	used := map[*effective.Balancer]bool{}
	for t := range p.balancerTargets() {
		used[t.balancer] = true
	}
	return used
}

// forProxy reports whether the name of a cookie says that it is for a proxy and not for an application.
func forProxy(cookie string) bool {
	name := clib.ToLower(cookie)
	return strings.Contains(name, "route") || strings.Contains(name, "balanc") || strings.Contains(name, "sticky")
}

// names reports whether something other than a stickysession may set a cookie of the name: a Set-Cookie that says it or
// has it from a variable, a rule with a cookie, or a directive that is not understood and mentions it.
func (p *Pass) names(cookie string) bool {
	for item := range ir.All(p.Config.Items) {
		if header, ok := item.(*ir.HeaderEdit); ok {
			name, _, _ := strings.Cut(header.Value, "=")
			text := header.Value + header.Replacement
			if clib.EqualFold(header.Name, "Set-Cookie") && (strings.Contains(text, cookie) || strings.Contains(name, "%")) {
				return true
			}
		}
		if rule, ok := item.(*ir.RewriteRule); ok && strings.Contains(p.source(rule.Origin.Span), cookie) {
			return true
		}
		if residue, ok := item.(*ir.Residue); ok && strings.Contains(residue.Args, cookie) {
			return true
		}
	}
	return false
}

func reportNeverSet(p *Pass, s *effective.Server, b *effective.Balancer, cookie string) {
	separator := b.Params.StickySeparator.Value
	d := diag.Diagnostic{
		Span:    b.By.Head().Origin.Span,
		Message: fmt.Sprintf("nobody sets the cookie %s that %s looks for", cookie, b.Name),
		Label:   "is only read",
		Notes: []diag.Note{
			{Kind: "effect", Text: "no request has the cookie, so that each goes to the next member in turn, unless the application sets it"},
			{Kind: "help", Text: fmt.Sprintf(`write Header add Set-Cookie "%s=%s%s; path=/" env=BALANCER_ROUTE_CHANGED`, cookie, separator, routeVariable)},
		},
	}
	if param, ok := balancerParam(s, b, "stickysession"); ok {
		d.Span = param.Span
	}
	p.Report(d)
}
