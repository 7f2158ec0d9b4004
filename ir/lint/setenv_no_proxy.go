package lint

import (
	"fmt"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/diag"
)

var setenvNoProxy = &Rule{
	ID:       "LB127",
	Name:     "setenv-no-proxy",
	Class:    diag.Defect,
	Severity: diag.Error,
	Title:    "SetEnv no-proxy, which is set after the request was mapped to the backend",
	Why: `A request with the variable no-proxy is not proxied, if the variable is there when ProxyPass is asked. SetEnv sets it later, when
the request was mapped already: it is proxied all the same. SetEnvIf outside of sections runs early enough, and a ProxyPass
with ! needs no variable.`,
	Bad: `ProxyPass "/" "http://app.example.com:8080/"
<Location "/static">
    SetEnv no-proxy 1
</Location>
`,
	Good: `ProxyPass "/" "http://app.example.com:8080/"
SetEnvIf Request_URI "^/static" no-proxy
`,
	Refs: []string{"https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypass"},
	Run: func(p *Pass) {
		for _, s := range p.scopes() {
			for item := range ir.Of[*ir.SetEnv](s.items) {
				if item.Name == "no-proxy" && p.proxies(s.server) {
					reportNoProxy(p, s, item)
				}
			}
		}
	},
}

func reportNoProxy(p *Pass, s *scope, item *ir.SetEnv) {
	help := `write ProxyPass "/path" "!" above the other lines, or SetEnvIf Request_URI "^/path" no-proxy`
	if s.section != nil && isPlainLocation(s.section) {
		help = fmt.Sprintf(`write ProxyPass "%[1]s" "!" above the other lines, or SetEnvIf Request_URI "^%[1]s" no-proxy outside of sections`, s.section.Pattern)
	}
	p.Report(diag.Diagnostic{
		Span:    item.Origin.Span,
		Message: "SetEnv sets no-proxy too late: ProxyPass has been asked by then",
		Label:   "has no effect",
		Notes: []diag.Note{
			{Kind: "effect", Text: "the requests are proxied all the same"},
			{Kind: "help", Text: help},
		},
	})
}
