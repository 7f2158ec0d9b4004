package lint

import (
	"strings"

	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/parser/subnet"
)

var compatDirectives = &Rule{
	ID:       "LB702",
	Name:     "compat-directives",
	Class:    diag.Defect,
	Severity: diag.Info,
	Title:    "Order, Allow, Deny or Satisfy: access control of httpd 2.2",
	Why: `mod_access_compat exists so that configurations of httpd 2.2 go on working. Its directives are deprecated, need the
module to be loaded, and are asked beside Require, so that two places decide about one request. Their order in the file does
not count, the word behind Order does, which is easily read the wrong way round. Require says the same in one line.`,
	Bad: `<Proxy "http://app.example.com:8080">
    Order deny,allow
    Deny from all
    Allow from 192.0.2.0/24
</Proxy>
ProxyPass "/app" "http://app.example.com:8080/app"
ProxyPassReverse "/app" "http://app.example.com:8080/app"
`,
	Good: `<Proxy "http://app.example.com:8080">
    Require ip 192.0.2.0/24
</Proxy>
ProxyPass "/app" "http://app.example.com:8080/app"
ProxyPassReverse "/app" "http://app.example.com:8080/app"
`,
	Refs: []string{"https://httpd.apache.org/docs/2.4/upgrading.html#access"},
	Run: func(p *Pass) {
		for access := range p.compatSections() {
			if access.contradicts() {
				continue // reported as such
			}
			help := "say it with Require"
			if lines := access.asRequire(); len(lines) > 0 {
				help = "write " + strings.Join(lines, " and ") + " in place of Order, Allow and Deny"
			}
			p.Report(diag.Diagnostic{
				Span:    access.first.Head().Origin.Span,
				Message: access.first.Head().Origin.Directive + " is access control of httpd 2.2, which httpd 2.4 keeps for old configurations",
				Notes:   []diag.Note{{Kind: "help", Text: help}},
			})
		}
	},
}

// asRequire returns the Require lines that mean the same, where that is plain: there is no Require, and nobody is both
// allowed and denied.
func (a *compatAccess) asRequire() []string {
	openEnd := a.order == "deny,allow"
	switch {
	case a.requires > 0 || a.satisfyAny:
		return nil
	case a.closed():
		return []string{"Require all denied"}
	case openEnd && len(a.deny) == 0, !openEnd && hasAll(a.allow) && len(a.deny) == 0, openEnd && hasAll(a.allow):
		return []string{"Require all granted"}
	case openEnd && hasAll(a.deny), !openEnd && len(a.deny) == 0:
		return requireLines(a.allow)
	}
	return nil
}

// requireLines says with Require whom Allow lets in; nil where a word has no equal.
func requireLines(from []string) []string {
	var lines []string
	var addresses, names []string
	for _, word := range from {
		switch name, variable := strings.CutPrefix(clib.ToLower(word), "env="); {
		case variable && strings.HasPrefix(name, "!"):
			return nil
		case variable:
			lines = append(lines, "Require env "+word[len("env="):])
		default:
			if _, err := subnet.Parse(word); err == nil {
				addresses = append(addresses, word)
			} else {
				names = append(names, word)
			}
		}
	}
	if len(addresses) > 0 {
		lines = append(lines, "Require ip "+strings.Join(addresses, " "))
	}
	if len(names) > 0 {
		lines = append(lines, "Require host "+strings.Join(names, " "))
	}
	return lines
}
