package lint

import (
	"net/netip"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/diag"
)

var openForwardProxy = &Rule{
	ID:       "LB150",
	Name:     "open-forward-proxy",
	Class:    diag.Defect,
	Severity: diag.Error,
	Title:    "ProxyRequests On without access rules for every URL, which makes a proxy for everybody",
	Why: `ProxyRequests On has nothing to do with ProxyPass, which works with Off. It makes httpd fetch whatever URL a client
puts on the request line: hosts of the internal network, the metadata service of a cloud, other people's servers in your name.
Scanners find such a server within hours. A reverse proxy needs Off. A proxy that is meant closes itself with <Proxy "*"> and
Require for the networks that may use it; a <Location "/"> does not close it, since it covers paths and not the URLs that
are fetched, and virtual hosts inherit both directives.`,
	Bad: `ProxyRequests On
ProxyPass "/" "http://app.example.com:8080/"
`,
	Good: `ProxyRequests On
<Proxy "*">
    Require ip 10.0.0.0/8
</Proxy>
`,
	Refs:  []string{"https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#access"},
	Whole: true,
	Run: func(p *Pass) {
		if onlyLoopback(p.View.Listens()) {
			return
		}
		reported := map[*ir.Switch]bool{}
		for _, s := range p.Servers {
			on := s.OpenForwardProxy()
			if on == nil || reported[on] || p.mayIncludeMore(s) {
				continue
			}
			reported[on] = true
			reportOpenProxy(p, s, on)
		}
	},
}

// reportOpenProxy says how to close it. Where requests are proxied by the server's own directives, On is a mistake.
func reportOpenProxy(p *Pass, s *effective.Server, on *ir.Switch) {
	d := diag.Diagnostic{
		Span:    on.Origin.Arg(0),
		Message: "fetches any URL for anybody who can reach this server",
		Label:   "a forward proxy",
		Notes: []diag.Note{
			{Kind: "effect", Text: "GET http://10.0.0.1/ HTTP/1.1 is answered with what that host answers to this server"},
			{Kind: "help", Text: `write <Proxy "*"> with Require ip and the networks that may use the proxy`},
		},
	}
	if p.proxies(s) {
		d.Notes[1].Text = `ProxyPass and RewriteRule with [P] work with Off; for a forward proxy write <Proxy "*"> with Require ip`
		d.Fix = &diag.Fix{Safe: true, Message: "write Off", Edits: []diag.Edit{{Span: d.Span, Text: "Off"}}}
	}
	p.Report(d)
}

// onlyLoopback says whether nobody else than the machine itself can connect.
func onlyLoopback(listens []*ir.Listen) bool {
	for _, l := range listens {
		if address, err := netip.ParseAddr(l.Address); l.Address != "localhost" && (err != nil || !address.IsLoopback()) {
			return false
		}
	}
	return len(listens) > 0
}
