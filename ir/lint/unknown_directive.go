package lint

import "github.com/lbconf/lbconf/parser/diag"

var unknownDirective = &Rule{
	ID:       "LB010",
	Name:     "unknown-directive",
	Class:    diag.Refusal,
	Severity: diag.Error,
	Title:    "a directive that httpd does not have",
	Why: `httpd stops at a name that no loaded module knows: "Invalid command ..., perhaps misspelled or defined by a module not
included in the server configuration" (AH00526), and does not start. A running server refuses the reload. Where the name is
that of a module that is not loaded, the LoadModule line is what is missing.`,
	Bad: `ProxyPreserveHots On
`,
	Good: `ProxyPreserveHost On
`,
	Refs: []string{
		"https://httpd.apache.org/docs/2.4/mod/directives.html",
	},
}
