package lint

import (
	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/diag"
)

var aesOnDecodes = &Rule{
	ID:       "LB140",
	Name:     "aes-on-decodes",
	Class:    diag.Defect,
	Severity: diag.Warning,
	Title:    "AllowEncodedSlashes On, which makes %2F a slash on the way to the backend",
	Why: `With AllowEncodedSlashes On httpd takes paths with %2F and decodes them: the backend is asked for /a/b when the client asked for
/a%2Fb, which is another resource. Applications that want encoded slashes, such as Jenkins, Nexus or Matrix, want them as they
are: NoDecode leaves them alone. A ProxyPass with nocanon sends the path as it came in either case.`,
	Bad: `AllowEncodedSlashes On
ProxyPass "/" "http://app.example.com:8080/"
`,
	Good: `AllowEncodedSlashes NoDecode
ProxyPass "/" "http://app.example.com:8080/"
`,
	Refs: []string{"https://httpd.apache.org/docs/2.4/mod/core.html#allowencodedslashes"},
	Run: func(p *Pass) {
		for _, s := range p.Servers {
			own, value := encodedSlashes(s)
			if own == nil || !clib.EqualFold(value, "on") {
				continue
			}
			if m := decoded(s); m != nil {
				reportDecoded(p, own, m)
			}
		}
	},
}

// decoded returns the ProxyPass for the whole server if its requests have their path decoded and encoded again, or nil. A
// server that forwards a part of its paths may have decoding switched on for the others.
func decoded(s *effective.Server) *ir.ProxyPass {
	for _, list := range [][]*effective.Mapping{s.Mappings, s.Located} {
		for _, m := range list {
			url, ok := effective.ParseURL(m.Pass.URL)
			if ok && m.Path == "/" && redirects(url) && !m.Pass.NoCanon && m.MapsAt() == "" {
				return m.Pass
			}
		}
	}
	return nil
}

func reportDecoded(p *Pass, own ir.Item, pass *ir.ProxyPass) {
	d := diag.Diagnostic{
		Span:    own.Head().Origin.Span,
		Message: "AllowEncodedSlashes On makes %2F a slash before the request is forwarded",
		Label:   "decodes",
		Related: []diag.Related{{Span: pass.Origin.Span, Message: "forwards the decoded path"}},
		Notes: []diag.Note{
			{Kind: "effect", Text: "the backend is asked for /a/b when the client asked for /a%2Fb"},
			{Kind: "help", Text: "write AllowEncodedSlashes NoDecode"},
		},
	}
	if len(own.Head().Origin.Args) > 0 {
		d.Fix = &diag.Fix{Message: "leave encoded slashes as they are", Edits: []diag.Edit{{Span: own.Head().Origin.Arg(0), Text: "NoDecode"}}}
	}
	p.Report(d)
}
