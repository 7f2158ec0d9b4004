package program

import (
	"bytes"
	"strings"

	"github.com/lbconf/lbconf/runtime/exchange"
	"github.com/lbconf/lbconf/runtime/rewrite"
	"github.com/lbconf/lbconf/runtime/route"
	"github.com/lbconf/lbconf/runtime/upstream"
)

// The statuses that a decision gives by itself.
const (
	statusOK         = 200
	statusMoved      = 301
	statusBadRequest = 400
	statusForbidden  = 403
	statusNotFound   = 404
	statusInternal   = 500
)

// Resolve reads the target and the Host field of a request: it fills in RawPath, Query, Hostname and HostPort. It comes
// before Program.Host. The status is 0, or 400 for what httpd refuses: a host that is none, several Host fields, none in
// HTTP/1.1, or a URL with a user.
func Resolve(x *exchange.Exchange) (status int) {
	r := &x.Request
	target := route.SplitTarget(r.Target)
	parse := route.ParseHost
	if r.Unsafe {
		target = route.SplitTarget(withoutFragment(r.Target))
		target.Authority = target.Authority[bytes.LastIndexByte(target.Authority, '@')+1:]
		parse = route.ParseUnsafeHost
	}
	r.RawPath, r.Query, r.HasQuery = target.Path, target.Query, target.HasQuery
	if bytes.IndexByte(target.Authority, '@') >= 0 {
		return statusBadRequest
	}
	// A URL of another scheme is for nobody else, but its host does not count.
	scheme := "http"
	if x.Client.Secure {
		scheme = "https"
	}
	r.Absolute = bytes.EqualFold(target.Scheme, []byte(scheme))
	host := target.Authority
	switch n := r.Fields.Count("Host"); {
	case n > 1, n == 0 && r.Minor > 0:
		return statusBadRequest
	case !r.Absolute:
		host = r.Fields.Get("Host")
		if n == 0 {
			return 0
		}
	case r.Unsafe:
		parse = route.ParseUnsafeAuthority
	default:
		parse = route.ParseAuthority
	}
	room := x.Alloc(len(host))
	name, port, ok := parse(room[:0], host)
	if !ok {
		return statusBadRequest
	}
	r.Hostname, r.HostPort = name, uint16(port)
	return 0
}

// withoutFragment returns what stands before a fragment, which only HttpProtocolOptions Unsafe takes.
func withoutFragment(target []byte) []byte {
	before, _, _ := bytes.Cut(target, []byte("#"))
	return before
}

// Decide finds out what becomes of a request: it decodes the path where nobody did so before, runs the rewrite rules, tries
// the mappings, asks who may pass, and writes the plan. Nothing is sent or opened. The target and the Host field are read
// before it, by Resolve or as Resolve does.
func (h *Host) Decide(x *exchange.Exchange, p *Plan) {
	p.depth = 0
	h.decide(x, p)
}

func (h *Host) decide(x *exchange.Exchange, p *Plan) {
	p.reset(h)
	x.ServerName = h.ServerName
	p.ServerName, p.Via, p.MaxForwards, p.TraceEnable, p.BadHeader = h.ServerName, h.via, h.forwards, h.trace, h.badHeader
	p.env = &x.Env
	if h.foreign && p.depth == 0 && (h.isForeign(x) || h.Tunnels(x)) {
		h.decideForeign(x, p)
		return
	}
	if p.depth == 0 { // the environment of an index is that of the request (mod_setenvif)
		h.conditions.Run(x, x.Request.RawPath, &p.environ)
	}
	if h.pretranslates && h.preTranslate(x, p) {
		return
	}
	path, status := x.Request.Path, 0
	if path == nil || !h.merge || h.slashes != route.SlashesRefused {
		room := x.Alloc(len(x.Request.RawPath))
		path, status = route.AppendPath(room[:0], x.Request.RawPath, h.merge, h.slashes)
		x.Request.Path = path
	}
	early := h.scopes.base
	if h.scopes.located {
		early = h.scopes.find(path, nil, p)
	}
	h.self(p, early, x.Request.Hostname, x.Request.HostPort, x.Client.Secure)
	if status != 0 {
		p.use(h.scopes.base)
		p.respond(status)
		return
	}
	p.path, p.scope = path, early
	p.use(early)
	url, form, done := h.translate(x, p, early)
	if done {
		if (h.scopes.edits || h.scopes.documented) && !h.scopes.located {
			p.scope = h.scopes.find(path, nil, p)
			p.use(p.scope)
		}
		return
	}
	if url == nil && string(x.Request.Method) == "TRACE" {
		// It is sent back before sections, files, access rules and handlers are looked at (httpd: ap_send_http_trace).
		p.scope = h.scopes.base
		p.use(p.scope)
		p.Kind, p.Handler = Handle, HandlerTrace
		return
	}
	if url == nil && h.serves && path[0] == '/' {
		h.local(x, p, p.rewritten)
		return
	}
	h.forward(x, p, url, form)
}

// translate finds the URL that the request goes to; it is nil for none. done says that the plan is complete.
func (h *Host) translate(x *exchange.Exchange, p *Plan, early *scope) (url []byte, form route.Form, done bool) {
	if h.rules != nil && early.rewrites && p.path[0] == '/' {
		p.rewrite.Sub = p.depth > 0
		result := h.rules.Run(&p.rewrite, x, h, &p.Self, p.Trace)
		p.forced = result.Handler
		switch result.Kind {
		case rewrite.Status, rewrite.Redirect:
			p.answer(x, &result)
			return nil, 0, true
		case rewrite.Proxy:
			return result.Value, formOf(&result), false
		case rewrite.Local:
			p.rewritten = result.Value
			return nil, 0, false
		case rewrite.PassThrough:
			if len(result.Value) == 0 || result.Value[0] != '/' {
				p.respond(statusBadRequest)
				return nil, 0, true
			}
			p.path, x.Request.Path = result.Value, result.Value
		case rewrite.Unchanged:
		}
	}
	url, form = h.mapped(x, p, early, false)
	return url, form, false
}

// answer is what a rule answers by itself.
func (p *Plan) answer(x *exchange.Exchange, result *rewrite.Result) {
	p.respond(result.Status)
	if x.Filename = result.Value; result.Kind == rewrite.Redirect {
		p.Location, x.Filename = result.Location, result.Location
	}
}

// formOf is the form of the URL that a rule made.
func formOf(result *rewrite.Result) route.Form {
	if result.Raw {
		return route.Whole
	}
	return route.Decoded
}

// preTranslate tries the mappings of paths that are not decoded, before anything else looks at the path. Where one of them
// takes the request, the path stays encoded, and true is returned when the plan is complete.
func (h *Host) preTranslate(x *exchange.Exchange, p *Plan) bool {
	path, status := route.AppendEncodedPath(x.Alloc(len(x.Request.RawPath))[:0], x.Request.RawPath, h.merge)
	if status != 0 || path[0] != '/' {
		return false
	}
	early := h.scopes.base
	if h.scopes.located {
		early = h.scopes.find(path, nil, p)
	}
	p.path, p.scope = path, early
	p.use(early)
	url, form := h.mapped(x, p, early, true)
	if url == nil {
		return false
	}
	x.Request.Path = p.path
	h.self(p, early, x.Request.Hostname, x.Request.HostPort, x.Client.Secure)
	if h.rules == nil || !early.rewrites || !h.rewriteMapped(x, p, &url, &form) {
		h.forward(x, p, url, form)
	}
	return true
}

// rewriteMapped lets the rewrite rules see a request that a mapping of encoded paths sends to url, which they may replace. Then
// its form stays that of the mapping. done says that they answer themselves, or that a file does.
func (h *Host) rewriteMapped(x *exchange.Exchange, p *Plan, url *[]byte, form *route.Form) (done bool) {
	p.rewrite.Sub = p.depth > 0
	result := h.rules.RunMapped(&p.rewrite, x, *url, h, &p.Self, p.Trace)
	switch result.Kind {
	case rewrite.Status, rewrite.Redirect:
		p.answer(x, &result)
		return true
	case rewrite.Proxy:
		*url = result.Value
		if *form == route.Whole && !result.Raw && x.Request.HasQuery {
			*url = append(append(append(p.buf[:0], result.Value...), '?'), x.Request.Query...)
			p.buf = *url
		}
		if result.Raw {
			*form = route.Whole
		}
	case rewrite.Local:
		if h.serves {
			h.local(x, p, result.Value)
			return true
		}
		*url = nil
	case rewrite.PassThrough:
		*url = nil // mod_proxy leaves it to the others, and none of them takes it
	case rewrite.Unchanged:
	}
	return false
}

// mapped tries the mapping of the Location first, then those of the server; the first that matches counts. encoded says which
// mappings.
func (h *Host) mapped(x *exchange.Exchange, p *Plan, early *scope, encoded bool) (url []byte, form route.Form) {
	if x.Env.Len() > 0 {
		if _, direct := x.Env.Get("no-proxy"); direct {
			return nil, 0
		}
	}
	if m := early.mapping; m != nil && m.encoded == encoded {
		if url, form, hit := p.try(x, early, m); hit {
			return url, form
		}
	}
	list := h.mappings
	if encoded {
		list = h.encoded
	}
	for _, m := range list {
		if url, form, hit := p.try(x, early, m); hit {
			return url, form
		}
	}
	return nil, 0
}

// try compares the path with a mapping.
func (p *Plan) try(x *exchange.Exchange, early *scope, m *mapping) (url []byte, form route.Form, hit bool) {
	p.sayTried(x, m)
	if url, form, hit = m.apply(x, p, early); hit {
		if early.webSocketOnly && upstream.IsWebSocket(url) && x.Request.Fields.Get("Upgrade") == nil {
			return nil, 0, false
		}
		p.sayMapped(x, m)
	}
	return url, form, hit
}

// forward completes the plan for a request that goes to url, or for one that stays here.
func (h *Host) forward(x *exchange.Exchange, p *Plan, url []byte, form route.Form) {
	var s *scope
	if url != nil {
		s = h.scopes.find(p.path, url, p)
	} else {
		// Where files are is not said, but they are below the root.
		s = h.scopes.findFile(p.path, "/", "", p)
	}
	p.scope = s
	p.use(s)
	h.self(p, s, x.Request.Hostname, x.Request.HostPort, x.Client.Secure)
	start := len(p.buf)
	p.buf = append(p.buf, "proxy:"...)
	if url != nil {
		x.Handler = "proxy-server"
	}
	if p.depth == 0 {
		s.conditions.Run(x, p.path, &p.environ)
	}
	if !h.allows(x, p, s) {
		if url != nil {
			p.buf = append(p.buf, url...)
			x.Filename = p.buf[start:]
		}
		p.respond(statusForbidden)
		return
	}
	p.Reverse = s.reverseFor(x, p)
	s.variables.Apply(x)
	s.exportTLS(x)
	if url == nil && len(p.path) == 1 && p.path[0] == '*' {
		p.respond(statusOK)
		return
	}
	handler, name, _ := p.handlerOf(s)
	p.SetHandler = name
	if url == nil {
		p.respond(statusNotFound)
		if handler.takes(x) {
			p.Kind, p.Handler = Handle, handler
		}
		return
	}
	if p.Tunnel {
		p.tunnel(x, url, start)
		return
	}
	var c route.Canonical
	if status := p.target(x, s, &c, url, form); status != 0 {
		p.respond(status)
		return
	}
	x.Filename = p.buf[start:]
	if string(c.URL[:c.Authority-len("://")]) == "fcgi" {
		p.NotePathInfo(x, c.URL[c.Path:])
	}
	if h.out.domain != "" {
		if p.Location = h.out.qualified(x); p.Location != nil {
			p.respond(statusMoved)
			return
		}
	}
	s.headers.Apply(x, &p.header)
	h.choose(x, p, &c, url, form)
}

// choose chooses what serves a canonical URL, which was made of url.
func (h *Host) choose(x *exchange.Exchange, p *Plan, c *route.Canonical, url []byte, form route.Form) {
	h.dispatch(p, c)
	if p.Balancer != nil && p.Balancer.Sticky() {
		p.Session = sessionURL(x, p.Path, url, form == route.Whole || form == route.Encoded)
	}
	p.sayWorker(x, c.URL[:c.Authority-len("://")], c.URL)
}

// sessionURL returns the part of a URL in which a session is looked for. path is its canonical form, url what a mapping
// made, without the query unless it is raw.
func sessionURL(x *exchange.Exchange, path, url []byte, raw bool) []byte {
	if raw || bytes.IndexByte(path, '%') < 0 {
		return path
	}
	_, decoded, _ := bytes.Cut(url, []byte("://"))
	if i := bytes.IndexByte(decoded, '/'); i >= 0 {
		decoded = decoded[i:]
	}
	room := append(x.Alloc(len(decoded) + 1 + len(x.Request.Query))[:0], decoded...)
	if x.Request.HasQuery {
		room = append(append(room, '?'), x.Request.Query...)
	}
	return room
}

// target takes over what a scope says about proxying, appends the canonical form of the URL that the request goes to, and sets c
// to its parts. The status is 0, or that of the answer to a URL that cannot be forwarded to.
func (p *Plan) target(x *exchange.Exchange, s *scope, c *route.Canonical, url []byte, form route.Form) (status int) {
	p.PreserveHost, p.AddForwarded, p.Continue, p.TLS = s.preserveHost, s.addForwarded, s.continues, s.tls
	p.WebSocketOnly = s.webSocketOnly
	if form == route.Decoded && s.keepsSlashes {
		form = route.DecodedKeepingSlashes
	}
	if url, status = p.takeSocket(url); status == 0 {
		p.buf, status = route.AppendCanonical(p.buf, c, url, x.Request.Query, x.Request.HasQuery, form)
		if p.Refused = 0; (status == statusForbidden || status == statusBadRequest) && string(c.URL[:c.Authority]) == "balancer://" {
			p.Refused, status = status, 0
		}
	}
	return status
}

// dispatch chooses what serves a canonical URL: a balancer, a worker, or for want of one the default worker, which opens
// a connection for each request.
func (h *Host) dispatch(p *Plan, c *route.Canonical) {
	p.Kind = Forward
	p.Path, p.Authority = c.URL[c.Path:], c.URL[c.Authority:c.Path]
	switch string(c.URL[:c.Authority-len("://")]) {
	case "balancer":
		if p.Balancer = h.byName[string(c.URL[:c.Path])]; p.Balancer == nil {
			p.respond(statusInternal)
		}
		p.Authority = nil
	case "http", "https", "ws", "wss", "ajp", "fcgi":
		if p.Worker = route.FindWorker(h.workers, c); p.Worker == nil {
			p.useDefault(c, &h.unpooled)
		} else if p.Worker.Match && (p.Worker.Port == 0 || strings.Contains(p.Worker.Host, "$")) {
			p.useDefault(c, &p.Worker.Settings)
		}
	case "ftp":
		if !p.Foreign || !h.out.Relays() { // nobody but another proxy speaks it
			p.respond(statusInternal)
			return
		}
		p.useDefault(c, &h.unpooled)
	default:
		p.respond(statusInternal)
	}
}

// useDefault sends the request to a backend that no worker describes.
func (p *Plan) useDefault(c *route.Canonical, settings *upstream.Settings) {
	w := &p.unpooled
	// Text that is the same as last time is kept, so that it is not copied again.
	if string(c.Host) != w.Host {
		w.Host = string(c.Host)
	}
	if name := c.URL[:c.Path]; string(name) != w.Name {
		w.Name = string(name)
	}
	if authority := c.URL[c.Authority:c.Path]; string(authority) != w.Authority {
		w.Authority = string(authority)
	}
	if scheme := c.URL[:c.Authority-len("://")]; string(scheme) != w.Scheme {
		w.Scheme = string(scheme)
	}
	w.Port, w.Settings = c.Port, *settings
	w.Settings.Reuse, w.Settings.Upgrade = false, upgradeOf(w.Scheme, settings.Upgrade)
	p.Worker = w
}
