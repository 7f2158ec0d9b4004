package lint

import (
	"fmt"
	"strings"

	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/diag"
)

var balancerMissingSlash = &Rule{
	ID:       "LB201",
	Name:     "balancer-missing-slash",
	Class:    diag.Defect,
	Severity: diag.Error,
	Title:    "ProxyPass glues the path to the name of the balancer",
	Why: `httpd puts what follows the path of ProxyPass behind the URL, byte for byte. With "ProxyPass / balancer://cluster" the
path /page becomes balancer://clusterpage. No balancer has that name, no module knows the scheme "balancer", and the answer
is 500 (AH01144) for every path but "/" itself. The example in the manual of mod_proxy_hcheck has this mistake. A path
without a slash at its end is fine: "ProxyPass /app balancer://cluster" sends /app/page to balancer://cluster/page.`,
	Bad: `<Proxy "balancer://cluster">
    BalancerMember "http://b1.example.com:8080"
    BalancerMember "http://b2.example.com:8080"
</Proxy>
ProxyPass "/" "balancer://cluster"
`,
	Good: `<Proxy "balancer://cluster">
    BalancerMember "http://b1.example.com:8080"
    BalancerMember "http://b2.example.com:8080"
</Proxy>
ProxyPass "/" "balancer://cluster/"
`,
	Refs: []string{"https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypass"},
	Run: func(p *Pass) {
		for _, m := range p.prefixMappings() {
			url, ok := effective.ParseURL(m.pass.URL)
			if !ok || !url.IsBalancer() || url.Path != "" || !strings.HasSuffix(m.path, "/") || strings.Contains(m.pass.URL, "${") {
				continue
			}
			p.Report(diag.Diagnostic{
				Span:    m.urlSpan(),
				Message: fmt.Sprintf("ProxyPass %s %s glues the path to the name of the balancer", m.path, m.pass.URL),
				Label:   `no "/" behind the name`,
				Related: []diag.Related{{Span: m.pathSpan(), Message: "the path ends in a slash"}},
				Notes: []diag.Note{
					{Kind: "effect", Text: fmt.Sprintf("%spage becomes %spage, which no balancer is: 500 (AH01144); only %s itself works", m.path, m.pass.URL, m.path)},
					{Kind: "help", Text: fmt.Sprintf("write %s/", m.pass.URL)},
				},
				Fix: p.insertAt(m.urlSpan(), "end the name of the balancer in a slash", "/", true),
			})
		}
	},
}
