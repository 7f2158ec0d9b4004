package lint

import (
	"fmt"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/diag"
)

var locationTwoProxypass = &Rule{
	ID:       "LB111",
	Name:     "location-two-proxypass",
	Class:    diag.Defect,
	Severity: diag.Error,
	Title:    "two ProxyPass in one Location, of which the last one counts",
	Why: `A <Location> has one ProxyPass. httpd takes a second one without a word and forgets the first: its backend gets no request.
Requests are not shared among them. For that there are balancers, and for other paths other sections.`,
	Bad: `<Location "/app">
    ProxyPass "http://one.example.com:8080/"
    ProxyPass "http://two.example.com:8080/"
</Location>
`,
	Good: `<Proxy "balancer://app">
    BalancerMember "http://one.example.com:8080"
    BalancerMember "http://two.example.com:8080"
</Proxy>
<Location "/app">
    ProxyPass "balancer://app"
</Location>
`,
	Refs: []string{"https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypass"},
	Run: func(p *Pass) {
		for _, s := range p.scopes() {
			if s.section == nil {
				continue
			}
			var last *ir.ProxyPass
			for pass := range ir.Of[*ir.ProxyPass](s.items) {
				if last != nil && (last.URL != pass.URL || last.Exclude != pass.Exclude) {
					reportForgotten(p, s, last, pass)
				}
				last = pass
			}
		}
	},
}

func reportForgotten(p *Pass, s *scope, first, last *ir.ProxyPass) {
	target := first.URL
	if first.Exclude {
		target = "!"
	}
	p.Report(diag.Diagnostic{
		Span:    first.Origin.Span,
		Message: fmt.Sprintf("ProxyPass %s has no effect: the same <%s> has another one", target, s.section.Kind),
		Label:   "forgotten",
		Related: []diag.Related{{Span: last.Origin.Span, Message: "this one counts"}},
		Notes: []diag.Note{
			{Kind: "effect", Text: fmt.Sprintf("no request goes to %s", target)},
			{Kind: "help", Text: "delete one of them, or make both members of a balancer"},
		},
	})
}
