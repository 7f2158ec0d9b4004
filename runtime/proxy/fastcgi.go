package proxy

import (
	"context"
	"errors"
	"io"
	"os"
	"time"

	"github.com/lbconf/lbconf/runtime/fcgi"
	"github.com/lbconf/lbconf/runtime/wire"
)

// script is what a request over FastCGI has come to.
type script struct {
	finder fcgi.Finder
	head   fcgi.Head
	// output is what came of the head while its end is not there.
	output []byte
	// headed says that the head was taken apart, ended that the end of the output was announced.
	headed, ended bool
	// dropped is the status that a page of the server's own is sent for in the place of the response; 0 for none.
	dropped int
	// ignored says that the body does not count.
	ignored bool
	// bufferSize is how much of a body is moved at a time.
	bufferSize int
	// keep says that the connection may be used again once the body was sent, whole that what is being sent is its end.
	keep, whole bool
}

// exchangeFastCGI sends a request to an application server and its response to the client.
func (a *attempt) exchangeFastCGI(ctx context.Context, fresh bool) Result {
	if !fresh && a.conn.conn.Probe() != nil {
		if result := a.reopen(ctx); result.ends() {
			return result
		}
	}
	s := script{bufferSize: a.worker.Settings.BufferSize}
	if s.bufferSize <= 0 {
		s.bufferSize = 8192
	}
	a.from, a.to = 0, 0
	if err := a.put(a.appendScript()); err != nil {
		a.reuse = false
		a.proxy.log.Warn("sending the request to the application server failed", "worker", a.worker.Name, "reason", err)
		return Result{Status: 503}
	}
	s.keep, a.reuse = a.reuse, false // an application may end before it has the body
	if result, done := a.sendInput(&s); done {
		return result
	}
	return a.records(&s)
}

// appendScript makes what begins a request, and its variables.
func (a *attempt) appendScript() []byte {
	a.describeInput()
	fields := a.X.Request.Fields
	a.X.Request.Fields = a.forwardFields()
	a.Plan.CGI(a.X)
	a.X.Request.Fields = fields
	var w fcgi.Writer
	w.Begin(fcgi.AppendBegin(a.out[:0], a.reuse))
	for name, value := range a.X.Env.All() {
		if !w.Set(name, value) {
			a.proxy.log.Warn("a variable does not fit into a record and is left out", "worker", a.worker.Name, "variable", name)
		}
	}
	return w.End()
}

// describeInput makes Content-Length of a body that is there as a whole.
func (a *attempt) describeInput() {
	request := &a.X.Request
	if !a.whole || request.Framing.Kind != wire.FramingChunked {
		return
	}
	request.Fields = request.Fields.Without("Transfer-Encoding").Without("Content-Length")
	request.Fields = append(request.Fields, wire.Field{Name: lengthName, Value: wire.AppendInt(nil, a.bodyLength())})
	request.Framing = wire.Framing{Kind: wire.FramingLength, Length: a.bodyLength()}
}

// sendInput sends the body of the request. What the application says meanwhile is taken, since it may wait for that. done
// says that the response is complete.
func (a *attempt) sendInput(s *script) (result Result, done bool) {
	if result, done = a.sendRecords(s, a.prefetched); done {
		return result, true
	}
	if a.spool != nil {
		if result, done = a.sendSpooledRecords(s); done {
			return result, true
		}
	}
	for !a.whole {
		data, err := a.nextPiece(s.bufferSize)
		switch {
		case errors.Is(err, io.EOF):
			a.whole = true
		case err != nil && a.X.Response.Started:
			result = a.cut(err)
			a.timedOut = false // it is not the application that was late
			return result, true
		case err != nil:
			a.reuse = false
			return a.badBody(err), true
		default:
			if result, done = a.sendRecords(s, data); done {
				return result, true
			}
		}
	}
	a.packed, s.whole = fcgi.AppendStdinEnd(a.packed[:0]), true
	return a.putRecords(s)
}

// sendSpooledRecords sends the spooled part of the body.
func (a *attempt) sendSpooledRecords(s *script) (Result, bool) {
	room := make([]byte, min(int64(s.bufferSize), a.spooled))
	for at := int64(0); at < a.spooled; {
		n, err := a.spool.ReadAt(room[:min(int64(len(room)), a.spooled-at)], at)
		if n == 0 && err != nil {
			a.reuse = false
			a.proxy.log.Error("reading a spooled request body failed", "reason", err)
			return Result{Status: 500}, true
		}
		if result, done := a.sendRecords(s, room[:n]); done {
			return result, true
		}
		at += int64(n)
	}
	return Result{}, false
}

// sendRecords sends a piece of the body.
func (a *attempt) sendRecords(s *script, data []byte) (Result, bool) {
	for len(data) > 0 {
		n := min(len(data), s.bufferSize)
		a.packed = fcgi.AppendStdin(a.packed[:0], data[:n])
		if result, done := a.putRecords(s); done {
			return result, true
		}
		data = data[n:]
	}
	return Result{}, false
}

// breath is how long the application may leave the body unread before it is looked whether it speaks itself: one that waits
// until what it says is taken would wait for ever.
const breath = 50 * time.Millisecond

// putRecords sends packed, and takes the records that have come by then.
func (a *attempt) putRecords(s *script) (Result, bool) {
	last := a.proxy.clock.Now()
	for out := a.packed; len(out) > 0; {
		a.conn.conn.WriteBy(a.proxy.clock.Now().Add(breath))
		n, err := a.conn.conn.Write(out)
		a.count(n)
		if out = out[n:]; len(out) == 0 && s.whole {
			a.reuse = s.keep
		}
		now := a.proxy.clock.Now()
		if n > 0 {
			last = now
		}
		if err != nil && (!errors.Is(err, os.ErrDeadlineExceeded) || now.Sub(last) >= a.worker.Settings.Timeout || a.conn.conn.Severed()) {
			return a.scriptFailed(err), true
		}
		for a.from < a.to || a.conn.conn.Unread() {
			if result, done := a.record(s); done {
				return result, true
			}
			last = a.proxy.clock.Now()
		}
	}
	return Result{}, false
}
