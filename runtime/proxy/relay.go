package proxy

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"time"

	"github.com/lbconf/lbconf/runtime/wire"
)

const (
	// spliceFrom is the number of missing bytes from which a body is moved by the kernel.
	spliceFrom = 64 << 10
	// leastRoom is the least room that a body is read into.
	leastRoom = 4 << 10
)

// respond sends a final response, of whose body in[from:to] has arrived.
func (a *attempt) respond() Result {
	x := a.X
	a.read(a.head.LineBytes)
	x.Response.Status, x.Response.Reason = a.head.Status, a.head.Reason
	var sent wire.FramingKind
	framing, result := a.responseFields()
	if result.ends() {
		x.Response.Status, x.Response.Fields, x.Response.OwnConnection = 0, x.Response.Fields[:0], false
		return result
	}
	if a.Plan.Balancer != nil {
		a.proxy.judgeStatus(a.Plan.Balancer, a.worker, a.head.Status)
	}
	if a.awaits {
		a.reuse = false // the backend answers without the body that it was promised
	}
	if a.Plan.Overrides(a.head.Status) {
		return a.override()
	}
	if a.encoded.encoder == nil {
		a.out, sent = a.Client.AppendHead(a.out[:0], a.known(framing))
	}
	// The fields must stay for the log, so the body is read behind them, or elsewhere when they leave little room.
	room := a.in[a.from:]
	if len(room) < leastRoom {
		room = make([]byte, roomSize)
	}
	a.response.Reset(a.conn.conn, framing, a.in[a.from:a.to], room, a.worker.Settings.Timeout)
	a.response.Follow(&a.Plan.Host.Settings.Rules)
	if a.encoded.encoder != nil {
		return a.relayEncoded()
	}
	x.Response.Started = true
	return a.relay(sent)
}

// known is the framing of a body as far as it is known before it is read: chunks that have ended without a byte are a
// body of no length, which the client is told (httpd: ap_content_length_filter).
func (a *attempt) known(framing wire.Framing) wire.Framing {
	if framing.Kind != wire.FramingChunked {
		return framing
	}
	rest := bytes.TrimLeft(a.in[a.from:a.to], "0")
	if len(rest) == a.to-a.from || !bytes.HasPrefix(rest, crlf) || !bytes.HasSuffix(rest, endOfChunks) {
		return framing
	}
	a.X.Response.Fields = append(a.X.Response.Fields, wire.Field{Name: lengthName, Value: noLength})
	return wire.Framing{Kind: wire.FramingLength}
}

// override leaves the response to the server, which sends a page of its own in its place (mod_proxy: ProxyErrorOverride).
func (a *attempt) override() Result {
	a.reuse = false // the body is not read
	result := Result{Status: a.head.Status, Reason: bytes.Clone(a.head.Reason), Blameless: true}
	if a.head.Status == 401 {
		for _, field := range a.X.Response.Fields {
			if wire.EqualFold(field.Name, "WWW-Authenticate") {
				result.Fields = append(result.Fields, wire.Field{Name: bytes.Clone(field.Name), Value: bytes.Clone(field.Value)})
			}
		}
	}
	a.X.Response.Status, a.X.Response.Fields, a.X.Response.OwnConnection = 0, a.X.Response.Fields[:0], false
	return result
}

// relay moves the body. Whatever has arrived goes out before more is awaited, so that streams flow.
func (a *attempt) relay(sent wire.FramingKind) Result {
	for {
		data, err := a.response.Available()
		switch {
		case errors.Is(err, io.EOF):
			return a.end(sent)
		case err != nil:
			return a.cut(err)
		case len(data) > 0:
			a.read(len(data))
			if sent == wire.FramingNone {
				continue
			}
			a.X.Response.BodyBytes += int64(len(data))
			if sent == wire.FramingChunked {
				a.out = wire.AppendChunk(a.out, data)
			} else {
				a.out = append(a.out, data...)
			}
			continue
		}
		if !a.holdsBack(len(a.out)) {
			if err := a.flush(); err != nil {
				return a.clientGone()
			}
			if sent == wire.FramingLength && !a.slow && a.response.Left() >= spliceFrom {
				if from, to := a.sockets(); from != nil {
					if done, result := a.splice(from, to); done {
						return result
					}
					continue
				}
			}
		}
		switch err := a.response.Fill(); {
		case errors.Is(err, io.EOF):
			return a.end(sent)
		case err != nil:
			return a.cut(err)
		}
	}
}

// holdsBack says whether a response of which nothing was sent and so many bytes are ready is to wait for what has arrived
// already: more of it, or that the backend is gone.
func (a *attempt) holdsBack(ready int) bool {
	return !a.begun && ready < roomSize && a.conn.conn.Probe() != nil
}

func (a *attempt) read(n int) {
	if a.worker.Slot != nil {
		a.worker.Slot.AddRead(int64(n))
	}
}

func (a *attempt) flush() error {
	if len(a.out) == 0 {
		return nil
	}
	err := a.Client.Write(a.out)
	a.begun = true
	a.out = a.out[:0]
	return err
}

// end sends what is left when the body is complete. The connection goes back to the pool first, since the client may
// send its next request as soon as it has the end.
func (a *attempt) end(sent wire.FramingKind) Result {
	if len(a.response.Rest()) > 0 {
		a.reuse = false
	}
	a.finish()
	if sent == wire.FramingChunked {
		a.out = append(a.out, wire.LastChunk...)
	}
	if err := a.flush(); err != nil {
		return a.clientGone()
	}
	return Result{}
}

// cut ends a response whose body broke off: the client sees that by the end of the connection.
func (a *attempt) cut(err error) Result {
	a.reuse = false
	a.timedOut = errors.Is(err, os.ErrDeadlineExceeded)
	a.proxy.log.Warn("body of the response broke off", "worker", a.worker.Name, "reason", err)
	if !a.begun && (a.encoded.encoder != nil || a.X.Response.BodyBytes == 0 && a.broke(err)) {
		a.X.Response.Started = false
		return Result{Status: 502, Broken: true} // the head was not sent either
	}
	if err := a.flush(); err != nil {
		return a.clientGone()
	}
	return Result{Drop: true}
}

// broke says whether a body broke off in a way that httpd tells from its end.
func (a *attempt) broke(err error) bool {
	malformed := (*wire.Error)(nil)
	return errors.As(err, &malformed) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, io.ErrUnexpectedEOF) && a.response.InChunkSize()
}

// splice lets the kernel move what is missing of a body of known length. done is false when the body is complete, or is to
// be moved without the kernel.
//
// What waits for the client when its time is up is lost, and cannot be told from what was not read. So the client has twice
// the time of the backend: what ends before that was waiting for the backend, and nothing is lost.
func (a *attempt) splice(from, to *net.TCPConn) (done bool, _ Result) {
	timeout := a.worker.Settings.Timeout
	for a.response.Left() > 0 && !a.slow {
		begin := a.proxy.clock.Now()
		a.conn.conn.ArmRead(begin.Add(timeout))
		a.Client.Conn().ArmWrite(begin.Add(2 * timeout))
		a.piece = io.LimitedReader{R: from, N: min(a.response.Left(), splicePiece(timeout))}
		n, err := to.ReadFrom(&a.piece)
		took := a.proxy.clock.Now().Sub(begin)
		a.response.Skip(n)
		a.read(int(n))
		a.X.Response.BodyBytes += n
		a.Client.Sent(n)
		late := errors.Is(err, os.ErrDeadlineExceeded)
		switch {
		case err == nil && n == 0:
			return true, a.cut(io.ErrUnexpectedEOF)
		case errors.Is(err, syscall.EPIPE), late && took >= 2*timeout, err != nil && a.Client.Conn().Ended():
			return true, a.clientGone()
		case late && n > 0: // the backend is slow, but not at a standstill
		case err != nil:
			return true, a.cut(err)
		}
		a.slow = took > timeout/4
	}
	return false, Result{}
}

// splicePiece is how much is moved under one deadline: little where that is short, so that a client that is slow is not
// taken for one that has stopped.
func splicePiece(timeout time.Duration) int64 {
	const each, most = 16 << 10, 128 << 10
	return min(max(int64(timeout/time.Second), 1)*each, most)
}

// sockets returns both connections where the kernel can move bytes between them.
func (a *attempt) sockets() (from, to *net.TCPConn) {
	from, fromOK := a.conn.conn.NetConn().(*net.TCPConn)
	to, toOK := a.Client.Conn().NetConn().(*net.TCPConn)
	if !fromOK || !toOK {
		return nil, nil
	}
	return from, to
}
