package lint

import "github.com/lbconf/lbconf/parser/diag"

var trailingComment = &Rule{
	ID:       "LB018",
	Name:     "trailing-comment",
	Class:    diag.Refusal,
	Severity: diag.Error,
	Title:    "a comment behind a directive",
	Why: `In httpd's language # begins a comment at the beginning of a line only. Behind a directive it is one more argument, and
most directives refuse it. RewriteRule and RewriteCond pass over what stands behind their flags.`,
	Bad: `ProxyPass "/app" "http://app.example.com:8080/app" # the shop
`,
	Good: `# the shop
ProxyPass "/app" "http://app.example.com:8080/app"
`,
	Refs: []string{
		"https://httpd.apache.org/docs/2.4/configuring.html#syntax",
	},
}
