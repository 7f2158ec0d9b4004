package lint

import (
	"fmt"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/diag"
)

var failonstatus4xx = &Rule{
	ID:       "LB213",
	Name:     "failonstatus-4xx",
	Class:    diag.Defect,
	Severity: diag.Warning,
	Title:    "failonstatus with a status that clients cause: one request takes a member out",
	Why: `A member that answers with a status of failonstatus is put into the error state, and gets no request until retry= is over, 60
seconds where nothing is written. That is meant for a backend that is ill. A 404 or 403 is the answer to one request: a client that
asks for a page which does not exist takes one member after the other out, and then everybody gets 503.`,
	Bad: `<Proxy "balancer://cluster">
    BalancerMember "http://b1.example.com:8080"
    BalancerMember "http://b2.example.com:8080"
    ProxySet failonstatus=404,503
</Proxy>
ProxyPass "/" "balancer://cluster/"
`,
	Good: `<Proxy "balancer://cluster">
    BalancerMember "http://b1.example.com:8080"
    BalancerMember "http://b2.example.com:8080"
    ProxySet failonstatus=503
</Proxy>
ProxyPass "/" "balancer://cluster/"
`,
	Refs: []string{"https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypass"},
	Run: func(p *Pass) {
		for _, param := range p.params() {
			if param.Key == "failonstatus" {
				checkFailOnStatus(p, param.Param)
			}
		}
	},
}

// checkFailOnStatus reports a status from 400 to 499. 408 and 429 can say that a backend is overloaded.
func checkFailOnStatus(p *Pass, param ir.Param) {
	for status := range strings.SplitSeq(param.Value, ",") {
		status = strings.TrimSpace(status)
		if len(status) != 3 || status[0] != '4' || status == "408" || status == "429" {
			continue
		}
		p.Report(diag.Diagnostic{
			Span:    spanIn(p, param.Span, status),
			Message: fmt.Sprintf("a request that a member answers with %s takes it out for all clients", status),
			Label:   "clients cause it",
			Notes: []diag.Note{
				{Kind: "effect", Text: "the member is in the error state until retry= is over (AH01174); when all members are, everybody gets 503"},
				{Kind: "help", Text: "name what only an ill backend answers, such as failonstatus=502,503"},
			},
		})
		return
	}
}
