package proxy

import (
	"context"
	"log/slog"
	"os"
	"time"

	"github.com/lbconf/lbconf/runtime/exchange"
	"github.com/lbconf/lbconf/runtime/internal/clock"
	"github.com/lbconf/lbconf/runtime/program"
	"github.com/lbconf/lbconf/runtime/upstream"
	"github.com/lbconf/lbconf/runtime/wire"
)

// Proxy forwards requests. It holds the connections to the backends and is safe for concurrent use.
type Proxy struct {
	clock  clock.Clock
	log    *slog.Logger
	dialer *dialer
	pools  pools
	rooms  rooms
}

// New returns a proxy without connections. Close ends it.
func New(c clock.Clock, log *slog.Logger) *Proxy {
	return &Proxy{clock: c, log: log, dialer: newDialer(c), pools: pools{pools: make(map[*upstream.Slot]*pool)}}
}

// Retain closes the idle connections to workers whose slots keep does not want. It runs after a reload.
func (p *Proxy) Retain(keep func(*upstream.Slot) bool) { p.pools.retain(keep) }

// Sever breaks off whatever waits for a backend. It comes before Close when requests are to be cut off.
func (p *Proxy) Sever() { p.dialer.sever() }

// Close closes all idle connections. Connections in use are closed when their request is done.
func (p *Proxy) Close() { p.pools.retain(func(*upstream.Slot) bool { return false }) }

// Client is the connection that asked, as the server offers it.
type Client interface {
	// AppendHead appends the head of x.Response as the client gets it. body is what the response has; the result says how
	// the client is to find its end, and is FramingNone when the client gets no body.
	AppendHead(dst []byte, body wire.Framing) (head []byte, framing wire.FramingKind)
	// Write sends bytes of the response and counts them.
	Write(p []byte) error
	// Sent counts bytes of the response that were sent past Write.
	Sent(n int64)
	// Encoder decides whether the body of the response is changed on its way to the client, and then changes the fields
	// accordingly; nil is for a body that passes as it is. It comes before Header directives. start is what of the body has
	// arrived.
	Encoder(body wire.Framing, start []byte) Encoder
	// Continue sends an interim response that asks the client for its body, when it waits for one.
	Continue() error
	// Continued says that the client got the backend's own interim response 100.
	Continued()
	// Conn is the connection itself.
	Conn() *wire.Conn
	// Timeout is how long the client may keep the server waiting (core: Timeout).
	Timeout() time.Duration
}

// Result is how forwarding ended.
type Result struct {
	// Status is the status to answer with a page of the server's own; 0 when the response was sent.
	Status int
	// Text is the reason that the page gives; empty for the usual page of the status.
	Text string
	// Reason is the text of the status line that a backend sent, whose response is replaced by a page of the server's own;
	// nil for httpd's. Fields are those that stay.
	Reason []byte
	Fields wire.Fields
	// Unsized says that httpd sends the page without a length and closes the connection.
	Unsized bool
	// Broken says that the body of a backend's response broke off before anything of it was sent: httpd sends the page without
	// a length, and lets it expire at once.
	Broken bool
	// Blameless says that the status says nothing of the worker: httpd found out when it wrote the head.
	Blameless bool
	// Sent says that the response was sent although the backend failed.
	Sent bool
	// Drop says that the client's connection is to be closed: without a response unless one was begun.
	Drop bool
	// Tunnelled says that the connection switched to another protocol and is done with that; it goes with Drop.
	Tunnelled bool
	// Options says that the server answers OPTIONS itself, and Echo that it answers TRACE: the request may not be passed on any
	// more.
	Options, Echo bool
}

// ends says whether there is nothing more to do than what the result says.
func (r *Result) ends() bool { return r.Status != 0 || r.Drop || r.Options || r.Echo || r.Sent }

// Job is one request to forward, with the room that takes. It is reused from request to request.
type Job struct {
	// X and Plan are the request and what is to become of it.
	X    *exchange.Exchange
	Plan *program.Plan
	// Client is where the response goes, Body the body of the request.
	Client Client
	Body   *wire.BodyReader
	// Upgrades says that the connections may be switched to another protocol, for which Client.Conn must be outside of a
	// Session. Without it nothing of that is offered to the backend.
	Upgrades bool

	// Tried is the worker that was tried last, from TriedAt on; nil where none was.
	Tried   *upstream.Worker
	TriedAt time.Time
	// Failed says that no worker gave a response: the server sets it.
	Failed bool

	now time.Time
	// chosen are the members that a balancer chose; the request counts as in their work.
	chosen []*upstream.Worker
	// prefetched is the start of the request's body; whole says that it is all of it, fetched that it was read.
	prefetched     []byte
	whole, fetched bool
	// expecting says that the client waits for a 100 that is the backend's to send.
	expecting bool
	// continued says that it has got that.
	continued bool
	// spool holds what follows prefetched of a body that had to be read to its end, spooled bytes of it.
	spool   *os.File
	spooled int64
	log     *slog.Logger

	out, in, hold []byte
	// packed is where packets of a body are made, while out has what the client waits for.
	packed []byte
	// session is the route of the session of a request that a balancer forwards; nil for none.
	session  []byte
	scratch  []byte
	head     wire.ResponseHead
	response wire.BodyReader
	timedOut bool
	// current is the attempt that runs; it lies here so that it costs no memory of its own.
	current attempt
}

const (
	// roomSize is the room in bytes for a head and for a piece of a body.
	roomSize = 16 << 10
	// prefetchLimit is how much of a body is read before a connection is made, so that it can be sent again
	// (mod_proxy_http: MAX_MEM_SPOOL).
	prefetchLimit = 16 << 10
	// prefetchMargin is what httpd leaves for its filters: no more is read when less room is left.
	prefetchMargin = 80
)

// Release drops what the job points to and room that grew beyond the usual.
func (j *Job) Release() {
	j.Failed = false
	j.X, j.Plan, j.Client, j.Body, j.Tried, j.Upgrades = nil, nil, nil, nil, nil, false
	j.prefetched, j.whole, j.fetched, j.expecting, j.continued, j.timedOut = nil, false, false, false, false, false
	j.closeSpool()
	j.log, j.session = nil, nil
	j.head.Reset()
	j.response.Forget()
	j.current = attempt{}
	if cap(j.in) > roomSize {
		j.in = nil
	}
	if cap(j.out) > 2*roomSize {
		j.out = nil
	}
	j.scratch = j.scratch[:0]
}

// Do forwards a request and sends the response.
func (p *Proxy) Do(ctx context.Context, j *Job) Result {
	if j.in == nil {
		j.in = p.rooms.Take()
	}
	if j.out == nil {
		j.out = p.rooms.Take()[:0]
	}
	j.now, j.log = p.clock.Now(), p.log
	j.X.Handler = "proxy-server"
	if j.X.Request.Coded {
		return Result{Status: 500}
	}
	if result := j.maxForwards(); result.ends() {
		return result
	}
	if j.Plan.Tunnel {
		return p.connect(ctx, j)
	}
	if j.Plan.TraceEnable == program.TraceOff && j.isTrace() {
		return Result{Status: 405, Fields: noMethods}
	}
	if expect := j.X.Request.Fields.Get("Expect"); expect != nil {
		j.expecting = j.Plan.Continue && wire.HasToken(expect, "100-continue") &&
			!j.env("force-proxy-request-1.0")
	}
	if j.Plan.Balancer != nil {
		return p.balance(ctx, j)
	}
	j.sayAttempt(j.Plan.Worker.Scheme, 0)
	if w := j.Plan.Worker; !w.Usable() && (!w.Retry(j.now) || !w.Usable()) {
		p.log.Warn("the worker is disabled", "worker", w.Name)
		return Result{Status: 503}
	}
	return p.attempt(ctx, j, j.Plan.Worker, j.Plan.Authority, j.Plan.Path)
}

// env says whether an environment variable of the request is set.
func (j *Job) env(name string) bool {
	if j.X.Env.Len() == 0 {
		return false
	}
	_, ok := j.X.Env.Get(name)
	return ok
}
