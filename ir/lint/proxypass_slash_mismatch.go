package lint

import (
	"fmt"
	"strings"

	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/diag"
)

var proxypassSlashMismatch = &Rule{
	ID:       "LB106",
	Name:     "proxypass-slash-mismatch",
	Class:    diag.Defect,
	Severity: diag.Error,
	Title:    "ProxyPass with a path that ends in a slash and a URL that does not",
	Why: `httpd takes the part of the request's path behind the path of ProxyPass and puts it behind the URL, byte for byte.
With "ProxyPass /app/ http://backend:8081" the path /app/users becomes http://backend:8081users: httpd looks up a host with
the port "8081users", which does not exist, and answers 500 (AH00898). Only /app/ itself works, so a quick look at the
front page finds nothing wrong. The guide "Reverse Proxy" of httpd's manual itself has the example with "/". Where the URL
has a path the two are glued: /app/ to http://backend/base asks for /baseusers.`,
	Bad: `ProxyPass "/app/" "http://backend.example.com:8081"
`,
	Good: `ProxyPass "/app/" "http://backend.example.com:8081/"
`,
	Refs: []string{"https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypass"},
	Run: func(p *Pass) {
		for _, m := range p.prefixMappings() {
			checkSlash(p, m)
		}
	},
}

func checkSlash(p *Pass, m prefixMapping) {
	url, ok := effective.ParseURL(m.pass.URL)
	if !ok || !strings.HasSuffix(m.path, "/") || strings.HasSuffix(m.pass.URL, "/") {
		return
	}
	if url.IsBalancer() && url.Path == "" {
		return // balancer-missing-slash
	}
	if last := m.pass.URL[len(m.pass.URL)-1]; url.Path != "" && strings.IndexByte("-_.=~", last) >= 0 {
		return // a name is meant to be completed: /img/ to http://cdn/site1-
	}
	if strings.Contains(url.Path, "?") || strings.Contains(m.pass.URL, "${") {
		return
	}
	sample := m.pass.URL + "page"
	effect := fmt.Sprintf("%spage becomes %s: httpd finds no such host and answers 500 (AH00898); only %s itself works", m.path, sample, m.path)
	if url.Path != "" {
		effect = fmt.Sprintf("%spage becomes %s: the backend is asked for a path that it does not have", m.path, sample)
	}
	p.Report(diag.Diagnostic{
		Span:    m.urlSpan(),
		Message: fmt.Sprintf("%q ends in a slash and %q does not: what follows is glued to the URL", m.path, m.pass.URL),
		Label:   `no "/" at the end`,
		Related: []diag.Related{{Span: m.pathSpan(), Message: "the path ends in a slash"}},
		Notes: []diag.Note{
			{Kind: "effect", Text: effect},
			{Kind: "help", Text: fmt.Sprintf("write %s/", m.pass.URL)},
		},
		Fix: p.insertAt(m.urlSpan(), "end the URL in a slash too", "/", url.Path == ""),
	})
}
