package lint

import (
	"fmt"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/diag"
)

var proxypassInLocationmatch = &Rule{
	ID:       "LB112",
	Name:     "proxypass-in-locationmatch",
	Class:    diag.Defect,
	Severity: diag.Error,
	Title:    "ProxyPass in a LocationMatch whose pattern it takes for a path",
	Why: `Inside a <LocationMatch> ProxyPass looks for *, ? or [ in the pattern. Without one of them it takes the pattern for the
beginning of a path, "^" and parentheses included. No path begins so: the requests are not proxied and get 404, and an exclusion
with ! excludes nothing. ProxyPassMatch always takes it for the regular expression that it is.`,
	Bad: `<LocationMatch "^/(one|two)/">
    ProxyPass "http://app.example.com:8080/"
</LocationMatch>
`,
	Good: `<LocationMatch "^/(one|two)/">
    ProxyPassMatch "http://app.example.com:8080"
</LocationMatch>
`,
	Refs: []string{"https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypassmatch"},
	Run: func(p *Pass) {
		for _, s := range p.scopes() {
			if s.section == nil || s.section.Regex == nil || s.section.Kind != ir.SectionLocation && s.section.Kind != ir.SectionLocationMatch {
				continue
			}
			if !strings.ContainsAny(s.section.Pattern, `^$()|+\{`) || strings.Contains(s.section.Pattern, "${") {
				continue // it works as a path, or nobody knows what it is
			}
			for pass := range ir.Of[*ir.ProxyPass](s.items) {
				if pass.Regex == nil {
					reportLiteralPattern(p, s.section, pass)
				}
			}
		}
	},
}

func reportLiteralPattern(p *Pass, section *ir.Section, pass *ir.ProxyPass) {
	effect := "no path begins so: the requests are not proxied, and get 404 where no other line takes them"
	help := "write ProxyPassMatch; without $1 in its URL the whole path is put behind the URL"
	if pass.Exclude {
		effect = "no path begins so: nothing is excluded"
		help = "write ProxyPassMatch !"
	}
	p.Report(diag.Diagnostic{
		Span:    pass.Origin.Span,
		Message: fmt.Sprintf("ProxyPass takes the pattern %s for a path", section.Pattern),
		Label:   "never runs",
		Related: []diag.Related{{Span: section.Origin.Arg(0), Message: "no *, ? or [ in it"}},
		Notes:   []diag.Note{{Kind: "effect", Text: effect}, {Kind: "help", Text: help}},
	})
}
