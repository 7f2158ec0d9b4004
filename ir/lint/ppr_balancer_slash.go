package lint

import (
	"fmt"
	"strings"

	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/diag"
)

var pprBalancerSlash = &Rule{
	ID:       "LB146",
	Name:     "ppr-balancer-slash",
	Class:    diag.Defect,
	Severity: diag.Warning,
	Title:    "ProxyPassReverse of a balancer with a path that ends in a slash: redirects have two",
	Why: `For a balancer ProxyPassReverse looks for the URLs of the members, which have no slash at the end, and puts its path in the place.
With "ProxyPassReverse /app/ balancer://cluster/" the redirect to http://member/login becomes /app//login: the path ends in a
slash, and what is left begins with one. Without the slash it is right, for ProxyPass with and without one. The path "/" alone is
right too.`,
	Bad: `<Proxy "balancer://cluster">
    BalancerMember "http://b1.example.com:8080"
</Proxy>
ProxyPass "/app/" "balancer://cluster/"
ProxyPassReverse "/app/" "balancer://cluster/"
`,
	Good: `<Proxy "balancer://cluster">
    BalancerMember "http://b1.example.com:8080"
</Proxy>
ProxyPass "/app/" "balancer://cluster/"
ProxyPassReverse "/app" "balancer://cluster"
`,
	Refs: []string{"https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypassreverse"},
	Run: func(p *Pass) {
		for _, v := range p.reversals() {
			for _, r := range v.own {
				url, ok := effective.ParseURL(r.pass.URL)
				if ok && url.IsBalancer() && strings.Trim(url.Path, "/") == "" && len(r.path) > 1 && strings.HasSuffix(r.path, "/") && v.bareMembers(r.pass.URL) {
					reportBalancerSlash(p, r)
				}
			}
		}
	},
}

// bareMembers reports whether a balancer has members, and their URLs do not end in a slash.
func (v *reversal) bareMembers(target string) bool {
	b := v.server.Balancer(target)
	if b == nil || len(b.Members) == 0 {
		return false
	}
	for _, w := range b.Members {
		if strings.HasSuffix(w.Name, "/") {
			return false
		}
	}
	return true
}

func reportBalancerSlash(p *Pass, r prefixReverse) {
	d := diag.Diagnostic{
		Span:    r.pathSpan(),
		Message: fmt.Sprintf("%s ends in a slash and what is left of a member's redirect begins with one", r.path),
		Label:   "one slash too many",
		Notes: []diag.Note{
			{Kind: "effect", Text: fmt.Sprintf("the redirect to /login goes to the client as %s/login", r.path)},
			{Kind: "help", Text: fmt.Sprintf("write ProxyPassReverse %s %s", strings.TrimSuffix(r.path, "/"), strings.TrimRight(r.pass.URL, "/"))},
		},
	}
	if r.section == nil {
		d.Fix = &diag.Fix{Safe: true, Message: "leave the slash out", Edits: []diag.Edit{
			{Span: r.pathSpan(), Text: strings.TrimSuffix(r.path, "/")},
			{Span: r.urlSpan(), Text: strings.TrimRight(r.pass.URL, "/")},
		}}
	} else {
		d.Notes[1].Text = fmt.Sprintf("write it outside of the section: ProxyPassReverse %s %s", strings.TrimSuffix(r.path, "/"), strings.TrimRight(r.pass.URL, "/"))
	}
	p.Report(d)
}
