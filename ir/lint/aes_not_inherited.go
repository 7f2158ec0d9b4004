package lint

import (
	"fmt"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/diag"
)

var aesNotInherited = &Rule{
	ID:       "LB139",
	Name:     "aes-not-inherited",
	Class:    diag.Defect,
	Severity: diag.Error,
	Title:    "AllowEncodedSlashes of the main server, which virtual hosts do not inherit",
	Why: `AllowEncodedSlashes says what becomes of %2F in a path: Off, which is the default, answers 404 before anything is forwarded. It holds
for the server in which it stands. A virtual host does not have it from the main server, unlike nearly everything else; the
manual does not say so. Each virtual host needs a line of its own.`,
	Bad: `AllowEncodedSlashes NoDecode
<VirtualHost *:80>
    ServerName www.example.com
    ProxyPass "/" "http://app.example.com:8080/" nocanon
</VirtualHost>
`,
	Good: `<VirtualHost *:80>
    ServerName www.example.com
    AllowEncodedSlashes NoDecode
    ProxyPass "/" "http://app.example.com:8080/" nocanon
</VirtualHost>
`,
	Refs:  []string{"https://httpd.apache.org/docs/2.4/mod/core.html#allowencodedslashes"},
	Whole: true,
	Run: func(p *Pass) {
		main, value := encodedSlashes(p.View.Main())
		if main == nil || clib.EqualFold(value, "off") {
			return
		}
		var without []*effective.Server
		for _, s := range p.Servers[1:] {
			if own, _ := encodedSlashes(s); own == nil && p.proxies(s) && !p.mayIncludeMore(s) {
				without = append(without, s)
			}
		}
		if len(without) > 0 {
			reportNotInherited(p, main, value, without)
		}
	},
}

// encodedSlashes returns the server's own AllowEncodedSlashes and its value; nil where it has none.
func encodedSlashes(s *effective.Server) (found ir.Item, value string) {
	setting := s.Settings.EncodedSlashes()
	return setting.By, setting.Value
}

func reportNotInherited(p *Pass, main ir.Item, value string, without []*effective.Server) {
	first := without[0].VirtualHost
	who := "a virtual host that proxies does"
	if len(without) > 1 {
		who = fmt.Sprintf("%d virtual hosts that proxy do", len(without))
	}
	d := diag.Diagnostic{
		Span:    main.Head().Origin.Span,
		Message: fmt.Sprintf("AllowEncodedSlashes %s is not inherited: %s not have it", value, who),
		Label:   "for the main server alone",
		Related: []diag.Related{{Span: first.Origin.Span, Message: "answers 404 to %2F"}},
		Notes: []diag.Note{
			{Kind: "effect", Text: "a path with %2F gets 404 there, and the backend never sees it"},
			{Kind: "help", Text: fmt.Sprintf("write AllowEncodedSlashes %s in each virtual host that needs it", value)},
		},
		Fix: &diag.Fix{Message: "write it in the virtual hosts that proxy"},
	}
	for _, s := range without {
		line := p.insertAfter(s.VirtualHost, "", "    AllowEncodedSlashes "+value)
		if line == nil {
			d.Fix = nil
			break
		}
		d.Fix.Edits = append(d.Fix.Edits, line.Edits...)
	}
	p.Report(d)
}
