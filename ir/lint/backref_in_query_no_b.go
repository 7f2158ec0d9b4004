package lint

import (
	"fmt"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/parser/rewrite"
)

var backrefInQuery = &Rule{
	ID:       "LB414",
	Name:     "backref-in-query-no-b",
	Class:    diag.Defect,
	Severity: diag.Warning,
	Title:    "part of the path goes into the query without [B]: a space answers 403, %26 adds parameters",
	Why: `RewriteRule sees the path decoded. What a group captures of it and $1 puts behind a ? in the substitution is not
encoded again: a path with %26 ends the parameter and begins another, which the client chooses, %23 and %2B change what the
backend reads, and since 2.4.56 a path with %20 or another control character is answered with 403 (AH10410). The flag B
encodes what $1 inserts; a group that matches neither space nor & needs none.`,
	Bad: `RewriteEngine On
RewriteRule "^/search/(.*)" "http://app.example.com:8080/find?q=$1" [P]
ProxyPassReverse "/search" "http://app.example.com:8080/find"
<Proxy "http://app.example.com:8080">
    ProxySet connectiontimeout=5
</Proxy>
`,
	Good: `RewriteEngine On
RewriteRule "^/search/(.*)" "http://app.example.com:8080/find?q=$1" [P,B]
ProxyPassReverse "/search" "http://app.example.com:8080/find"
<Proxy "http://app.example.com:8080">
    ProxySet connectiontimeout=5
</Proxy>
`,
	Refs: []string{
		"https://httpd.apache.org/docs/2.4/rewrite/flags.html#flag_b",
		"https://httpd.apache.org/security/vulnerabilities_24.html#CVE-2023-25690",
	},
	Run: func(p *Pass) {
		for _, s := range p.scopes() {
			for rule := range ir.Of[*ir.RewriteRule](s.items) {
				if !s.engineOn() || rule.Rule.NoSubstitution() || rule.Rule.Negated || rule.Rule.EscapesReferences() {
					continue
				}
				if group, c := unescapedInQuery(rule.Rule); group >= 0 {
					reportBackrefInQuery(p, rule, group, c)
				}
			}
		}
	},
}

func reportBackrefInQuery(p *Pass, rule *ir.RewriteRule, group int, c byte) {
	effect := `a path with %26 adds a parameter of the client's choice`
	if _, redirects := rule.Rule.Redirect(); c == ' ' && !redirects {
		effect = "a path with %20 is answered with 403, one with %26 adds a parameter of the client's choice"
	}
	p.Report(diag.Diagnostic{
		Span:    rule.Origin.Arg(1),
		Message: fmt.Sprintf("$%d puts decoded text of the path into the query as it is", group),
		Label:   fmt.Sprintf("$%d stands behind the ?", group),
		Notes: []diag.Note{
			{Kind: "effect", Text: effect},
			{Kind: "help", Text: "add the flag B: it encodes what is inserted"},
		},
	})
}

// unescapedInQuery returns the first reference in the query of a substitution whose group can match a space or an
// ampersand, and which; -1 for none.
func unescapedInQuery(r *rewrite.Rule) (group int, c byte) {
	inQuery := false
	for _, part := range r.Output.Parts {
		if literal, ok := part.(*rewrite.Literal); ok {
			inQuery = inQuery || !literal.Escaped && strings.Contains(literal.Text, "?")
		}
		ref, ok := part.(*rewrite.RuleRef)
		if !ok || !inQuery {
			continue
		}
		body := groupBody(r.Pattern, ref.N)
		for _, c := range []byte{' ', '&'} {
			if body != nil && canMatch(body, c) {
				return ref.N, c
			}
		}
	}
	return -1, 0
}
