package program

import (
	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/runtime/exchange"
	"github.com/lbconf/lbconf/runtime/route"
)

// forwardProxy decides whether a server is a forward proxy, and refuses one that would fetch anything for anybody.
func (b *builder) forwardProxy(h *Host, s *effective.Server) {
	if open := s.OpenForwardProxy(); open != nil {
		if s.IsMain() || b.view.Main().OpenForwardProxy() != open {
			b.report.refuse(open, `ProxyRequests On makes a forward proxy, which fetches any URL for anybody who can reach it: write Off, or add <Proxy "*"> with Require ip and the networks that may use it`)
		}
		return
	}
	h.foreign = s.Settings.Switch(ir.SwitchProxyRequests).Value
	b.program.upgrades = b.program.upgrades || h.foreign
}

// isForeign says whether a request is for another server, to which this one is a forward proxy: its target is a URL that
// does not name this server, or is of another scheme than the connection (mod_proxy: proxy_detect).
func (h *Host) isForeign(x *exchange.Exchange) bool {
	if x.Request.Absolute {
		port := int(x.Request.HostPort)
		if port == 0 {
			port = ir.DefaultPort(schemeOf(x))
		}
		return !h.Answers(x.Request.Hostname, port)
	}
	return len(route.SplitTarget(x.Request.Target).Scheme) > 0
}

func schemeOf(x *exchange.Exchange) string {
	if x.Client.Secure {
		return "https"
	}
	return "http"
}

// decideForeign completes the plan of a request for another server. Rewrite rules and mappings are not asked; sections
// are compared with the URL as it was sent, and that is what is forwarded.
func (h *Host) decideForeign(x *exchange.Exchange, p *Plan) {
	url := x.Request.Target
	h.conditions.Run(x, url, &p.environ)
	x.Handler = "proxy-server"
	p.use(h.scopes.base)
	h.self(p, h.scopes.base, x.Request.Hostname, x.Request.HostPort, x.Client.Secure)
	if _, status := route.AppendPath(x.Alloc(len(x.Request.RawPath))[:0], x.Request.RawPath, false, h.slashes); status == statusBadRequest {
		p.respond(status)
		return
	}
	x.Request.Path, p.path = url, url
	h.forward(x, p, url, route.Whole)
	p.AddForwarded, p.Reverse, p.Foreign = false, nil, true
}
