package lint

import (
	"fmt"

	"github.com/lbconf/lbconf/parser/diag"
)

var exclusionAfter = &Rule{
	ID:       "LB108",
	Name:     "exclusion-after",
	Class:    diag.Defect,
	Severity: diag.Error,
	Title:    "ProxyPass with ! behind the line that it should exclude from",
	Why: `httpd goes through the ProxyPass lines from top to bottom and takes the first that matches. An exclusion works only
for the lines below it: behind "ProxyPass /" the exclusion of /static is never looked at, and the backend gets the requests
that httpd should have answered itself.`,
	Bad: `ProxyPass "/" "http://app.example.com:8080/"
ProxyPass "/static" "!"
`,
	Good: `ProxyPass "/static" "!"
ProxyPass "/" "http://app.example.com:8080/"
`,
	Refs: []string{"https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypass"},
	Run: func(p *Pass) {
		for _, found := range p.shadows() {
			if found.later.Exclude && !found.earlier.Exclude {
				reportExclusion(p, found)
			}
		}
	},
}

func reportExclusion(p *Pass, found shadow) {
	fix := p.moveBefore(found.later, found.earlier, "move the exclusion up")
	if fix != nil {
		fix.Safe = true
	}
	p.Report(diag.Diagnostic{
		Span:    found.later.Origin.Arg(0),
		Message: fmt.Sprintf("the exclusion of %s comes too late: %s %s above has taken its requests", found.later.Path, found.earlier.Origin.Directive, found.earlier.Path),
		Label:   "never reached",
		Related: []diag.Related{{Span: found.earlier.Origin.Arg(0), Message: "takes everything that this matches"}},
		Notes: []diag.Note{
			{Kind: "effect", Text: fmt.Sprintf("requests for %s go to %s", found.later.Path, found.earlier.URL)},
			{Kind: "help", Text: "move the exclusion above the line that it excludes from"},
		},
		Fix: fix,
	})
}
