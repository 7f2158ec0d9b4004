package lint

import (
	"fmt"
	"strings"

	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/diag"
)

var pathDoubled = &Rule{
	ID:       "LB204",
	Name:     "path-doubled",
	Class:    diag.Defect,
	Severity: diag.Warning,
	Title:    "a path in the target of a balancer that its members have already",
	Why: `A request to a balancer gets the URL of the member in front of the path that the target has. With the member
http://one/app and "ProxyPass /app balancer://cluster/app" the backend is asked for /app/app/page. The path belongs in one of the
two: into the members where it differs among them, else into the target.`,
	Bad: `<Proxy "balancer://cluster">
    BalancerMember "http://one.example.com:8080/app"
    BalancerMember "http://two.example.com:8080/app"
</Proxy>
ProxyPass "/app" "balancer://cluster/app"
`,
	Good: `<Proxy "balancer://cluster">
    BalancerMember "http://one.example.com:8080"
    BalancerMember "http://two.example.com:8080"
</Proxy>
ProxyPass "/app" "balancer://cluster/app"
`,
	Refs: []string{"https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#balancermember"},
	Run: func(p *Pass) {
		for _, s := range p.Servers {
			for _, list := range [][]*effective.Mapping{s.Mappings, s.Located} {
				for _, m := range list {
					if m.Server == s && m.Balancer != nil {
						checkDoubled(p, m.Balancer, m.Pass.URL, passURL(m.Pass))
					}
				}
			}
		}
		for rule := range p.proxyRules() {
			if rule.balancer() != "" {
				if b := rule.server.Balancer(rule.target); b != nil {
					checkDoubled(p, b, rule.target, rule.urlSpan())
				}
			}
		}
	},
}

func checkDoubled(p *Pass, b *effective.Balancer, target string, at diag.Span) {
	url, ok := effective.ParseURL(target)
	if !ok {
		return
	}
	path := strings.TrimSuffix(url.Path, "/")
	for _, w := range b.Members {
		prefix := strings.TrimSuffix(w.URL.Path, "/")
		if prefix == "" || path != prefix && !strings.HasPrefix(path, prefix+"/") {
			continue
		}
		p.Report(diag.Diagnostic{
			Span:    at,
			Message: fmt.Sprintf("%s is in the target and in the member: the backend gets it twice", prefix),
			Label:   "put behind the URL of the member",
			Related: []diag.Related{{Span: w.By.Head().Origin.Span, Message: "has it already"}},
			Notes: []diag.Note{
				{Kind: "effect", Text: fmt.Sprintf("the backend is asked for %s%s/…", prefix, path)},
				{Kind: "help", Text: fmt.Sprintf("write the members without %s, or the target without it", prefix)},
			},
		})
		return
	}
}
