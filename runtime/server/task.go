package server

import (
	"errors"
	"io"
	"os"

	"github.com/lbconf/lbconf/runtime/exchange"
	"github.com/lbconf/lbconf/runtime/program"
	"github.com/lbconf/lbconf/runtime/proxy"
	"github.com/lbconf/lbconf/runtime/route"
	"github.com/lbconf/lbconf/runtime/scoreboard"
	"github.com/lbconf/lbconf/runtime/wire"
)

// The room of a task in bytes.
const (
	// headRoom holds the head of a request and what arrives behind it.
	headRoom = 16 << 10
	// leastRoom is the least room that a body is read into.
	leastRoom = 4 << 10
	// maxHead bounds a head that has as many fields of the largest size as are allowed.
	maxHead = 1 << 20
)

// task is one request in work with all the room that takes. It is what a connection holds from the first byte of a
// request to the last of the response, and what is reused by others while it is idle.
type task struct {
	conn *conn
	x    exchange.Exchange
	plan program.Plan
	job  proxy.Job
	body wire.BodyReader
	// buf holds what was read; buf[from:to] is not used yet.
	buf      []byte
	from, to int
	// out and page are where responses of the server's own are made.
	out, page []byte
	// turn tells that the request may be worked on where it had to wait.
	turn chan bool
	// head is the length of the head once that is parsed; rest is what arrived behind the request.
	head int
	rest []byte
	// host is the server that takes the request.
	host *program.Host
	// apart says that the request is served outside of a session of its connection.
	apart bool
	// expecting says that the client waits for a 100 before it sends the body.
	expecting bool
	// unsized sends a page without its length, as httpd does for errors of its filters.
	unsized bool
	// broken sends a page as httpd does where the response of a backend broke off.
	broken bool
	// asHTTP10 says that the response is one of HTTP/1.0.
	asHTTP10 bool
	// instead is the status of a response that could not be sent, or 0.
	instead int
	// slot is the request on the scoreboard; nil where that is not kept.
	slot *scoreboard.Slot
	// failed is what an ErrorDocument stands for; overridden is the reason of a backend whose response is replaced.
	failed     failure
	overridden []byte
	// keep are fields that go with the page of a status.
	keep wire.Fields
	// text is the reason that an error page gives, notes what it says beside.
	text, notes string
}

func newTask() *task { return &task{buf: make([]byte, headRoom), turn: make(chan bool, 1)} }

// takeTask takes a task for a connection.
func (c *conn) takeTask() *task {
	t, ok := c.server.tasks.Get().(*task)
	if !ok {
		t = newTask()
	}
	t.conn, c.task = c, t
	t.x.Client = c.client
	return t
}

// dropTask gives the task of an idle connection back.
func (c *conn) dropTask() {
	t := c.task
	c.task = nil
	t.reset()
	t.conn, t.from, t.to = nil, 0, 0
	if cap(t.buf) > headRoom {
		t.buf = make([]byte, headRoom)
	}
	c.server.tasks.Put(t)
}

// reset makes the task ready for the next request of its connection.
func (t *task) reset() {
	t.unwatch()
	t.x.Reset()
	t.job.Release()
	t.body.Forget()
	t.head, t.rest, t.host, t.plan.Location = 0, nil, nil, nil
	t.apart, t.expecting, t.unsized, t.broken, t.asHTTP10, t.instead = false, false, false, false, false, 0
	t.text, t.notes = "", ""
	t.failed, t.overridden, t.keep = failure{}, nil, t.keep[:0]
}

// serveArrived serves the requests that are whole in the buffer. It returns false when the connection ends or the next
// request must be read on.
func (t *task) serveArrived() bool {
	for t.parse() {
		if !t.body.Arrived() || t.mayUpgrade() || t.mayReadOtherwise() {
			return false
		}
		if t.serve(); t.conn.closing {
			return false
		}
		if len(t.rest) == 0 {
			return true
		}
		t.next()
	}
	return false
}

// mayUpgrade says whether the request could make the connection switch to another protocol, which it cannot within a
// session.
func (t *task) mayUpgrade() bool {
	return t.conn.server.current.Load().program.Upgrades() &&
		(t.x.Request.Fields.Has("Upgrade") || string(t.x.Request.Method) == "CONNECT")
}

// mayReadOtherwise says whether the body may be read by other rules than those of the connection, by which it may not have
// arrived.
func (t *task) mayReadOtherwise() bool {
	return t.x.Request.Framing.Kind == wire.FramingChunked && t.conn.server.current.Load().program.MixesBodies()
}

// parse parses the head of the next request unless that is done already. It returns false for a head that is not complete
// and for one that is refused.
func (t *task) parse() bool {
	if t.head > 0 {
		return true
	}
	n, err := t.x.Request.Parse(t.buf[t.from:t.to], &t.conn.rules)
	if err != nil {
		t.refuse(n, err)
		return false
	}
	if n == 0 {
		return false
	}
	t.head = n
	t.from += n
	room := t.buf[t.from:]
	if len(room) < leastRoom && t.x.Request.Framing.Kind != wire.FramingNone {
		room = make([]byte, leastRoom)
	}
	// The body is read behind the head, which must stay for the log.
	t.body.Reset(t.conn.wire, t.x.Request.Framing, t.buf[t.from:t.to], room, t.conn.pace.wait)
	t.body.Follow(&t.conn.rules)
	return true
}

// next moves on to a request that arrived together with the one before.
func (t *task) next() {
	rest := t.rest
	t.reset()
	t.from, t.to = 0, copy(t.buf, rest)
	t.x.Client = t.conn.client
}

// readOn reads what is missing of the head and serves the request, reading its body as it goes.
func (t *task) readOn() {
	c := t.conn
	t.watch(c.server.current.Load(), scoreboard.Reading)
	start := c.server.clock.Now()
	for !t.parse() {
		if c.closing {
			return
		}
		if !t.makeRoom() {
			t.refuse(0, &wire.Error{Status: 400, Reason: "head of the request is too long"})
			return
		}
		c.wire.ReadBy(c.headBy(start, t.to-t.from))
		n, err := c.wire.Read(t.buf[t.to:])
		if err != nil {
			t.readFailed(err)
			return
		}
		t.to += n
	}
	t.apart = true
	t.serve()
	switch {
	case c.closing:
	case len(t.rest) > 0:
		t.next()
	default:
		c.dropTask()
	}
}

// readFailed decides about a request whose head broke off.
func (t *task) readFailed(err error) {
	t.conn.closing = true
	if errors.Is(err, os.ErrDeadlineExceeded) && len(t.x.Request.Line) > 0 {
		t.refuse(0, &wire.Error{Status: 408, Reason: "head of the request took too long"})
	}
}

// makeRoom makes room behind the bytes of a head that is not complete.
func (t *task) makeRoom() bool {
	switch {
	case t.to < len(t.buf):
		return true
	case t.from > 0:
		t.to = copy(t.buf, t.buf[t.from:t.to])
		t.from = 0
	case t.to >= maxHead:
		return false
	default:
		t.buf = append(t.buf, make([]byte, len(t.buf))...)
	}
	t.x.Request.Reset()
	return true
}

// serve answers the request whose head was parsed.
func (t *task) serve() {
	c, x := t.conn, &t.x
	g := c.server.acquire(t.turn, c.ctx.Done())
	if g == nil {
		c.closing = true // the server ends
		return
	}
	defer g.release(c.server.log)
	t.watch(g, scoreboard.Writing)
	t.begin()
	err := t.resolve(g.program)
	t.note()
	if err != nil {
		t.x.Request.Simple = false // a line that cannot be read is answered as one of HTTP/1.0
		t.respondError(err)
		c.closing = true // httpd does not go on with a connection whose request it could not read
	} else {
		t.boundBody()
		t.host.Decide(x, &t.plan)
		t.carryOut()
	}
	t.finishBody()
	t.end(g)
}

// begin notes what is known of the request before anything is decided.
func (t *task) begin() {
	t.x.Start = t.conn.server.clock.Now()
	t.x.BytesIn = int64(t.head)
	t.x.Client.Served = t.conn.kept
	t.x.Request.MergeFields(&t.x)
}

// end writes the log.
func (t *task) end(g *generation) {
	c, x := t.conn, &t.x
	if t.plan.SetHandler != "" {
		x.Handler = t.plan.SetHandler
	}
	c.client.Name = x.Client.Name
	x.BytesIn += t.body.Raw
	x.Done = c.server.clock.Now()
	// httpd says so only when another request could be kept alive behind the next.
	x.KeptAlive = !c.closing && (t.host.Settings.MaxKeepAlive <= 0 || c.kept < t.host.Settings.MaxKeepAlive)
	x.Client.Kept = c.kept
	if c.idleFor = c.keepFor; t.host.Settings.OwnKeepAlive {
		c.idleFor = t.host.Settings.KeepAliveTimeout
	}
	t.rest = t.body.Rest()
	if t.slot != nil {
		t.slot.Set(scoreboard.Logging)
	}
	if err := t.host.Log(x, &t.plan); err != nil {
		c.server.log.Error("writing the access log failed", "host", t.host.ServerName, "reason", err)
	}
	if t.slot != nil {
		t.slot.End(x.BytesOut, x.Done.Sub(x.Start))
		t.unwatch() // a connection that lingers is none in work
	}
	if g.observed {
		c.server.observer.Observe(x, &t.plan, &t.job)
	}
}

// refuse answers a request whose head makes no sense; n is the length of the head, or 0 when its end was not found.
func (t *task) refuse(n int, err error) {
	t.head = max(n, 1)
	g := t.conn.server.acquire(t.turn, t.conn.ctx.Done())
	if g == nil {
		t.conn.closing = true // the server ends
		return
	}
	defer g.release(t.conn.server.log)
	t.begin()
	t.x.BytesIn = int64(t.to - t.from)
	t.host = g.program.Host(t.conn.local, nil)
	t.body.Reset(t.conn.wire, wire.Framing{}, nil, nil, t.conn.pace.wait)
	t.x.ServerName = t.host.ServerName
	t.respondError(err)
	t.conn.closing, t.conn.linger = true, true
	t.watch(g, scoreboard.Writing)
	t.note()
	t.end(g)
}

// noteTarget notes the path of a request that nothing is decided about, for the log.
func (t *task) noteTarget() {
	r := &t.x.Request
	target := route.SplitTarget(r.Target)
	r.Query, r.HasQuery = target.Query, target.HasQuery
	if len(target.Path) == 0 {
		return
	}
	if path, status := route.AppendPath(t.x.Alloc(len(target.Path))[:0], target.Path, true, route.SlashesRefused); status == 0 {
		r.Path = path
	} else {
		r.Path = target.Path
	}
}

// carryOut does what was decided.
func (t *task) carryOut() {
	switch t.plan.Kind {
	case program.Forward:
		t.job.X, t.job.Plan, t.job.Client, t.job.Body, t.job.Upgrades = &t.x, &t.plan, t, &t.body, t.apart
		result := t.conn.server.proxy.Do(t.conn.ctx, &t.job)
		t.job.Failed = (result.Status != 0 || result.Drop) && !result.Tunnelled
		switch {
		case result.Options:
			t.tellMethods()
		case result.Echo:
			t.sendBack(true)
		case result.Drop:
			t.conn.closing = true
			if t.x.Response.Status == 0 {
				t.x.Response.Status = statusBadGateway
			}
		case result.Status != 0:
			t.text, t.unsized, t.broken, t.overridden = result.Text, result.Unsized, result.Broken, result.Reason
			t.keep = append(t.keep[:0], result.Fields...)
			t.respond(result.Status)
		}
	case program.Respond, program.Handle:
		switch {
		case t.bodyTooLong():
			t.refuseBody()
		case t.plan.Kind == program.Handle:
			t.handle()
		default:
			t.respond(t.plan.Status)
		}
	}
}

// finishBody reads what was not used of the request's body, so that the next request can be read.
func (t *task) finishBody() {
	c := t.conn
	for !c.closing && !t.body.Done() {
		if _, err := t.body.Next(); err != nil && !errors.Is(err, io.EOF) {
			c.closing = true
		}
	}
	c.linger = c.linger || c.closing && !t.body.Done()
}
