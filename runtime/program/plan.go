package program

import (
	"time"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/runtime/access"
	"github.com/lbconf/lbconf/runtime/environ"
	"github.com/lbconf/lbconf/runtime/eval"
	"github.com/lbconf/lbconf/runtime/exchange"
	"github.com/lbconf/lbconf/runtime/header"
	"github.com/lbconf/lbconf/runtime/rewrite"
	"github.com/lbconf/lbconf/runtime/route"
	"github.com/lbconf/lbconf/runtime/static"
	"github.com/lbconf/lbconf/runtime/tlsconf"
	"github.com/lbconf/lbconf/runtime/trace"
	"github.com/lbconf/lbconf/runtime/upstream"
	"github.com/lbconf/lbconf/runtime/wire"
)

// Kind says what becomes of a request. The zero value is invalid.
type Kind uint8

// The kinds of plan.
const (
	// Respond answers with a response of the server's own: Plan.Status, and Plan.Location for a redirect.
	Respond Kind = iota + 1
	// Forward sends the request to Plan.Worker, or to a member of Plan.Balancer.
	Forward
	// Handle lets Plan.Handler make the response.
	Handle
)

// Handler names what makes a response of the server's own that is more than a status. The zero value is none.
type Handler uint8

// The handlers.
const (
	// NoHandler is for requests that are forwarded or answered with a status.
	NoHandler Handler = iota
	// HandlerFile sends a local file, below DocumentRoot or of an Alias (httpd: the default handler).
	HandlerFile
	// HandlerTrace sends the request back (core: TraceEnable).
	HandlerTrace
	// HandlerBalancerManager is the page of mod_proxy_balancer: SetHandler balancer-manager.
	HandlerBalancerManager
	// HandlerServerStatus is the page of mod_status: SetHandler server-status.
	HandlerServerStatus
	// HandlerServerInfo is the page of mod_info: SetHandler server-info.
	HandlerServerInfo
	// HandlerMetrics are figures for Prometheus, which httpd does not have: SetHandler prometheus-metrics.
	HandlerMetrics
	// HandlerHeartbeat takes heartbeats by POST (mod_heartmonitor): SetHandler heartbeat.
	HandlerHeartbeat
)

// Via is what becomes of Via fields (mod_proxy: ProxyVia).
type Via uint8

// The values of ProxyVia.
const (
	// ViaOff leaves them alone: the default.
	ViaOff Via = iota
	// ViaOn adds one.
	ViaOn
	// ViaFull adds one that names the software.
	ViaFull
	// ViaBlock removes those of requests.
	ViaBlock
)

// TraceEnable is what becomes of the method TRACE (core: TraceEnable).
type TraceEnable uint8

// The values of TraceEnable.
const (
	// TraceOn answers it where the request has no body: the default.
	TraceOn TraceEnable = iota
	// TraceOff answers 405.
	TraceOff
	// TraceExtended takes bodies of up to 64 KiB.
	TraceExtended
)

// Plan is what Decide makes of a request. It is reused from request to request; what it holds as bytes is valid until the
// next Decide.
type Plan struct {
	// Kind says which of the other fields count.
	Kind Kind
	// Status is the status of a response of the server's own.
	Status int
	// Location is the value of the field of that name for a redirect.
	Location []byte
	// Handler makes the response of a plan to Handle.
	Handler Handler
	// SetHandler is the name that SetHandler gives the request, whatever answers it (%R); empty for none, and for a request
	// that was answered before it counts.
	SetHandler string
	// Host is the server that decided.
	Host *Host

	// Worker is the backend; nil when Balancer chooses one. Its Slot is nil for a backend that no worker describes: then no
	// connection is kept and Connection: close is sent.
	Worker *upstream.Worker
	// Socket is the path of the Unix socket that the URL names by unix:, which a Worker that has none of its own is reached
	// through; empty for none.
	Socket string
	// Balancer chooses a member; nil when Worker is set.
	Balancer *upstream.Balancer
	// TLS is how a connection to a backend of https or wss is encrypted (mod_ssl: SSLProxyEngine On); nil where it cannot be.
	TLS *tlsconf.Backend
	// Path is what goes on the request line, the query included. For a balancer it stands behind the path of the member
	// that is chosen (Worker.Path).
	Path []byte
	// Session is where a sticky balancer looks for a session in the URL: the path before it is escaped for the backend, and
	// the query.
	Session []byte
	// Refused is the status with which the members of a balancer refuse the path: httpd looks at it when one is chosen, so
	// that the choice counts. It is 0 for a path that can be sent.
	Refused int
	// Authority is what the Host field says unless PreserveHost; for a balancer it is the member's Authority.
	Authority []byte
	// PreserveHost sends the client's Host field (mod_proxy: ProxyPreserveHost).
	PreserveHost bool
	// AddForwarded adds X-Forwarded-For, -Host and -Server (mod_proxy: ProxyAddHeaders).
	AddForwarded bool
	// Continue passes on Expect: 100-continue (mod_proxy: Proxy100Continue).
	Continue bool
	// BadHeader is what a line without a colon in the head of a response does (mod_proxy: ProxyBadHeader).
	BadHeader wire.BadHeader
	// Via is what becomes of Via fields.
	Via Via
	// Foreign says that the request is for another server, to which this one is a forward proxy.
	Foreign bool
	// WebSocketOnly says that a backend of ws or wss gets no request that does not ask for a protocol that it is for
	// (mod_proxy_wstunnel: ProxyWebsocketFallbackToProxyHttp Off).
	WebSocketOnly bool
	// Tunnel says that Worker is the other end of a tunnel for the client (mod_proxy_connect).
	Tunnel bool
	// TraceEnable says what becomes of the method TRACE (core: TraceEnable).
	TraceEnable TraceEnable
	// MaxForwards is added to requests that have none; negative for never (mod_proxy: ProxyMaxForwards).
	MaxForwards int
	// ServerName is the name of the virtual host, for X-Forwarded-Server and for a Host field that the client left out.
	ServerName string
	// Self is how URLs to this server begin, for Via and redirects.
	Self route.Self
	// Reverse maps URLs in response fields back; nil where nothing is mapped.
	Reverse *route.Reverse

	// File is what HandlerFile sends.
	File static.File

	// scope is what holds for the request, once that is known.
	scope *scope
	// pathInfo is what of the path of a backend of FastCGI is no name of a script; empty for nothing.
	pathInfo []byte
	// rewritten is what a rewrite rule made of the path where that is a file's.
	rewritten []byte
	// forced is what a rewrite rule with H names, which goes before SetHandler; empty for none.
	forced string
	// depth is the number of directories whose index this plan is for.
	depth int
	// Trace takes what LogLevel asks to be said about the request; nil for nothing.
	Trace *trace.Log
	// Signature is the line at the end of the server's own pages.
	Signature Signature

	// response are the Header directives; early says that those that are early count in a response of the server's own.
	response *header.Response
	early    bool

	unpooled upstream.Worker
	// socket is the last Unix socket that a URL named, as it was written, and its path.
	socket struct{ written, path string }
	// reverse is room for a Reverse in which variables were replaced.
	reverse route.Reverse
	// env are the variables of the request, which named groups of sections set.
	env     *exchange.Table
	rewrite rewrite.State
	access  access.Request
	header  header.Room
	environ environ.Room
	// path is what sections are compared with, merged the same with runs of slashes as one; buf and groups are room.
	path   []byte
	merged []byte
	buf    []byte
	groups []int
}

// Settings are what the connection of a client depends on.
type Settings struct {
	// Timeout bounds each read and write (core: Timeout, default 60 s).
	Timeout time.Duration
	// KeepAlive keeps connections open (core: KeepAlive, default On).
	KeepAlive bool
	// KeepAliveTimeout bounds the wait for the next request (core: KeepAliveTimeout, default 5 s).
	KeepAliveTimeout time.Duration
	// OwnKeepAlive says that KeepAliveTimeout is the server's own. A connection waits as long as the first virtual host of its
	// address says, unless that of its last request has its own (core: event_post_read_request).
	OwnKeepAlive bool
	// MaxKeepAlive bounds the requests of a connection; 0 is no bound (core: MaxKeepAliveRequests, default 100).
	MaxKeepAlive int
	// Reading bounds how long a client may take for its requests.
	Reading Reading
	// Known refuses requests for names that no server of the address has, where the first virtual host of the address says so
	// (core: StrictHostCheck).
	Known bool
	// Rules say what a request may be. The head follows those of the first virtual host of the address, the body those of the
	// request's host.
	Rules wire.Rules
}

// Reading are the bounds of mod_reqtimeout (RequestReadTimeout). A connection has those of the first virtual host of its
// address; only Body is that of the request's host.
type Reading struct {
	// Handshake is for that of TLS (default none), Header for the request line and the fields (20 s to 40 s with 500 bytes a
	// second), Body for the body (20 s with 500 bytes a second).
	Handshake, Header, Body ir.ReadTimeout
}

// Any says whether there is a bound at all: a connection that has none when it is made gets none later.
func (r *Reading) Any() bool { return r.Handshake.First > 0 || r.Header.First > 0 || r.Body.First > 0 }

// reset forgets the request before and takes over what the virtual host says.
func (p *Plan) reset(h *Host) {
	p.Host = h
	p.header.Vars = eval.Context{Server: &h.server, Self: &p.Self}
	p.Kind, p.Status, p.Location, p.Handler, p.SetHandler = 0, 0, nil, NoHandler, ""
	p.Worker, p.Socket, p.Balancer, p.Path, p.Session, p.Authority, p.Reverse, p.TLS = nil, "", nil, nil, nil, nil, nil, nil
	p.response, p.early, p.Foreign, p.Tunnel, p.WebSocketOnly = nil, true, false, false, false
	p.scope, p.rewritten, p.pathInfo, p.forced, p.Trace = nil, nil, nil, "", h.scopes.base.trace
	p.File = static.File{}
	p.buf = p.buf[:0]
}

// EditsResponse says whether Header directives change the fields of the response.
func (p *Plan) EditsResponse() bool { return p.response != nil }

// EditProxied makes of the fields that a backend sent those that the client gets (mod_headers: Header). False is a field
// that cannot be sent: then httpd answers 500.
func (p *Plan) EditProxied(x *exchange.Exchange, now time.Time) bool {
	return p.response.Proxied(x, &p.header, now)
}

// EditOwn makes of the fields of a response of the server's own those that the client gets (mod_headers: Header). False is
// a field that cannot be sent: then the response is 500 and without these directives.
func (p *Plan) EditOwn(x *exchange.Exchange, now time.Time) bool {
	if p.response == nil {
		return true
	}
	if p.Kind == Handle {
		if p.EditProxied(x, now) {
			return true
		}
		p.Kind, p.response = Respond, nil
		return false
	}
	serverWide := p.Status == statusOK && len(x.Request.Path) == 1 && x.Request.Path[0] == '*'
	if serverWide && p.response.Options(x, &p.header, now) || !serverWide && p.response.Own(x, &p.header, now, p.early) {
		return true
	}
	p.response = nil
	return false
}

// DropEarly leaves out the Header directives that were early, as httpd does when it begins a response anew.
func (p *Plan) DropEarly() { p.early = false }

// vars are what expressions see of the request.
func (p *Plan) vars(x *exchange.Exchange) *eval.Context {
	vars := &p.header.Vars
	vars.Exchange, vars.Query, vars.Fields, vars.Always = x, x.Request.Query, x.Response.Fields, nil
	return vars
}

// Refuse makes the plan that of a request that could not be read, about which nothing is decided.
func (h *Host) Refuse(x *exchange.Exchange, p *Plan) {
	p.reset(h)
	h.self(p, h.scopes.base, x.Request.Hostname, x.Request.HostPort, x.Client.Secure)
	p.use(h.scopes.base)
	p.early, p.TraceEnable = false, h.trace
}

// use makes a response of the server's own, and what is said about the request, what a scope says.
func (p *Plan) use(s *scope) { p.response, p.Signature, p.Trace = s.response, s.signature, s.trace }

// respond makes the plan one that answers with a status.
func (p *Plan) respond(status int) {
	p.Kind, p.Status = Respond, status
	p.Worker, p.Balancer = nil, nil
}

// BodyLimit is how long the body of a request that is not proxied may be; 0 is no limit (core: LimitRequestBody, default
// 1 GiB).
func (p *Plan) BodyLimit() int64 {
	s := p.scope
	if s == nil {
		s = p.Host.scopes.base
	}
	return s.body
}

// Unedited leaves out all Header directives, as httpd does for what it sends before their filter is there.
func (p *Plan) Unedited() { p.response = nil }
