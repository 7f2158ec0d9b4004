package lint

import (
	"fmt"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/diag"
)

var numberGarbage = &Rule{
	ID:       "LB123",
	Name:     "number-garbage",
	Class:    diag.Defect,
	Severity: diag.Error,
	Title:    "a parameter whose value is no number, or a number with something behind it",
	Why: `httpd reads the numbers of workers and balancers with C's atoi: it stops at the first character that is no digit, and
where there is no digit at all the value is 0. So retry=abc and retry=0.5 are retry=0, which asks a dead backend again for
each request, and lbset=one is lbset=0. Nothing is logged.`,
	Bad: `<Proxy "balancer://app">
    BalancerMember "http://app1.example.com:8080" retry=0.5
    BalancerMember "http://app2.example.com:8080" lbset=1
</Proxy>
ProxyPass "/" "balancer://app/"
`,
	Good: `<Proxy "balancer://app">
    BalancerMember "http://app1.example.com:8080" retry=1
    BalancerMember "http://app2.example.com:8080" lbset=1
</Proxy>
ProxyPass "/" "balancer://app/"
`,
	Refs: []string{"https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypass"},
	Run: func(p *Pass) {
		for item := range p.items() {
			params := paramsOf(item)
			if template, ok := item.(*ir.HealthTemplate); ok {
				params = template.Params
			}
			for _, param := range params {
				spec := ir.LookupParam(ir.ParamOfWorker, param.Key)
				if spec == nil {
					spec = ir.LookupParam(ir.ParamOfBalancer, param.Key)
				}
				if spec != nil {
					checkDigits(p, spec.Kind, param)
				}
			}
		}
	},
}

// checkDigits reports a whole number that httpd reads as another one than stands there.
func checkDigits(p *Pass, kind ir.ParamKind, param ir.Param) {
	if kind != ir.ParamInt && kind != ir.ParamSeconds && kind != ir.ParamSize || strings.Contains(param.Value, "${") {
		return // no whole number, or a variable that LB802 misses
	}
	rest := strings.TrimLeft(strings.TrimLeft(param.Value, " \t+-"), "0123456789")
	if rest == "" && strings.ContainsAny(param.Value, "0123456789") || kind == ir.ParamSeconds && isUnitOfSeconds(rest, param.Value) {
		return
	}
	read := clib.Atoi(param.Value)
	p.Report(diag.Diagnostic{
		Span:    param.Span,
		Message: fmt.Sprintf("%s=%s means %d: httpd reads the digits at the beginning only", param.Key, param.Value, read),
		Label:   fmt.Sprintf("read as %d", read),
		Notes:   []diag.Note{{Kind: "help", Text: fmt.Sprintf("write a whole number, such as %s=%d", param.Key, max(read, 1))}},
	})
}

// isUnitOfSeconds says that a rest behind digits is a unit: one of seconds, which changes nothing, or one that
// timeout-unit-ignored speaks of.
func isUnitOfSeconds(rest, value string) bool {
	if len(rest) == len(value) {
		return false // no digits
	}
	switch unit := clib.ToLower(rest); unit {
	case "s", "sec", "secs", "second", "seconds":
		return true
	default:
		return unitsInMilliseconds[unit] != 0
	}
}
