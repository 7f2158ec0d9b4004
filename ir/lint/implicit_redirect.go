package lint

import (
	"fmt"
	"slices"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/parser/rewrite"
)

var implicitRedirect = &Rule{
	ID:       "LB413",
	Name:     "implicit-redirect",
	Class:    diag.Defect,
	Severity: diag.Error,
	Title:    "a RewriteRule to a backend of this machine without [P]: the client is redirected to itself",
	Why: `A substitution that begins with a scheme and another host is a redirect, with 302, even without [R]. For a backend on
localhost or 127.0.0.1 that cannot be meant: the client is sent to a port of its own machine, and learns the port of the backend. [P]
forwards the request.`,
	Bad: `RewriteEngine On
RewriteRule "^/app/(.*)" "http://127.0.0.1:8080/$1" [L]
<Proxy "http://127.0.0.1:8080">
    ProxySet connectiontimeout=5
</Proxy>
`,
	Good: `RewriteEngine On
RewriteRule "^/app/(.*)" "http://127.0.0.1:8080/$1" [P]
<Proxy "http://127.0.0.1:8080">
    ProxySet connectiontimeout=5
</Proxy>
`,
	Refs: []string{"https://httpd.apache.org/docs/2.4/mod/mod_rewrite.html#rewriterule"},
	Run: func(p *Pass) {
		for _, s := range p.scopes() {
			for rule := range ir.Of[*ir.RewriteRule](s.items) {
				if r := newProxyRule(s, rule); redirectsHome(r) && s.engineOn() {
					reportImplicitRedirect(p, r)
				}
			}
		}
	},
}

// redirectsHome reports whether a rule redirects to this machine without saying so.
func redirectsHome(r proxyRule) bool {
	says := []rewrite.FlagName{rewrite.FlagP, rewrite.FlagR, rewrite.FlagPT, rewrite.FlagF, rewrite.FlagG}
	if slices.ContainsFunc(says, r.rule.Rule.Has) || r.rule.Rule.NoSubstitution() || !r.fixed {
		return false
	}
	http := r.url.Scheme == "http" || r.url.Scheme == "https"
	return http && isLoopback(r.url.Host) && !isLoopback(clib.ToLower(r.server.ServerName()))
}

func reportImplicitRedirect(p *Pass, r proxyRule) {
	p.Report(diag.Diagnostic{
		Span:    r.hostSpan(p),
		Message: fmt.Sprintf("the rule redirects the client to %s: [P] is missing", r.url.Authority()),
		Label:   "sent to the client",
		Notes: []diag.Note{
			{Kind: "effect", Text: fmt.Sprintf("302 with Location: %s/…, which is a port of the client's own machine", r.url.Authority())},
			{Kind: "help", Text: "add the flag P to forward the request"},
		},
		Fix: addFlag(p, r.rule, "P", "forward the request"),
	})
}
