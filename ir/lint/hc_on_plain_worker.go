package lint

import (
	"fmt"
	"iter"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/diag"
)

var hcOnPlainWorker = &Rule{
	ID:       "LB302",
	Name:     "hc-on-plain-worker",
	Class:    diag.Defect,
	Severity: diag.Error,
	Title:    "a health check on a worker outside of a balancer, which is never sent",
	Why: `mod_proxy_hcheck goes through the balancers and their members. httpd takes the hc keys on any worker and says
"Syntax OK", but the worker of a ProxyPass to http://... is in no balancer, so that nobody ever asks it. Where there is one
backend a check could change nothing anyway: there is no other one to send the requests to.`,
	Bad: `ProxyPass "/" "http://b1.example.com:8080/" hcmethod=GET hcuri=/health
`,
	Good: `<Proxy "balancer://cluster">
    BalancerMember "http://b1.example.com:8080" hcmethod=GET hcuri=/health
    BalancerMember "http://b2.example.com:8080" hcmethod=GET hcuri=/health
</Proxy>
ProxyPass "/" "balancer://cluster/"
`,
	Refs: []string{"https://httpd.apache.org/docs/2.4/mod/mod_proxy_hcheck.html#usage"},
	Run: func(p *Pass) {
		for _, s := range p.Servers {
			for _, w := range ownWorkers(s) {
				for by := range directivesOf(w) {
					if key, ok := healthParam(paramsOf(by)); ok {
						reportUncheckedWorker(p, w, key)
					}
				}
			}
		}
	},
}

func reportUncheckedWorker(p *Pass, w *effective.Worker, key ir.Param) {
	p.Report(diag.Diagnostic{
		Span:    key.Span,
		Message: fmt.Sprintf("%s is not a member of a balancer: no check is ever sent", w.Name),
		Label:   "only members are checked",
		Notes: []diag.Note{
			{Kind: "effect", Text: "mod_proxy_hcheck looks at balancers only; the keys of the check do nothing"},
			{Kind: "help", Text: fmt.Sprintf("make it a BalancerMember of a balancer and send the ProxyPass there, or drop %s=%s", key.Key, key.Value)},
		},
	})
}

// directivesOf yields what defines a worker, and then what shares it.
func directivesOf(w *effective.Worker) iter.Seq[ir.Item] {
	return func(yield func(ir.Item) bool) {
		if !yield(w.By) {
			return
		}
		for _, by := range w.Also {
			if !yield(by) {
				return
			}
		}
	}
}
