package proxy

import (
	"context"
	"errors"
	"io"
	"os"
	"time"

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
	// reuse says that the connection may carry another request.
	reuse bool
	// chunked says that the body goes out in chunks; awaits that it waits for a 100.
	chunked, awaits bool
	// from and to are where the bytes of in that were not used are.
	from, to int
	// piece is what the kernel is asked to move.
	piece io.LimitedReader
}

// attempt sends the request to a worker and the response to the client.
func (p *Proxy) attempt(ctx context.Context, j *Job, w *upstream.Worker, authority, path []byte) Result {
	a := &j.current
	*a = attempt{Job: j, proxy: p, worker: w}
	if result := a.prefetch(); result.ends() {
		return result
	}
	if w.Slot != nil {
		a.pool = p.pools.of(w)
	}
	a.reuse = a.pool != nil && w.Settings.Reuse && w.Settings.AddressTTL != 0 && !a.env("proxy-nokeepalive")
	fresh, result := a.connect(ctx)
	if result.ends() {
		return result
	}
	if w.Slot != nil {
		w.Slot.Recovered()
	}
	a.writeHead(authority, path)
	n, result := a.send(ctx, fresh)
	if !result.ends() {
		result = a.receive(n)
	}
	a.finish()
	return result
}

// connect takes a connection of the pool or opens one; fresh says which.
func (a *attempt) connect(ctx context.Context) (fresh bool, _ Result) {
	if a.pool != nil {
		b, err := a.pool.take(ctx, a.proxy.dialer, &a.worker.Settings, a.now)
		if err != nil {
			a.proxy.log.Warn("no connection to the backend became free", "worker", a.worker.Name)
			return false, Result{Status: 503}
		}
		if b != nil && a.X.Client.Served == 0 && a.env("proxy-initial-not-pooled") {
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
	if a.conn, err = a.proxy.dialer.connect(ctx, a.worker, a.pool); err == nil {
		return Result{}
	}
	if a.pool != nil {
		a.pool.drop()
	}
	a.worker.Fail(a.now)
	a.proxy.log.Warn("backend cannot be reached", "worker", a.worker.Name, "reason", err)
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
	for len(room) < prefetchLimit {
		data, err := j.Body.AvailableUpTo(prefetchLimit - len(room))
		switch {
		case errors.Is(err, io.EOF):
			j.whole = true
		case err != nil:
			return err
		case len(data) == 0:
			if err := j.Body.Fill(); err != nil {
				return err
			}
			continue
		case len(room) == 0 && j.Body.Done():
			j.whole, j.prefetched = true, data
			return nil
		}
		room = append(room, data...)
		if j.whole {
			break
		}
	}
	j.hold, j.prefetched = room, room
	j.whole = j.whole || j.Body.Done()
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
	j.X.Aborted = true
	return Result{Status: 400, Unsized: true}
}

// writeHead makes the head of the request in out.
func (a *attempt) writeHead(authority, path []byte) {
	http10 := a.env("force-proxy-request-1.0")
	body := a.X.Request.Framing.Kind != wire.FramingNone
	a.awaits = a.expecting || body && !http10 && a.worker.Settings.Ping > 0
	out := outgoing{path: path, host: authority, keepAlive: a.reuse, expect: a.awaits, http10: http10}
	if out.host == nil {
		start := len(a.scratch)
		a.scratch = append(a.scratch, a.worker.Authority...)
		out.host = a.scratch[start:len(a.scratch):len(a.scratch)]
	}
	if a.Plan.PreserveHost {
		if out.host = a.X.Request.Fields.Get("Host"); out.host == nil {
			out.host = a.X.CopyString(a.Plan.ServerName)
		}
	}
	switch {
	case !body:
	case a.whole:
		out.framing = wire.Framing{Kind: wire.FramingLength, Length: a.bodyLength()}
	default:
		out.framing = a.X.Request.Framing
	}
	a.chunked = out.framing.Kind == wire.FramingChunked
	a.out = appendRequest(a.out[:0], a.X, a.Plan, &out)
}

// send writes what is ready of the request. A request that is complete with that is written and awaited in one go: then
// n is the number of bytes of the response that are in in. Otherwise the rest is sent, or awaits a 100.
func (a *attempt) send(ctx context.Context, fresh bool) (n int, _ Result) {
	complete := a.whole && a.spool == nil
	if !a.awaits {
		a.appendPrefetched()
	}
	wrote, n, err := a.sendFirst(fresh, complete || a.awaits)
	if errors.Is(err, wire.ErrStale) {
		a.conn.close()
		if result := a.open(ctx); result.ends() {
			return 0, result
		}
		wrote, n, err = a.sendFirst(true, complete || a.awaits)
	}
	a.count(wrote)
	switch {
	case wrote < len(a.out):
		return 0, a.writeFailed(err)
	case err != nil:
		return 0, a.noResponse(err)
	case complete || a.awaits:
		return n, Result{}
	}
	return 0, a.sendRest()
}

// appendPrefetched puts the start of the body behind the head.
func (a *attempt) appendPrefetched() {
	if a.chunked {
		a.out = wire.AppendChunk(a.out, a.prefetched)
	} else {
		a.out = append(a.out, a.prefetched...)
	}
}

// sendFirst writes out and, when that is all for now, reads the start of the response. A connection that was idle is
// looked at before.
func (a *attempt) sendFirst(fresh, all bool) (wrote, n int, err error) {
	now := a.proxy.clock.Now()
	a.conn.conn.WriteBy(now.Add(a.worker.Settings.Timeout))
	a.conn.conn.ReadBy(now.Add(a.patience()))
	if all {
		return a.conn.conn.RoundTrip(a.out, a.in, !fresh)
	}
	if !fresh {
		if err := a.conn.conn.Probe(); err != nil {
			return 0, 0, err
		}
	}
	wrote, err = a.conn.conn.Write(a.out)
	return wrote, 0, err
}

// patience is how long the backend may be silent.
func (a *attempt) patience() time.Duration {
	if a.awaits && a.worker.Settings.Ping > 0 {
		return a.worker.Settings.Ping
	}
	return a.worker.Settings.Timeout
}

// sendAwaited sends the body that waited for a 100.
func (a *attempt) sendAwaited() Result {
	a.awaits = false
	a.out = a.out[:0]
	a.appendPrefetched()
	if err := a.write(a.out); err != nil {
		return a.writeFailed(err)
	}
	if a.whole && a.spool == nil {
		return Result{}
	}
	return a.sendRest()
}

// sendRest streams what was not prefetched.
func (a *attempt) sendRest() Result {
	if a.spool != nil {
		return a.sendSpooled()
	}
	for {
		data, err := a.Body.Next()
		switch {
		case errors.Is(err, io.EOF):
			a.whole = true
			if a.chunked {
				if err := a.write(lastChunk); err != nil {
					return a.writeFailed(err)
				}
			}
			return Result{}
		case err != nil:
			a.reuse = false
			return a.badBody(err)
		}
		if a.chunked {
			a.out = wire.AppendChunk(a.out[:0], data)
			data = a.out
		}
		if err := a.write(data); err != nil {
			return a.writeFailed(err)
		}
	}
}

var lastChunk = []byte(wire.LastChunk)

// write sends bytes to the backend and counts them.
func (a *attempt) write(data []byte) error {
	a.conn.conn.WriteBy(a.proxy.clock.Now().Add(a.worker.Settings.Timeout))
	n, err := a.conn.conn.Write(data)
	a.count(n)
	return err
}

func (a *attempt) count(n int) {
	if a.worker.Slot != nil {
		a.worker.Slot.AddTransferred(int64(n))
	}
}

// writeFailed is the answer when the request cannot be sent.
func (a *attempt) writeFailed(err error) Result {
	a.reuse = false
	a.proxy.log.Warn("sending the request to the backend failed", "worker", a.worker.Name, "reason", err)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return Result{Status: 504}
	}
	return Result{Status: 502}
}

// noResponse is the answer when the connection ends or the time is up before a status line. On a connection of the
// client that carried a request before, httpd closes it without a response, so that the client tries again by itself.
func (a *attempt) noResponse(err error) Result {
	a.reuse = false
	a.timedOut = errors.Is(err, os.ErrDeadlineExceeded)
	a.proxy.log.Warn("reading the status line from the backend failed", "worker", a.worker.Name, "reason", err)
	switch {
	case a.timedOut && a.awaits:
		return Result{Status: 503, Text: "Timeout on 100-Continue"}
	case a.timedOut || a.X.Client.Served == 0:
		return Result{Status: 502, Text: "Error reading from remote server"}
	case a.conn.served > 0:
		return Result{Drop: true}
	}
	return Result{Status: 500, Drop: true}
}
