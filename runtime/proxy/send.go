package proxy

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"time"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/runtime/upstream"
	"github.com/lbconf/lbconf/runtime/wire"
)

// writeHead makes the head of the request in out.
func (a *attempt) writeHead(authority, path []byte) {
	http10 := a.env("force-proxy-request-1.0")
	body := a.X.Request.Framing.Kind != wire.FramingNone
	a.awaits = a.expecting || body && !http10 && a.pings()
	if a.upgrade = nil; a.Upgrades && !http10 {
		if wanted := a.X.Request.Fields.Get("Upgrade"); a.worker.Settings.Upgrades(wanted) {
			a.upgrade = wanted
		}
	}
	out := outgoing{path: path, host: authority, upgrade: a.upgrade, keepAlive: a.reuse, expect: a.awaits, http10: http10}
	if remote := a.target.remote; remote != nil && !upstream.IsTLS(a.worker.Scheme) { // which the backend must not learn
		out.credentials = remote.Credentials
	}
	if a.webSocketOnly() && a.upgrade != nil {
		if out.offer = a.offered(); out.offer == upstream.AnyProtocol {
			out.offer = string(a.upgrade)
		}
	}
	if out.host == nil {
		start := len(a.scratch)
		a.scratch = append(a.scratch, a.worker.Authority...)
		out.host = a.scratch[start:len(a.scratch):len(a.scratch)]
	}
	if a.worker.Port == ir.DefaultPort("http") { // which httpd leaves out for https, too
		out.host = bytes.TrimSuffix(out.host, port80)
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

// pings says whether the backend is asked before it gets the body of the request (mod_proxy: PROXY_SHOULD_PING_100_CONTINUE).
func (a *attempt) pings() bool {
	r := &a.X.Request
	empty := r.Framing.Kind == wire.FramingLength && r.Framing.Length == 0
	return a.worker.Settings.Ping > 0 && !empty && !a.Plan.Foreign && string(r.Method) != "HEAD"
}

var port80 = []byte(":80")

// send writes what is ready of the request. A request that is complete with that is written and awaited in one go: then
// n is the number of bytes of the response that are in in. Otherwise the rest is sent, or awaits a 100.
func (a *attempt) send(ctx context.Context, fresh bool) (n int, _ Result) {
	complete := a.whole && a.spool == nil
	if !a.awaits {
		a.appendPrefetched()
	}
	a.count(len(a.out))
	wrote, n, err := a.sendFirst(fresh, complete || a.awaits)
	if errors.Is(err, wire.ErrStale) {
		a.conn.close()
		a.count(-len(a.out))
		if result := a.open(ctx); result.ends() {
			return 0, result
		}
		a.count(len(a.out))
		wrote, n, err = a.sendFirst(true, complete || a.awaits)
	}
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
		return
	}
	a.out = append(a.out, a.prefetched...)
	if a.whole && a.spool == nil && a.extraLine() {
		a.out = append(a.out, crlf...)
	}
}

// extraLine says that the request is followed by a line end, which a very old server needs (env proxy-sendextracrlf).
func (a *attempt) extraLine() bool { return a.env("proxy-sendextracrlf") }

var crlf = []byte("\r\n")

// endBody sends what follows a body that was streamed.
func (a *attempt) endBody() Result {
	end := a.out[:0]
	if a.chunked {
		end = append(end, wire.LastChunk...)
	}
	if a.extraLine() {
		end = append(end, crlf...)
	}
	if a.out = end; len(end) == 0 {
		return Result{}
	}
	if err := a.write(end); err != nil {
		return a.writeFailed(err)
	}
	return Result{}
}

// sendFirst writes out and, when nothing follows before an answer, reads the start of the response. A connection that was idle is
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
			return a.endBody()
		case err != nil:
			a.reuse = false
			return a.badBody(err)
		}
		if a.chunked {
			if data, err = a.appendChunks(data); err != nil && !errors.Is(err, io.EOF) {
				a.reuse = false
				return a.badBody(err)
			}
		}
		if err := a.write(data); err != nil {
			return a.writeFailed(err)
		}
	}
}

// appendChunks makes chunks of data and of what else of the body has arrived, so that small chunks of the client do not
// cost a write each. The end of the body comes again with the next read.
func (a *attempt) appendChunks(data []byte) (chunks []byte, err error) {
	a.out = a.out[:0]
	for len(data) > 0 && len(a.out) < roomSize {
		a.out = wire.AppendChunk(a.out, data)
		if len(a.out) < roomSize {
			data, err = a.Body.Available()
		}
	}
	return a.out, err
}

// write counts bytes and sends them to the backend.
func (a *attempt) write(data []byte) error {
	a.conn.conn.WriteBy(a.proxy.clock.Now().Add(a.worker.Settings.Timeout))
	a.count(len(data))
	_, err := a.conn.conn.Write(data)
	return err
}

// count counts bytes that are about to be sent. It comes before they are, as in httpd, so that a request that waits for its
// response weighs on its member already.
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
	case a.timedOut || a.X.Client.Served == 0 || a.Plan.Foreign:
		return Result{Status: 502, Text: "Error reading from remote server"}
	case a.conn.served > 0:
		return Result{Drop: true}
	}
	return Result{Status: 500, Drop: true}
}
