package lint

import (
	"fmt"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/diag"
)

var exclusionWrongContext = &Rule{
	ID:       "LB109",
	Name:     "exclusion-wrong-context",
	Class:    diag.Defect,
	Severity: diag.Error,
	Title:    "ProxyPass with ! outside of the Location whose ProxyPass it should exclude from",
	Why: `httpd asks the ProxyPass of the sections first and those outside of sections afterwards. An exclusion outside is never looked at
where a <Location> with ProxyPass covers the path: the backend gets the requests. In a <Location> of its own, below the other one, the
exclusion works.`,
	Bad: `ProxyPass "/app/static" "!"
<Location "/app">
    ProxyPass "http://app.example.com:8080/"
</Location>
`,
	Good: `<Location "/app">
    ProxyPass "http://app.example.com:8080/"
</Location>
<Location "/app/static">
    ProxyPass "!"
</Location>
`,
	Refs: []string{"https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypass"},
	Run: func(p *Pass) {
		for _, s := range p.Servers {
			sections := map[string]located{}
			for _, l := range locations(s) {
				sections[l.section.Pattern] = l
			}
			if len(sections) > 0 {
				checkOutside(p, s, sections)
			}
		}
	},
}

func checkOutside(p *Pass, s *effective.Server, sections map[string]located) {
	for pass := range ir.Of[*ir.ProxyPass](s.Items) {
		if !pass.Exclude || pass.Regex != nil {
			continue
		}
		if over, ok := overriding(sections, pass.Path); ok && !over.pass.Exclude {
			reportOutside(p, pass, over)
		}
	}
}

func reportOutside(p *Pass, pass *ir.ProxyPass, over located) {
	p.Report(diag.Diagnostic{
		Span:    pass.Origin.Arg(0),
		Message: fmt.Sprintf("the exclusion of %s is never looked at: <Location %s> is asked first", pass.Path, over.section.Pattern),
		Label:   "outside of the section",
		Related: []diag.Related{{Span: over.pass.Origin.Span, Message: "takes the requests"}},
		Notes: []diag.Note{
			{Kind: "effect", Text: fmt.Sprintf("requests for %s go to %s", pass.Path, over.pass.URL)},
			{Kind: "help", Text: fmt.Sprintf(`write <Location "%s"> with ProxyPass "!" in it, below the other section`, pass.Path)},
		},
	})
}
