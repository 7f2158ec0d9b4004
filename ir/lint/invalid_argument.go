package lint

import "github.com/lbconf/lbconf/parser/diag"

var invalidArgument = &Rule{
	ID:       "LB013",
	Name:     "invalid-argument",
	Class:    diag.Refusal,
	Severity: diag.Error,
	Title:    "a value or a number of arguments that httpd refuses",
	Why: `Each directive and each parameter has values that httpd takes: On or Off, a number in a range, a URL with a scheme. Others
end in a syntax error at the start, and in a running server the reload is refused. Not everything odd is refused: numbers
that httpd reads with atoi may end in anything.`,
	Bad: `ProxyPreserveHost Yes
`,
	Good: `ProxyPreserveHost On
`,
	Refs: []string{
		"https://httpd.apache.org/docs/2.4/mod/directives.html",
	},
}
