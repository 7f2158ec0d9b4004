package lint

import (
	"fmt"
	"strings"

	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/diag"
)

var pprSlashMismatch = &Rule{
	ID:       "LB144",
	Name:     "ppr-slash-mismatch",
	Class:    diag.Defect,
	Severity: diag.Error,
	Title:    "ProxyPassReverse with a URL that ends in a slash and a path that does not",
	Why: `ProxyPassReverse takes its URL off the front of Location, Content-Location and URI, and puts its path in the place, byte
for byte. With "ProxyPassReverse /app http://backend/" the redirect to http://backend/login becomes /applogin: the slash went
away with the URL. ProxyPass with the same two arguments works, because httpd compares its path in whole segments, so the
mistake shows only when the backend redirects.`,
	Bad: `ProxyPass "/app" "http://backend.example.com:8080/"
ProxyPassReverse "/app" "http://backend.example.com:8080/"
`,
	Good: `ProxyPass "/app/" "http://backend.example.com:8080/"
ProxyPassReverse "/app/" "http://backend.example.com:8080/"
`,
	Refs: []string{"https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypassreverse"},
	Run: func(p *Pass) {
		for _, m := range p.prefixReverses() {
			checkReverseSlash(p, m)
		}
	},
}

func checkReverseSlash(p *Pass, m prefixReverse) {
	url, ok := effective.ParseURL(m.pass.URL)
	switch {
	case !ok || m.path == "" || m.pass.Interpolate || strings.ContainsAny(m.pass.URL+m.path, "$%"):
		return
	case !strings.HasSuffix(m.pass.URL, "/") || strings.IndexByte("/-_.=~", m.path[len(m.path)-1]) >= 0:
		return // /img- is meant to be completed
	case url.IsBalancer() && url.Path == "/":
		return // httpd compares the names of the members, which have no slash at the end
	}
	d := diag.Diagnostic{
		Span:    m.pathSpan(),
		Message: fmt.Sprintf("%q ends in a slash and %q does not: what follows is glued to the path", m.pass.URL, m.path),
		Label:   `no "/" at the end`,
		Related: []diag.Related{{Span: m.urlSpan(), Message: "the URL ends in a slash"}},
		Notes: []diag.Note{
			{Kind: "effect", Text: fmt.Sprintf("the redirect to %slogin goes to the client as %slogin", m.pass.URL, m.path)},
			{Kind: "help", Text: fmt.Sprintf("write %s/", m.path)},
		},
	}
	if m.section == nil {
		d.Fix = p.insertAt(m.pathSpan(), "end the path in a slash too", "/", true)
	} else {
		d.Notes[1].Text = fmt.Sprintf("write ProxyPassReverse %s", strings.TrimSuffix(m.pass.URL, "/"))
	}
	p.Report(d)
}
