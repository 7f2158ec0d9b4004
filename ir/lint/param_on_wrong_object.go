package lint

import "github.com/lbconf/lbconf/parser/diag"

var paramOnWrongObject = &Rule{
	ID:       "LB012",
	Name:     "param-on-wrong-object",
	Class:    diag.Refusal,
	Severity: diag.Error,
	Title:    "a worker's key on a balancer, or a balancer's key on a worker",
	Why: `Keys such as retry, route, enablereuse, keepalive and all of hc* belong to a worker: to BalancerMember, or to ProxyPass,
ProxySet and <Proxy> with the URL of a backend. Keys such as lbmethod, stickysession, nofailover and maxattempts belong to a
balancer: to ProxySet in <Proxy "balancer://...">, or to ProxyPass with a balancer:// URL. httpd refuses a key on the other
object and says "unknown Balancer parameter" or "unknown Worker parameter", as if it did not exist. Tutorials have it wrong:
ProxySet hcmethod=GET in the section of a balancer is refused, it belongs on every BalancerMember.`,
	Bad: `<Proxy "balancer://cluster">
    BalancerMember "http://b1.example.com:8080"
    BalancerMember "http://b2.example.com:8080"
    ProxySet retry=5
</Proxy>
ProxyPass "/" "balancer://cluster/"
`,
	Good: `<Proxy "balancer://cluster">
    BalancerMember "http://b1.example.com:8080" retry=5
    BalancerMember "http://b2.example.com:8080" retry=5
    ProxySet lbmethod=byrequests
</Proxy>
ProxyPass "/" "balancer://cluster/"
`,
	Refs: []string{
		"https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypass",
		"https://httpd.apache.org/docs/2.4/mod/mod_proxy_hcheck.html",
	},
}
