package lint

import (
	"slices"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/diag"
)

var noSSLProxyEngine = &Rule{
	ID:       "LB601",
	Name:     "no-sslproxyengine",
	Class:    diag.Defect,
	Severity: diag.Error,
	Title:    "a backend with https or wss, and SSLProxyEngine off",
	Why: `mod_proxy leaves TLS to mod_ssl, and that does it for backends only where SSLProxyEngine is On. By default it is off: then
httpd connects, cannot begin TLS, and answers each request with 500 (AH01961, AH00961). httpd -t and a restart say nothing.
SSLEngine is about clients and does not help. SSLProxyEngine is inherited from the main server, and may stand in the <Proxy>
that covers the target.`,
	Bad: `<VirtualHost *:80>
    ServerName www.example.com
    ProxyPass "/" "https://app.example.com/"
</VirtualHost>
`,
	Good: `<VirtualHost *:80>
    ServerName www.example.com
    SSLProxyEngine On
    ProxyPass "/" "https://app.example.com/"
</VirtualHost>
`,
	Refs: []string{"https://httpd.apache.org/docs/2.4/mod/mod_ssl.html#sslproxyengine"},
	Run: func(p *Pass) {
		for _, s := range p.Servers {
			for _, list := range [][]*effective.Mapping{s.Mappings, s.Located} {
				for _, m := range list {
					if m.Server == s && !m.Pass.Exclude {
						p.checkEngine(s, m.Pass, m.Pass.URL, m.Balancer, passURL(m.Pass))
					}
				}
			}
		}
		for r := range p.proxyRules() {
			if s := r.server; r.fixed {
				p.checkEngine(s, r.rule, r.target, s.Balancer(r.target), r.urlSpan())
			}
		}
	},
}

// speaksTLSToBackends says whether SSLProxyEngine is on for a whole server, or may be: by a virtual host that inherits what
// the main server has, in a file that is not here, or around a fragment that stands in no server of its own.
func (p *Pass) speaksTLSToBackends(s *effective.Server) bool {
	if s.Settings.Switch(ir.SwitchSSLProxyEngine).Value || p.mayIncludeMore(s) || s.IsMain() && !p.Config.Server {
		return true
	}
	return s.IsMain() && slices.ContainsFunc(p.View.Servers(), func(heir *effective.Server) bool {
		return heir.Settings.Switch(ir.SwitchSSLProxyEngine).Value
	})
}

// checkEngine reports a target that needs TLS and does not get it.
func (p *Pass) checkEngine(s *effective.Server, item ir.Item, target string, b *effective.Balancer, span diag.Span) {
	needs := target
	if b != nil {
		needs = secureMember(b)
	}
	if !needsTLS(needs) || mayTurnOn(s, target) || p.speaksTLSToBackends(s) {
		return
	}
	d := diag.Diagnostic{
		Span:    span,
		Message: "SSLProxyEngine is off, so that no request reaches " + needs,
		Label:   "needs TLS",
		Notes: []diag.Note{
			{Kind: "effect", Text: "500 for each request (AH01961: failed to enable ssl support)"},
			{Kind: "help", Text: "write SSLProxyEngine On in " + place(s)},
		},
	}
	if off := s.Settings.Switch(ir.SwitchSSLProxyEngine); off.IsSet() {
		d.Related = append(d.Related, diag.Related{Span: off.By.Head().Origin.Span, Message: "turned off here"})
	} else if standsIn(s, item) {
		if d.Fix = p.insertBefore(item, "turn it on", "SSLProxyEngine On"); d.Fix != nil {
			d.Fix.Safe = true
		}
	}
	p.Report(d)
}

func place(s *effective.Server) string {
	if s.IsMain() {
		return "the main server"
	}
	return "the virtual host"
}

// standsIn says whether an item stands directly in a server, where SSLProxyEngine may stand too.
func standsIn(s *effective.Server, item ir.Item) bool {
	return slices.Contains(s.Items, item)
}

// secureMember returns the first member of a balancer that needs TLS, or nothing.
func secureMember(b *effective.Balancer) string {
	for _, m := range b.Members {
		if needsTLS(m.Name) {
			return m.Name
		}
	}
	return ""
}

func needsTLS(target string) bool {
	return clib.HasPrefixFold(target, "https://") || clib.HasPrefixFold(target, "wss://")
}

// mayTurnOn says whether a <Proxy> with SSLProxyEngine On covers the target, or a part of what it leads to.
func mayTurnOn(s *effective.Server, target string) bool {
	for _, sec := range s.Sections {
		if sec.Phase != effective.PhaseProxy || !sec.Settings.Switch(ir.SwitchSSLProxyEngine).Value {
			continue
		}
		pattern := sec.Section.Pattern
		if sec.Section.Regex != nil || strings.ContainsAny(pattern, "*?[") ||
			strings.HasPrefix(target, pattern) || strings.HasPrefix(pattern, target) {
			return true
		}
	}
	return false
}
