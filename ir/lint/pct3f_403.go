package lint

import (
	"fmt"
	"strings"

	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/parser/rewrite"
)

var pct3f403 = &Rule{
	ID:       "LB415",
	Name:     "pct3f-403",
	Class:    diag.Defect,
	Severity: diag.Warning,
	Title:    "a [P] rule inserts a question mark of the path into its target: 403",
	Why: `The pattern of a RewriteRule sees the path decoded and without the query, so a question mark in it is one that the
client wrote as %3F. Where $1 would put it into the target in front of a question mark of the substitution itself, httpd
refuses the request since 2.4.60 (AH10508): it cannot tell path and query apart any more. A group such as (.*) does that for
the rare path that has one; a group whose pattern names the question mark is there for them, and answers 403 each time. Who
wants the query matches it with RewriteCond %{QUERY_STRING}; who wants the question mark encodes it with [B] or lets
ProxyPass do it.`,
	Bad: `RewriteEngine On
RewriteRule "^/wiki/(.+\?.*)$" "http://app.example.com:8080/page/$1" [P]
ProxyPassReverse "/wiki" "http://app.example.com:8080/page"
<Proxy "http://app.example.com:8080">
    ProxySet connectiontimeout=5
</Proxy>
`,
	Good: `RewriteEngine On
RewriteRule "^/wiki/(.+)$" "http://app.example.com:8080/page/$1" [P]
ProxyPassReverse "/wiki" "http://app.example.com:8080/page"
<Proxy "http://app.example.com:8080">
    ProxySet connectiontimeout=5
</Proxy>
`,
	Refs: []string{
		"https://httpd.apache.org/docs/2.4/rewrite/flags.html#flag_unsafeallow3f",
		"https://httpd.apache.org/security/vulnerabilities_24.html#CVE-2024-38474",
	},
	Run: func(p *Pass) {
		for r := range p.proxyRules() {
			rule := r.rule.Rule
			if rule.Negated || rule.NoSubstitution() || rule.EscapesReferences() || rule.Has(rewrite.FlagUnsafeAllow3F) {
				continue
			}
			if group := insertsQuestionMark(rule); group >= 0 {
				p.Report(diag.Diagnostic{
					Span:    r.rule.Origin.Arg(0),
					Message: fmt.Sprintf("a path that $%d takes a question mark from is answered with 403", group),
					Label:   "the query is not part of what this sees",
					Related: []diag.Related{{Span: r.rule.Origin.Arg(1), Message: fmt.Sprintf("$%d stands in the path of the target", group)}},
					Notes: []diag.Note{
						{Kind: "effect", Text: "httpd refuses the request (AH10508): the target would have a question mark that the client wrote"},
						{Kind: "help", Text: "match the query with RewriteCond %{QUERY_STRING}; for a question mark in the path add the flag B, or use ProxyPass"},
					},
				})
			}
		}
	},
}

// insertsQuestionMark returns a reference in front of the question mark of a substitution whose group names one; -1 for
// none.
func insertsQuestionMark(r *rewrite.Rule) int {
	for _, part := range r.Output.Parts {
		if literal, ok := part.(*rewrite.Literal); ok && !literal.Escaped && strings.Contains(literal.Text, "?") {
			return -1
		}
		if ref, ok := part.(*rewrite.RuleRef); ok {
			if body := groupBody(r.Pattern, ref.N); body != nil && isSpelled(body, '?') {
				return ref.N
			}
		}
	}
	return -1
}
