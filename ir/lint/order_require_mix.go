package lint

import "github.com/lbconf/lbconf/parser/diag"

var orderRequireMix = &Rule{
	ID:       "LB701",
	Name:     "order-require-mix",
	Class:    diag.Defect,
	Severity: diag.Error,
	Title:    "Order and Deny close a section that Require opens: everybody gets 403",
	Why: `Order, Allow and Deny are what httpd 2.2 had for access; mod_access_compat keeps them beside Require. Both are asked,
and both must agree. A section that was moved to "Require all granted" and still has "Deny from all", or "Order allow,deny"
without an Allow, answers 403 to everybody. The error log then says "client denied by server configuration", as it does for
any other denial.`,
	Bad: `<Location "/app">
    Order deny,allow
    Deny from all
    Require all granted
</Location>
ProxyPass "/app" "http://app.example.com:8080/app"
ProxyPassReverse "/app" "http://app.example.com:8080/app"
`,
	Good: `<Location "/app">
    Require all granted
</Location>
ProxyPass "/app" "http://app.example.com:8080/app"
ProxyPassReverse "/app" "http://app.example.com:8080/app"
`,
	Refs: []string{
		"https://httpd.apache.org/docs/2.4/upgrading.html#access",
		"https://httpd.apache.org/docs/2.4/mod/mod_access_compat.html",
	},
	Run: func(p *Pass) {
		for access := range p.compatSections() {
			if !access.contradicts() {
				continue
			}
			p.Report(diag.Diagnostic{
				Span:    access.denying.Head().Origin.Span,
				Message: "nobody gets in: Require is not asked alone, and this denies everybody",
				Label:   "denies everybody",
				Related: []diag.Related{{Span: access.require.Head().Origin.Span, Message: "what it grants has no effect"}},
				Notes: []diag.Note{
					{Kind: "effect", Text: "each request to this section is answered with 403"},
					{Kind: "help", Text: "remove Order, Allow and Deny, and say it with Require alone"},
				},
			})
		}
	},
}
