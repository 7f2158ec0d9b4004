package lint

import (
	"fmt"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/diag"
)

var errordocumentProxied = &Rule{
	ID:       "LB118",
	Name:     "errordocument-proxied",
	Class:    diag.Defect,
	Severity: diag.Warning,
	Title:    "ErrorDocument for a dead backend that is fetched from the backend",
	Why: `For a local ErrorDocument httpd begins anew with its path, and ProxyPass takes that as it takes any other. The page that
should say that the backend is down is asked of the backend that is down: it is tried once more, and the client gets the
built-in page that complains about the ErrorDocument. If the backend answers by then, the client even gets the page with
status 200. The path must be taken out with "ProxyPass path !" above the line that takes it.`,
	Bad: `ErrorDocument 503 "/down.html"
ProxyPass "/" "http://app.example.com:8080/"
`,
	Good: `ErrorDocument 503 "/down.html"
ProxyPass "/down.html" !
ProxyPass "/" "http://app.example.com:8080/"
`,
	Refs:  []string{"https://httpd.apache.org/docs/2.4/mod/core.html#errordocument", "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypass"},
	Whole: true,
	Run: func(p *Pass) {
		told := map[*ir.ErrorDocument]bool{}
		for _, s := range p.Servers {
			for _, document := range s.Files.Documents {
				p.errorDocument(s, document, told)
			}
			for _, section := range s.Sections {
				if section.Server == s && section.Section.Regex == nil {
					for _, document := range section.Files.Documents {
						p.errorDocument(s, document, told)
					}
				}
			}
		}
	},
}

// errorDocument looks at one ErrorDocument in a server that has it. A page for itself, on another backend, may be meant: only
// a ProxyPass of everything is certain to lead to the backend that fails.
func (p *Pass) errorDocument(s *effective.Server, document *ir.ErrorDocument, told map[*ir.ErrorDocument]bool) {
	if told[document] || !ofDeadBackend(document.Status) || document.Kind() != ir.ErrorPath || strings.ContainsAny(document.Target, "%$") {
		return
	}
	path, _, _ := strings.Cut(document.Target, "?")
	pass, known := proxiedBy(s, path)
	if !known || pass == nil || !takesEverything(pass) {
		return
	}
	told[document] = true
	p.Report(diag.Diagnostic{
		Span:    document.Origin.Arg(1),
		Message: fmt.Sprintf("the page for %d is fetched from the backend that fails: %s sends %s to %s", document.Status, pass.Origin.Directive, path, pass.URL),
		Label:   "proxied",
		Related: []diag.Related{{Span: pass.Origin.Span, Message: "takes this path too"}},
		Notes: []diag.Note{
			{Kind: "effect", Text: fmt.Sprintf("when the backend is down it is tried once more for %s, and the client gets the built-in page", path)},
			{Kind: "help", Text: fmt.Sprintf("write ProxyPass %q ! above the ProxyPass, and put the file below DocumentRoot", path)},
		},
		Fix: p.exclude(s, pass, path),
	})
}

// ofDeadBackend says whether httpd answers with a status when it cannot reach a backend or gets no answer of it.
func ofDeadBackend(status int) bool { return status == 502 || status == 503 || status == 504 }

// takesEverything says whether a ProxyPass is that of a whole server.
func takesEverything(pass *ir.ProxyPass) bool {
	if pass.Regex != nil {
		return shapeOf(pass.Regex).prefix == "/"
	}
	return pass.Path == "/"
}
