package lint

import (
	"fmt"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/diag"
)

var globalProxypassShadowsVhost = &Rule{
	ID:       "LB114",
	Name:     "global-proxypass-shadows-vhost",
	Class:    diag.Defect,
	Severity: diag.Error,
	Title:    "ProxyPass of a virtual host that never runs, because one of the main server comes first",
	Why: `A virtual host inherits the ProxyPass lines of the main server, and httpd tries those before its own. A path that the main
server maps, or excludes, cannot be mapped in another way by a virtual host: its line is never asked. ProxyPassInherit Off in
the virtual host or in the main server does not change that on httpd 2.4.71. A ProxyPass in a <Location> of the virtual host
does, since sections are asked first.`,
	Bad: `ProxyPass "/app" "http://all.example.com:8080/"
<VirtualHost *:80>
    ServerName www.example.com
    ProxyPass "/app" "http://www.example.com:8080/"
</VirtualHost>
`,
	Good: `ProxyPass "/app" "http://all.example.com:8080/"
<VirtualHost *:80>
    ServerName www.example.com
    <Location "/app">
        ProxyPass "http://www.example.com:8080/"
    </Location>
</VirtualHost>
`,
	Refs:  []string{"https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypassinherit"},
	Whole: true,
	Run: func(p *Pass) {
		var main covers
		for pass := range ir.Of[*ir.ProxyPass](p.View.Main().Items) {
			if isPlain(pass) {
				main.add(pass)
			}
		}
		if main.isEmpty() {
			return
		}
		for _, s := range p.Servers[1:] {
			for pass := range ir.Of[*ir.ProxyPass](s.Items) {
				if earlier := main.find(pass); isPlain(pass) && earlier != nil && !sameMapping(earlier, pass) {
					reportGlobal(p, s, earlier, pass)
				}
			}
		}
	},
}

// sameMapping reports whether a request has the same answer by both.
func sameMapping(earlier, later *ir.ProxyPass) bool {
	return earlier.Exclude && later.Exclude || !later.Exclude && sameResult(earlier, later)
}

func reportGlobal(p *Pass, s *effective.Server, earlier, later *ir.ProxyPass) {
	goes := "go to " + earlier.URL
	if earlier.Exclude {
		goes = "are not proxied at all"
	}
	name := "this virtual host"
	if s.ServerName() != "" {
		name = s.ServerName()
	}
	p.Report(diag.Diagnostic{
		Span:    later.Origin.Arg(0),
		Message: fmt.Sprintf("%s %s never runs: the main server's %s %s comes first", later.Origin.Directive, later.Path, earlier.Origin.Directive, earlier.Path),
		Label:   "never reached",
		Related: []diag.Related{{Span: earlier.Origin.Arg(0), Message: "holds in all virtual hosts, and is asked first"}},
		Notes: []diag.Note{
			{Kind: "effect", Text: fmt.Sprintf("requests of %s for %s %s", name, later.Path, goes)},
			{Kind: "help", Text: fmt.Sprintf("move the line of the main server into the virtual hosts that need it, or write this one as a <Location %s>", later.Path)},
		},
	})
}
