package lint

import (
	"fmt"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/diag"
)

var exprTrailingS = &Rule{
	ID:       "LB504",
	Name:     "expr-trailing-s",
	Class:    diag.Defect,
	Severity: diag.Error,
	Title:    "an s behind the variable of an expression, which is sent as a letter",
	Why: `%{NAME}s is a format of Header and RequestHeader: a variable of mod_ssl. In a value that begins with expr= there are no formats, and
%{NAME} is the whole variable: the s behind it is text. With expr=%{REQUEST_SCHEME}s a backend is told "https" for http, and
"httpss" for https. The line was in the documentation of a framework and is copied since.`,
	Bad: `RequestHeader set X-Forwarded-Proto expr=%{REQUEST_SCHEME}s
ProxyPass "/" "http://app.example.com:8080/"
`,
	Good: `RequestHeader set X-Forwarded-Proto expr=%{REQUEST_SCHEME}
ProxyPass "/" "http://app.example.com:8080/"
`,
	Refs: []string{"https://httpd.apache.org/docs/2.4/mod/mod_headers.html#requestheader"},
	Run: func(p *Pass) {
		for _, s := range p.scopes() {
			for header := range ir.Of[*ir.HeaderEdit](s.items) {
				if name, ok := trailingS(header.Value); ok {
					reportTrailingS(p, header, name)
				}
			}
		}
	},
}

// trailingS returns the variable of a value that is an expression of one variable with an s behind it.
func trailingS(value string) (string, bool) {
	name, ok := strings.CutPrefix(value, "expr=%{")
	if !ok {
		return "", false
	}
	name, ok = strings.CutSuffix(name, "}s")
	return name, ok && !strings.ContainsAny(name, "{}")
}

func reportTrailingS(p *Pass, header *ir.HeaderEdit, name string) {
	written := "%{" + name + "}"
	d := diag.Diagnostic{
		Span:    header.Origin.Span,
		Message: fmt.Sprintf("the s behind %s is sent as a letter: an expression has no formats", written),
		Label:   "a letter",
		Notes: []diag.Note{
			{Kind: "effect", Text: fmt.Sprintf("%s is the value of %s and an s", header.Name, name)},
			{Kind: "help", Text: "write expr=" + written},
		},
	}
	if name == "REQUEST_SCHEME" {
		d.Notes[0].Text = fmt.Sprintf(`%s is "https" for http and "httpss" for https`, header.Name)
	}
	if span := spanIn(p, header.Origin.Span, written+"s"); span != header.Origin.Span {
		d.Span = diag.Span{Start: span.End - 1, End: span.End}
		d.Fix = &diag.Fix{Safe: true, Message: "drop the s", Edits: []diag.Edit{{Span: d.Span}}}
	}
	p.Report(d)
}
