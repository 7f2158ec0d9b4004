package lint

import (
	"fmt"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/diag"
)

var hcWithoutMethod = &Rule{
	ID:       "LB301",
	Name:     "hc-without-method",
	Class:    diag.Defect,
	Severity: diag.Error,
	Title:    "a health check without hcmethod, which is never sent",
	Why: `hcmethod says how mod_proxy_hcheck asks a member, and its default is NONE: no check at all. hcinterval, hcuri, hcexpr,
hcpasses and hcfails say the rest, and none of them switches checking on. apache2 -t accepts a member that has only these,
no request is ever sent, and a backend that fails stays in the balancer until a client's request finds out.`,
	Bad: `<Proxy "balancer://cluster">
    BalancerMember "http://b1.example.com:8080" hcuri=/health hcinterval=10
    BalancerMember "http://b2.example.com:8080" hcmethod=GET hcuri=/health hcinterval=10
</Proxy>
ProxyPass "/" "balancer://cluster/"
`,
	Good: `<Proxy "balancer://cluster">
    BalancerMember "http://b1.example.com:8080" hcmethod=GET hcuri=/health hcinterval=10
    BalancerMember "http://b2.example.com:8080" hcmethod=GET hcuri=/health hcinterval=10
</Proxy>
ProxyPass "/" "balancer://cluster/"
`,
	Refs: []string{"https://httpd.apache.org/docs/2.4/mod/mod_proxy_hcheck.html#usage"},
	Run: func(p *Pass) {
		for _, s := range p.Servers {
			for _, b := range s.Balancers {
				if b.Server == s {
					checkHealthMethods(p, b)
				}
			}
		}
	},
}

func checkHealthMethods(p *Pass, b *effective.Balancer) {
	for _, w := range b.Members {
		member, ok := w.By.(*ir.BalancerMember)
		if !ok || w.Params.Health.Method.Set || w.Params.Health.Template.Set {
			continue // a template may have the method
		}
		key, ok := healthParam(member.Params)
		if !ok {
			continue
		}
		p.Report(diag.Diagnostic{
			Span:    key.Span,
			Message: fmt.Sprintf("%s has no hcmethod: no check is ever sent", member.URL),
			Label:   "does not switch checking on",
			Related: []diag.Related{{Span: memberSpan(member), Message: "the member"}},
			Notes: []diag.Note{
				{Kind: "effect", Text: "hcmethod is NONE unless it is written; the other keys of the check do nothing"},
				{Kind: "help", Text: "add hcmethod=GET, or TCP where connecting is enough"},
			},
			Fix: insertBehind(key.Span, "check with GET", " hcmethod=GET"),
		})
	}
}

// healthParam returns the first parameter of mod_proxy_hcheck.
func healthParam(params []ir.Param) (ir.Param, bool) {
	for _, param := range params {
		if strings.HasPrefix(param.Key, "hc") {
			return param, true
		}
	}
	return ir.Param{}, false
}

// insertBehind is the unsafe fix that adds text behind a word.
func insertBehind(word diag.Span, message, text string) *diag.Fix {
	at := diag.Span{Start: word.End, End: word.End}
	return &diag.Fix{Message: message, Edits: []diag.Edit{{Span: at, Text: text}}}
}
