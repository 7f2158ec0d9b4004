package proxy

import (
	"context"
	"errors"
	"io"
	"os"

	"github.com/lbconf/lbconf/runtime/upstream"
	"github.com/lbconf/lbconf/runtime/wire"
)

// attempt is one try to get a response from a worker.
type attempt struct {
	*Job
	proxy  *Proxy
	worker *upstream.Worker
	pool   *pool // nil where no connection is kept
	conn   *backend
	// target is where the connection leads.
	target target
	// reuse says that the connection may carry another request.
	reuse bool
	// upgrade is the protocol that the backend was offered to switch to, nil for none.
	upgrade []byte
	// chunked says that the body goes out in chunks; awaits that it waits for a 100.
	chunked, awaits bool
	// from and to are where the bytes of in that were not used are.
	from, to int
	// slow says that a piece of the response took so long that the kernel moves no more.
	slow bool
	// begun says that something of the response was sent, interim responses aside.
	begun bool
	// encoded is the body on its way through an encoder, where there is one; pouring that of a backend that speaks in packets.
	encoded encoded
	pouring pouring
	// piece is what the kernel is asked to move.
	piece io.LimitedReader
}

// try sends the request to a worker, over a connection to the place that to says, and the response to the client.
func (p *Proxy) try(ctx context.Context, j *Job, w *upstream.Worker, to target, authority, path []byte) Result {
	a := &j.current
	*a = attempt{Job: j, proxy: p, worker: w, target: to}
	if to.socket == "" {
		a.target.socket = j.Plan.Socket
	}
	if j.TriedAt = j.now; j.Tried != nil {
		j.TriedAt = p.clock.Now()
	}
	j.Tried = w
	if result := a.requireUpgrade(); result.ends() {
		return result
	}
	if a.inPackets() {
		j.expecting = false // the client is asked for its body when that is read
	}
	if w.Scheme != "ajp" { // which sends bodies as they come
		if result := a.prefetch(); result.ends() {
			return result
		}
	}
	if w.Slot != nil {
		a.pool = p.pools.of(w)
	}
	if result := a.checkBlocked(ctx); result.ends() {
		return result
	}
	a.reuse = a.pool != nil && w.Settings.Reuse && w.Settings.AddressTTL != 0 && !a.lonely()
	a.sayConnect(path)
	fresh, result := a.connect(ctx)
	if result.ends() {
		a.sayRefused()
		return result
	}
	a.sayConnected(fresh)
	ended := false
	defer func() {
		a.reuse = a.reuse && ended // a fault leaves the connection in any state
		if encoder := a.encoded.encoder; encoder != nil {
			a.encoded.encoder = nil
			encoder.Drop()
		}
		a.finish()
		a.sayReleased()
	}()
	switch w.Scheme {
	case "ajp":
		result = a.exchangeAJP(ctx, fresh, path)
	case "fcgi":
		result = a.exchangeFastCGI(ctx, fresh)
	default:
		a.writeHead(authority, path)
		var n int
		if n, result = a.send(ctx, fresh); !result.ends() {
			result = a.receive(n)
		}
	}
	ended = true
	return result
}

// lonely says that a variable wants a connection for this request alone.
func (a *attempt) lonely() bool {
	return a.env("proxy-nokeepalive") || a.env("force-proxy-request-1.0")
}

// connect takes a connection of the pool or opens one; fresh says which.
func (a *attempt) connect(ctx context.Context) (fresh bool, _ Result) {
	if a.pool != nil {
		b, err := a.pool.take(ctx, a.proxy.dialer, &a.worker.Settings, a.now)
		if err != nil {
			a.proxy.log.Warn("no connection to the backend became free", "worker", a.worker.Name)
			return false, Result{Status: 503}
		}
		if b != nil && (a.X.Client.Served == 0 && a.env("proxy-initial-not-pooled") || a.lonely() || !a.fits(b)) {
			b.close()
			b = nil
		}
		if a.conn = b; b != nil {
			return false, Result{}
		}
	}
	return true, a.open(ctx)
}

// open opens a connection. Where it cannot, the worker is in error.
func (a *attempt) open(ctx context.Context) Result {
	var err error
	if a.conn, err = a.proxy.dialer.reach(ctx, a.worker, a.target, a.pool, a.Plan.TLS, a.tlsHost()); err == nil {
		if a.worker.Slot != nil {
			a.worker.Slot.Recovered()
		}
		return Result{}
	}
	if a.pool != nil {
		a.pool.drop()
	}
	a.proxy.log.Warn("backend cannot be reached", "worker", a.worker.Name, "reason", err)
	if errors.Is(err, errNoTLS) {
		return Result{Status: 500}
	}
	if handshake := (*handshakeError)(nil); errors.As(err, &handshake) {
		return Result{Status: 500, Text: "Error during SSL Handshake with remote server"}
	}
	a.worker.Fail(a.proxy.clock.Now())
	if resolve := (*resolveError)(nil); errors.As(err, &resolve) {
		return Result{Status: 500, Text: resolve.Error()}
	}
	return Result{Status: 503}
}

// finish gives the connection back, or closes it.
func (a *attempt) finish() {
	switch {
	case a.conn == nil:
	case a.reuse:
		a.conn.served++
		a.pool.put(a.conn, &a.worker.Settings, a.now)
	default:
		a.conn.close()
		if a.pool != nil {
			a.pool.drop()
		}
	}
	a.conn = nil
}

// prefetch reads the start of the request's body, so that a body that is short goes out with the head and can be sent to
// another member.
func (j *Job) prefetch() Result {
	if j.fetched {
		return Result{}
	}
	if !j.expecting {
		err := j.fetch()
		if err == nil && !j.whole && j.mustSpool() {
			err = j.spoolRest()
		}
		if err != nil {
			return j.badBody(err)
		}
	}
	j.fetched = true
	return Result{}
}

func (j *Job) fetch() error {
	if j.Body.Done() {
		j.whole = true
		return nil
	}
	if err := j.Client.Continue(); err != nil {
		return err
	}
	room := j.hold[:0]
	// httpd sees the end of a body in chunks one read behind its last bytes, and no more is read by then.
	most := prefetchLimit
	if j.X.Request.Framing.Kind == wire.FramingChunked {
		most -= prefetchMargin
	}
	waits := j.current.inPackets() || !j.env("proxy-prefetch-nonblocking")
	for len(room) < most {
		data, err := j.Body.AvailableUpTo(prefetchLimit - len(room))
		switch {
		case errors.Is(err, io.EOF):
			j.whole = true
		case err != nil:
			return err
		case len(data) == 0 && !waits:
			j.hold, j.prefetched = room, room
			return nil
		case len(data) == 0:
			if err := j.Body.Fill(); err != nil {
				return err
			}
			continue
		case len(room) == 0 && len(data) < most && j.Body.Done():
			j.whole, j.prefetched = true, data
			return nil
		}
		room = append(room, data...)
		if j.whole {
			break
		}
	}
	j.hold, j.prefetched = room, room
	j.whole = j.whole || j.Body.Done() && (len(room) < most || most == prefetchLimit)
	return nil
}

// badBody is the answer to a request whose body cannot be read.
func (j *Job) badBody(err error) Result {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return Result{Status: 408}
	}
	if kept := (*spoolError)(nil); errors.As(err, &kept) {
		j.log.Error("the request body cannot be kept", "reason", err)
		return Result{Status: 500}
	}
	if bad := (*wire.Error)(nil); errors.As(err, &bad) {
		return Result{Status: bad.Status, Unsized: true}
	}
	return Result{Status: 400}
}
