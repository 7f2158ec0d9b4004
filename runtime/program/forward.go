package program

import (
	"bytes"
	"strconv"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/runtime/exchange"
	"github.com/lbconf/lbconf/runtime/route"
	"github.com/lbconf/lbconf/runtime/upstream"
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
	h.connects = h.foreign && b.loads("proxy_connect_module")
	b.program.upgrades = b.program.upgrades || h.foreign
}

// Tunnels says whether a request asks the server, as a forward proxy, for a tunnel: CONNECT host:port.
func (h *Host) Tunnels(x *exchange.Exchange) bool {
	if !h.connects || string(x.Request.Method) != "CONNECT" {
		return false
	}
	_, _, ok := route.SplitAuthority(x.Request.Target)
	return ok
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
	if h.Tunnels(x) {
		p.Tunnel = true
	} else if _, status := route.AppendPath(x.Alloc(len(x.Request.RawPath))[:0], x.Request.RawPath, false, h.slashes); status == statusBadRequest {
		p.respond(status)
		return
	}
	x.Request.Path, p.path, p.Foreign = url, url, true
	h.forward(x, p, url, route.Whole)
	p.AddForwarded, p.Reverse, p.Foreign = false, nil, true
}

// qualified returns the URL of a request with ProxyDomain behind a host without a dot; nil for a host that has one, and for a
// request that is not GET or has a path alone (mod_proxy: proxy_needsdomain).
func (o *Outward) qualified(x *exchange.Exchange) []byte {
	target := x.Request.Target
	authority := route.SplitTarget(target).Authority
	method := string(x.Request.Method)
	if len(authority) == 0 || method != "GET" && method != "HEAD" {
		return nil
	}
	host, port, written := bytes.Cut(authority[bytes.LastIndexByte(authority, '@')+1:], []byte(":"))
	if len(host) == 0 || bytes.IndexByte(host, '.') >= 0 || host[0] == '[' || clib.EqualFold(string(host), "localhost") {
		return nil
	}
	scheme, _, _ := bytes.Cut(target, []byte(":"))
	rest := target[len(scheme)+len("://")+len(authority):]
	before := target[:len(target)-len(rest)]
	if written {
		before = before[:len(before)-len(":")-len(port)]
	}
	url := append(append(x.Alloc(len(target) + len(o.domain))[:0], before...), o.domain...)
	if written && string(port) != strconv.Itoa(ir.DefaultPort(clib.ToLower(string(scheme)))) {
		url = append(append(url, ':'), port...)
	}
	return append(url, rest...)
}

// tunnel completes the plan for a tunnel to host:port.
func (p *Plan) tunnel(x *exchange.Exchange, authority []byte, start int) {
	host, port, _ := route.SplitAuthority(authority)
	p.buf = append(p.buf, authority...)
	x.Filename = p.buf[start:]
	w := &p.unpooled
	*w = upstream.Worker{Name: string(authority), Host: string(host), Port: port, Settings: p.Host.unpooled}
	w.Settings.Reuse = false
	p.Kind, p.Worker = Forward, w
}
