package lint

import "github.com/lbconf/lbconf/parser/diag"

var unknownFlag = &Rule{
	ID:       "LB015",
	Name:     "unknown-flag",
	Class:    diag.Refusal,
	Severity: diag.Error,
	Title:    "a flag that RewriteRule or RewriteCond does not have",
	Why: `httpd refuses a flag that it does not know, with one exception: whatever begins with d or D is taken for "discard path"
and ignored, so that [Dxyz] passes apache2 -t and does nothing.`,
	Bad: `RewriteEngine On
RewriteRule "^/old$" "/new" [R=301,Lsat]
`,
	Good: `RewriteEngine On
RewriteRule "^/old$" "/new" [R=301,L]
`,
	Refs: []string{
		"https://httpd.apache.org/docs/2.4/rewrite/flags.html",
	},
}
