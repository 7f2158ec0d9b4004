package lint

import (
	"fmt"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/diag"
)

var memberPrefixSwallow = &Rule{
	ID:       "LB206",
	Name:     "member-prefix-swallow",
	Class:    diag.Defect,
	Severity: diag.Error,
	Title:    "a member whose URL begins with that of an earlier member is not added",
	Why: `Before httpd adds a member it looks for one whose URL is the beginning of the new one, and takes that instead. A member
http://backend/app behind a member http://backend is therefore never added: no request goes to its path, and its route and
loadfactor are dropped. In a virtual host nothing is logged. In the other order both are members, since the longer URL does
not begin the shorter one.`,
	Bad: `<Proxy "balancer://cluster">
    BalancerMember "http://b1.example.com:8080"
    BalancerMember "http://b1.example.com:8080/second" route=two
</Proxy>
ProxyPass "/" "balancer://cluster/"
`,
	Good: `<Proxy "balancer://cluster">
    BalancerMember "http://b1.example.com:8080/second" route=two
    BalancerMember "http://b1.example.com:8080"
</Proxy>
ProxyPass "/" "balancer://cluster/"
`,
	Refs: []string{"https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#workers"},
	Run: func(p *Pass) {
		for _, s := range p.Servers {
			for _, b := range s.Balancers {
				if b.Server == s {
					checkSwallowed(p, b)
				}
			}
		}
	},
}

func checkSwallowed(p *Pass, b *effective.Balancer) {
	for _, w := range b.Members {
		first, ok := w.By.(*ir.BalancerMember)
		if !ok || len(w.Also) == 0 {
			continue
		}
		seen := map[string]bool{memberKey(first): true}
		for _, by := range w.Also {
			member, ok := by.(*ir.BalancerMember)
			if !ok || seen[memberKey(member)] {
				continue // member-duplicate
			}
			seen[memberKey(member)] = true
			reportSwallowed(p, b, member, first)
		}
	}
}

// memberKey is the URL by which httpd takes two members for the same.
func memberKey(m *ir.BalancerMember) string {
	url, ok := effective.ParseURL(m.URL)
	if !ok {
		return m.URL
	}
	return strings.TrimSuffix(url.StringOf(m.URL), "/")
}

func reportSwallowed(p *Pass, b *effective.Balancer, member, first *ir.BalancerMember) {
	effect := fmt.Sprintf("%s has no such member: nothing goes to %s", b.Name, member.URL)
	if len(member.Params) > 0 {
		keys := make([]string, len(member.Params))
		for i, param := range member.Params {
			keys[i] = param.Key + "=" + param.Value
		}
		effect += ", and " + strings.Join(keys, " ") + " is dropped"
	}
	p.Report(diag.Diagnostic{
		Span:    memberSpan(member),
		Message: fmt.Sprintf("%s is swallowed by the member %s, with which it begins", member.URL, first.URL),
		Label:   "not added",
		Related: []diag.Related{{Span: memberSpan(first), Message: "httpd takes this one instead"}},
		Notes: []diag.Note{
			{Kind: "effect", Text: effect},
			{Kind: "help", Text: "put the longer URL first"},
		},
		Fix: p.moveBefore(member, first, "put the longer URL first"),
	})
}
