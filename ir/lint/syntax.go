package lint

import "github.com/lbconf/lbconf/parser/diag"

var syntax = &Rule{
	ID:       "LB020",
	Name:     "syntax",
	Class:    diag.Refusal,
	Severity: diag.Error,
	Title:    "a section that is not closed, a closing tag without an opening one, a byte that ends the line",
	Why: `Sections nest: a closing tag must name the section that was opened last, and each section must be closed in the file in
which it was opened. httpd stops at the first place where that fails and does not start. lbconf reports every such place,
guesses where the section was meant to end and goes on, so that the rest of the file is checked too.`,
	Bad: `<Location "/app">
    ProxyPass "http://app.example.com:8080/app"
</Locaton>
`,
	Good: `<Location "/app">
    ProxyPass "http://app.example.com:8080/app"
</Location>
`,
	Refs: []string{
		"https://httpd.apache.org/docs/2.4/configuring.html#syntax",
		"https://httpd.apache.org/docs/2.4/sections.html",
	},
}
