package lint

import (
	"fmt"
	"strings"

	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/parser/table"
)

var pprTargetMismatch = &Rule{
	ID:       "LB145",
	Name:     "ppr-target-mismatch",
	Class:    diag.Defect,
	Severity: diag.Warning,
	Title:    "ProxyPassReverse for another port, scheme or loopback name than the ProxyPass of its path",
	Why: `ProxyPassReverse compares text: the redirect of the backend must begin with its URL. A backend that is asked as
http://127.0.0.1:8081 answers with Location: http://127.0.0.1:8081/login. ProxyPassReverse for http://localhost:8081, for
port 8080 or for https does not see that as its own, and the internal address goes to the client. Nothing else works
differently, so that it shows with the first redirect only.`,
	Bad: `ProxyPass "/app" "http://127.0.0.1:8081/app"
ProxyPassReverse "/app" "http://localhost:8081/app"
`,
	Good: `ProxyPass "/app" "http://127.0.0.1:8081/app"
ProxyPassReverse "/app" "http://127.0.0.1:8081/app"
`,
	Refs: []string{"https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypassreverse"},
	Run: func(p *Pass) {
		var byPath table.Of[prefixMapping]
		for _, v := range p.reversals() {
			byPath.Reset()
			for _, m := range v.mappings {
				byPath.KeepFirst(comparedPath(m.path), m)
			}
			for _, r := range v.own {
				if m, ok := byPath.Get(comparedPath(r.path)); ok {
					checkReverseTarget(p, v, r, m)
				}
			}
		}
	},
}

// varies reports whether a URL holds what is replaced.
func varies(url string) bool { return strings.ContainsAny(url, "$%") }

func checkReverseTarget(p *Pass, v *reversal, r prefixReverse, m prefixMapping) {
	back, ok := effective.ParseURL(r.pass.URL)
	if !ok || r.pass.Interpolate || m.pass.Interpolate || varies(r.pass.URL) || varies(m.pass.URL) {
		return
	}
	to, ok := effective.ParseURL(m.pass.URL)
	if !ok || !redirects(to) || to.IsBalancer() != back.IsBalancer() || v.covers(m.pass.URL) {
		return
	}
	what := difference(wire(back), wire(to))
	switch local := isLoopback(back.Host) && isLoopback(to.Host); {
	case to.IsBalancer():
		what = "balancer"
	case what == "path" || back.Host != to.Host && !local:
		return // another host may be the name that the backend knows itself by
	}
	p.Report(diag.Diagnostic{
		Span:    r.urlSpan(),
		Message: fmt.Sprintf("%s is not where %s is sent: another %s than that of ProxyPass", r.pass.URL, m.path, what),
		Label:   "no redirect begins with it",
		Related: []diag.Related{{Span: m.urlSpan(), Message: "requests go here"}},
		Notes: []diag.Note{
			{Kind: "effect", Text: fmt.Sprintf("Location: %s/login goes to the client as it is", v.backend(m.pass.URL))},
			{Kind: "help", Text: fmt.Sprintf("write the URL of ProxyPass: %s", m.pass.URL)},
		},
		Fix: &diag.Fix{Message: "write the URL of ProxyPass", Edits: []diag.Edit{{Span: r.urlSpan(), Text: m.pass.URL}}},
	})
}
