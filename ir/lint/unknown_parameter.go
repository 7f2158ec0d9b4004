package lint

import "github.com/lbconf/lbconf/parser/diag"

var unknownParameter = &Rule{
	ID:       "LB011",
	Name:     "unknown-parameter",
	Class:    diag.Refusal,
	Severity: diag.Error,
	Title:    "a key=value word that neither workers nor balancers have",
	Why: `ProxyPass, BalancerMember, ProxySet and <Proxy> take words of the form key=value. httpd refuses a key that it does not
know with "unknown Worker parameter", or with "unknown Worker hcheck parameter" as soon as mod_proxy_hcheck is loaded, whatever
the key was, and does not start.`,
	Bad: `ProxyPass "/" "http://backend.example.com:8080/" conectiontimeout=5
`,
	Good: `ProxyPass "/" "http://backend.example.com:8080/" connectiontimeout=5
`,
	Refs: []string{
		"https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypass",
	},
}
