package lint

import (
	"fmt"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/diag"
)

var urlHasQuery = &Rule{
	ID:       "LB119",
	Name:     "url-has-query",
	Class:    diag.Defect,
	Severity: diag.Error,
	Title:    "a query in the URL of ProxyPass, which reaches the backend as a part of the path",
	Why: `httpd takes the URL of ProxyPass for a path, and escapes what a path cannot hold: the "?" arrives as %3F. The backend is
asked for a file of that name, and for no parameter. mod_rewrite can add a query: RewriteRule with [P], whose substitution may
have one, and a <Proxy> section that keeps the connections.`,
	Bad: `ProxyPass "/search" "http://app.example.com:8080/find?lang=en"
`,
	Good: `RewriteEngine On
RewriteRule "^/search" "http://app.example.com:8080/find?lang=en" [P,QSA]
<Proxy "http://app.example.com:8080">
    ProxySet connectiontimeout=5
</Proxy>
`,
	Refs: []string{"https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypass"},
	Run: func(p *Pass) {
		for _, s := range p.scopes() {
			for pass := range ir.Of[*ir.ProxyPass](s.items) {
				url, ok := effective.ParseURL(pass.URL)
				if ok && !pass.NoCanon && !pass.Interpolate && redirects(url) && strings.Contains(url.Path, "?") {
					reportQuery(p, pass)
				}
			}
		}
	},
}

func reportQuery(p *Pass, pass *ir.ProxyPass) {
	before, query, _ := strings.Cut(pass.URL, "?")
	_, rest, _ := strings.Cut(before, "://")
	_, path, _ := strings.Cut(rest, "/")
	at := passURL(pass)
	if i := strings.IndexByte(p.source(at), '?'); i >= 0 {
		at = diag.Span{Start: at.Start + diag.Pos(i), End: at.Start + diag.Pos(i+1+len(query))}
	}
	p.Report(diag.Diagnostic{
		Span:    at,
		Message: fmt.Sprintf("the query of %s becomes a part of the path", pass.URL),
		Label:   `"?" is sent as %3F`,
		Notes: []diag.Note{
			{Kind: "effect", Text: fmt.Sprintf("the backend is asked for /%s%%3F%s, and has no such file", path, query)},
			{Kind: "help", Text: fmt.Sprintf("use a rule: RewriteRule with %s and the flags P and QSA", pass.URL)},
		},
	})
}
