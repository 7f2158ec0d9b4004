package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/diag"
)

var pprPreservehost = &Rule{
	ID:       "LB147",
	Name:     "ppr-preservehost",
	Class:    diag.Defect,
	Severity: diag.Warning,
	Title:    "ProxyPassReverse for the backend's address while ProxyPreserveHost gives it the public name",
	Why: `With ProxyPreserveHost On the backend is asked for the public name and redirects to that: Location:
http://www.example.com/login. A ProxyPassReverse for the address of the backend never finds it. Where the path outside is the
same as inside nothing is lost. Where it is not, as in "ProxyPass /app/ http://backend/", the client is sent to /login instead
of /app/login. A ProxyPassReverse for the public name puts the path in.`,
	Bad: `<VirtualHost *:80>
    ServerName www.example.com
    ProxyPreserveHost On
    ProxyPass "/app/" "http://app.example.com:8080/"
    ProxyPassReverse "/app/" "http://app.example.com:8080/"
</VirtualHost>
`,
	Good: `<VirtualHost *:80>
    ServerName www.example.com
    ProxyPreserveHost On
    ProxyPass "/app/" "http://app.example.com:8080/"
    ProxyPassReverse "/app/" "http://app.example.com:8080/"
    ProxyPassReverse "/app/" "http://www.example.com/"
</VirtualHost>
`,
	Refs: []string{
		"https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypassreverse",
		"https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypreservehost",
	},
	Run: func(p *Pass) {
		mappings := map[*effective.Server]map[string]prefixMapping{}
		for _, m := range p.prefixMappings() {
			if m.server.ServerName() == "" || !m.server.Settings.Switch(ir.SwitchProxyPreserveHost).Value {
				continue
			}
			if mappings[m.server] == nil {
				mappings[m.server] = map[string]prefixMapping{}
			}
			mappings[m.server][m.path] = m
		}
		if len(mappings) == 0 {
			return
		}
		for _, r := range p.prefixReverses() {
			if m, ok := mappings[r.server][r.path]; ok {
				checkPublicReverse(p, r, m)
			}
		}
	},
}

func checkPublicReverse(p *Pass, r prefixReverse, m prefixMapping) {
	back, ok := effective.ParseURL(r.pass.URL)
	if !ok || r.pass.Interpolate || strings.ContainsAny(r.pass.URL+m.pass.URL+m.path, "$%") {
		return
	}
	to, ok := effective.ParseURL(m.pass.URL)
	sameTarget := ok && wire(back).Authority() == wire(to).Authority()
	if !sameTarget || !redirects(to) || strings.Trim(to.Path, "/") == strings.Trim(m.path, "/") || to.IsBalancer() && hasMemberPath(r.server, m.pass.URL) {
		return
	}
	if mapsPublicName(r.server) {
		return
	}
	public := fmt.Sprintf("http://%s%s", r.server.ServerName(), to.Path)
	if clib.EqualFold(r.server.Settings.Word(ir.WordSSLEngine).Value, "on") {
		public = "https" + strings.TrimPrefix(public, "http")
	}
	line := fmt.Sprintf(`ProxyPassReverse "%s" "%s"`, r.path, public)
	if r.section != nil {
		line = fmt.Sprintf(`ProxyPassReverse "%s"`, public)
	}
	p.Report(diag.Diagnostic{
		Span:    r.urlSpan(),
		Message: fmt.Sprintf("no redirect begins with %s: the backend is asked for %s", r.pass.URL, r.server.ServerName()),
		Label:   "never found",
		Related: []diag.Related{{Span: r.server.Settings.Switch(ir.SwitchProxyPreserveHost).By.Head().Origin.Span, Message: "the backend redirects to the public name"}},
		Notes: []diag.Note{
			{Kind: "effect", Text: fmt.Sprintf("the redirect to %slogin goes to the client as it is, without %s", strings.TrimSuffix(public, "/")+"/", r.path)},
			{Kind: "help", Text: "add " + line},
		},
		Fix: p.insertAfter(r.pass, "map the public name too", line),
	})
}

// hasMemberPath reports whether a member of the balancer adds a path, so that nobody knows what redirects look like.
func hasMemberPath(s *effective.Server, target string) bool {
	b := s.Balancer(target)
	if b == nil {
		return true
	}
	for _, w := range b.Members {
		if strings.Trim(w.URL.Path, "/") != "" {
			return true
		}
	}
	return false
}

// mapsPublicName reports whether a ProxyPassReverse of the server is for one of its names, or for a path.
func mapsPublicName(s *effective.Server) bool {
	public := func(r *effective.Reverse) bool {
		url, ok := effective.ParseURL(r.Pass.URL)
		return !ok || s.Answers(url.Host)
	}
	return slices.ContainsFunc(s.Reverses, public) ||
		slices.ContainsFunc(s.Sections, func(section *effective.Section) bool { return slices.ContainsFunc(section.Reverses, public) })
}
