package lint

import (
	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/parser/rewrite"
)

var pAndR = &Rule{
	ID:       "LB409",
	Name:     "p-and-r",
	Class:    diag.Defect,
	Severity: diag.Error,
	Title:    "a RewriteRule with [P] and [R]: it forwards and never redirects",
	Why: `A rule can forward a request or answer it with a redirect, not both. With [P] in its flags mod_rewrite hands the URL to
mod_proxy, whatever [R=301] beside it says: the client gets the answer of the backend and no redirect.`,
	Bad: `RewriteEngine On
RewriteRule "^/old/(.*)" "http://app.example.com/new/$1" [P,R=301]
<Proxy "http://app.example.com">
    ProxySet connectiontimeout=5
</Proxy>
`,
	Good: `RewriteEngine On
RewriteRule "^/old/(.*)" "http://app.example.com/new/$1" [R=301,L]
`,
	Refs: []string{"https://httpd.apache.org/docs/2.4/rewrite/flags.html#flag_p"},
	Run: func(p *Pass) {
		for _, s := range p.scopes() {
			for rule := range ir.Of[*ir.RewriteRule](s.items) {
				if _, redirects := rule.Rule.Redirect(); redirects && rule.Rule.Has(rewrite.FlagP) {
					reportPAndR(p, rule)
				}
			}
		}
	},
}

func reportPAndR(p *Pass, rule *ir.RewriteRule) {
	p.Report(diag.Diagnostic{
		Span:    rule.Origin.Arg(2),
		Message: "R has no effect beside P: the request is forwarded",
		Label:   "P wins",
		Notes: []diag.Note{
			{Kind: "effect", Text: "the client gets the answer of the backend, and no redirect"},
			{Kind: "help", Text: "write [P] to forward, or [R=301,L] to redirect"},
		},
	})
}
