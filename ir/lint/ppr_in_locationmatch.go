package lint

import (
	"fmt"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/diag"
)

var pprInLocationmatch = &Rule{
	ID:       "LB113",
	Name:     "ppr-in-locationmatch",
	Class:    diag.Defect,
	Severity: diag.Error,
	Title:    "ProxyPassReverse in a LocationMatch, which puts the pattern into redirects",
	Why: `Inside a section ProxyPassReverse takes the path of the section for the one that it puts into Location and its kind. In a
<LocationMatch>, a <Location ~> or one with wildcards that is the text of the pattern: the client is sent to
http://www.example.com^/app/(.*)login. Outside of the section, with a path of its own, it is right.`,
	Bad: `<LocationMatch "^/app/(.*)$">
    ProxyPassMatch "http://app.example.com:8080/$1" enablereuse=on
    ProxyPassReverse "http://app.example.com:8080/"
</LocationMatch>
`,
	Good: `<LocationMatch "^/app/(.*)$">
    ProxyPassMatch "http://app.example.com:8080/$1" enablereuse=on
</LocationMatch>
ProxyPassReverse "/app/" "http://app.example.com:8080/"
`,
	Refs: []string{"https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypassreverse"},
	Run: func(p *Pass) {
		for _, s := range p.scopes() {
			if s.section == nil || s.section.Kind != ir.SectionLocation && s.section.Kind != ir.SectionLocationMatch {
				continue
			}
			if s.section.Regex == nil && !strings.ContainsAny(s.section.Pattern, "*?[") {
				continue
			}
			if strings.HasPrefix(s.section.Pattern, "/") && !strings.ContainsAny(s.section.Pattern, `*?[^$()|+\{`) {
				continue // a path after all
			}
			if strings.Contains(s.section.Pattern, "${") {
				continue
			}
			for pass := range ir.Of[*ir.ProxyPassReverse](s.items) {
				reportPatternInRedirect(p, s, pass)
			}
		}
	},
}

func reportPatternInRedirect(p *Pass, s *scope, pass *ir.ProxyPassReverse) {
	host := s.server.ServerName()
	if host == "" {
		host = "www.example.com"
	}
	p.Report(diag.Diagnostic{
		Span:    pass.Origin.Span,
		Message: fmt.Sprintf("ProxyPassReverse puts the pattern %s into redirects", s.section.Pattern),
		Label:   "has no path of its own",
		Related: []diag.Related{{Span: s.section.Origin.Arg(0), Message: "taken for a path"}},
		Notes: []diag.Note{
			{Kind: "effect", Text: fmt.Sprintf("the redirect to %[1]slogin goes to the client as http://%[2]s%[3]slogin", pass.URL, host, s.section.Pattern)},
			{Kind: "help", Text: fmt.Sprintf("write it outside of the section: ProxyPassReverse /path/ %s", pass.URL)},
		},
	})
}
