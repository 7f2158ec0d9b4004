package lint

import (
	"slices"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/parser/rewrite"
)

var xfpMissing = &Rule{
	ID:       "LB502",
	Name:     "xfp-missing",
	Class:    diag.Defect,
	Severity: diag.Info,
	Title:    "a backend behind TLS that is told the public name and not the scheme",
	Why: `The virtual host speaks TLS with the client and plain HTTP with the backend. httpd adds X-Forwarded-For, -Host and
-Server by itself, X-Forwarded-Proto it does not. With ProxyPreserveHost On the backend knows the public name and builds its
links and redirects with it, and with http: since that is how it was asked. The client leaves TLS, or goes in circles where
the backend or another virtual host sends it back to https. ProxyPassReverse does not mend it, since it looks for the address
of the backend. Where the name is not preserved it does: there httpd puts its own scheme in. It is information, because a
backend may have its public URL in its own configuration.`,
	Bad: `<VirtualHost *:443>
    ServerName www.example.com
    SSLEngine on
    SSLCertificateFile "www.pem"
    ProxyPreserveHost On
    ProxyPass "/" "http://app.example.com:8080/"
</VirtualHost>
`,
	Good: `<VirtualHost *:443>
    ServerName www.example.com
    SSLEngine on
    SSLCertificateFile "www.pem"
    ProxyPreserveHost On
    RequestHeader set X-Forwarded-Proto "https"
    ProxyPass "/" "http://app.example.com:8080/"
</VirtualHost>
`,
	Refs: []string{
		"https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypreservehost",
		"https://httpd.apache.org/docs/2.4/mod/mod_headers.html#requestheader",
	},
	Run: func(p *Pass) {
		told := tellsScheme(p.View.Main().Items)
		for _, s := range p.Servers {
			host := s.Settings.Switch(ir.SwitchProxyPreserveHost)
			tls := s.Settings.Word(ir.WordSSLEngine)
			if told || !host.Value || !clib.EqualFold(tls.Value, "on") {
				continue
			}
			if at := plainTarget(s); at != nil && !tellsScheme(s.Items) && !mapsOwnName(s) && !p.mayIncludeMore(s) {
				reportNoScheme(p, at, tls.By, host.By)
			}
		}
	},
}

// plainTarget returns the first ProxyPass or RewriteRule of the server that goes to a backend without TLS, or nil.
func plainTarget(s *effective.Server) ir.Item {
	for _, list := range [][]*effective.Mapping{s.Mappings, s.Located} {
		for _, m := range list {
			if m.Server != s || m.Pass.Exclude {
				continue
			}
			if m.Balancer == nil && speaksHTTP(m.Pass.URL) {
				return m.Pass
			}
			if m.Balancer != nil {
				for _, w := range m.Balancer.Members {
					if w.URL.Scheme == "http" {
						return m.Pass
					}
				}
			}
		}
	}
	for _, rule := range s.Rewrite.Rules {
		r := newProxyRule(&scope{server: s, items: s.Items}, rule.Rule)
		if rule.Rule.Rule.Has(rewrite.FlagP) && r.fixed && r.url.Scheme == "http" && r.engineOn() {
			return rule.Rule
		}
	}
	return nil
}

func speaksHTTP(target string) bool {
	url, ok := effective.ParseURL(target)
	return ok && url.Scheme == "http"
}

// tellsScheme reports whether a RequestHeader at or below items tells backends of the scheme, in one of the many ways.
func tellsScheme(items []ir.Item) bool {
	for header := range ir.Of[*ir.HeaderEdit](items) {
		name := clib.ToLower(header.Name)
		told := slices.ContainsFunc([]string{"proto", "scheme", "ssl", "https"}, func(word string) bool { return strings.Contains(name, word) })
		if header.Request && (told || name == "forwarded") {
			return true
		}
	}
	for section := range ir.Of[*ir.Section](items) {
		if tellsScheme(section.Items) {
			return true
		}
	}
	return false
}

// mapsOwnName reports whether a ProxyPassReverse takes the public name with http out of redirects.
func mapsOwnName(s *effective.Server) bool {
	if s.Name == nil {
		return false
	}
	own := "http://" + clib.ToLower(s.Name.Host)
	for _, r := range s.Reverses {
		if url, ok := effective.ParseURL(r.Pass.URL); ok && url.Authority() == own {
			return true
		}
	}
	return false
}

// mayIncludeMore reports whether the virtual host includes files that may be elsewhere.
func (p *Pass) mayIncludeMore(s *effective.Server) bool {
	return !s.IsMain() && p.includes(s.VirtualHost.Origin.Span, "</virtualhost>")
}

func reportNoScheme(p *Pass, target, tls, host ir.Item) {
	origin := target.Head().Origin
	d := diag.Diagnostic{
		Span:    origin.Arg(1),
		Message: "the backend is asked for the public name and does not learn that the client uses https",
		Label:   "asked with http",
		Related: []diag.Related{
			{Span: tls.Head().Origin.Span, Message: "TLS ends here"},
			{Span: host.Head().Origin.Span, Message: "the backend builds its URLs with the public name"},
		},
		Notes: []diag.Note{
			{Kind: "effect", Text: "httpd sends no X-Forwarded-Proto; a redirect of the backend leads to http://"},
			{Kind: "help", Text: `add RequestHeader set X-Forwarded-Proto "https" to the virtual host`},
		},
		Fix: p.insertAfter(target, "tell the backend of the scheme", `RequestHeader set X-Forwarded-Proto "https"`),
	}
	if pass, ok := target.(*ir.ProxyPass); ok {
		d.Span = passURL(pass)
	}
	p.Report(d)
}
