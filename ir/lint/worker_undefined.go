package lint

import "github.com/lbconf/lbconf/parser/diag"

var workerUndefined = &Rule{
	ID:       "LB016",
	Name:     "worker-undefined",
	Class:    diag.Refusal,
	Severity: diag.Error,
	Title:    "ProxySet for a worker or balancer that is not defined above it",
	Why: `A ProxySet with a URL changes a worker or balancer that exists: one that a ProxyPass, BalancerMember or <Proxy> section
above it in the same server has defined. Otherwise httpd says "ProxySet can not find ... Worker" and does not start. Inside of
<Proxy "URL"> a ProxySet without a URL defines the worker itself.`,
	Bad: `ProxySet "http://app.example.com:8080" timeout=10
ProxyPass "/app" "http://app.example.com:8080/app"
`,
	Good: `ProxyPass "/app" "http://app.example.com:8080/app"
ProxySet "http://app.example.com:8080/app" timeout=10
`,
	Refs: []string{
		"https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxyset",
	},
}
