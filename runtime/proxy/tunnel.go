package proxy

import (
	"errors"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lbconf/lbconf/runtime/internal/clock"
	"github.com/lbconf/lbconf/runtime/wire"
)

// switchProtocols passes a 101 on and then moves bytes both ways until both ends are closed (httpd: ap_proxy_tunnel_run).
// Neither connection carries another request.
func (a *attempt) switchProtocols() Result {
	a.reuse = false
	to := a.head.Fields.Get("Upgrade")
	if to == nil || a.upgrade == nil || !wire.EqualFoldBytes(to, a.upgrade) {
		return Result{Status: 502, Text: "Unexpected Upgrade: " + orNone(to) + " (expecting " + orNone(a.upgrade) + ")"}
	}
	if a.awaits {
		a.expecting = false
		if result := a.sendAwaited(); result.ends() {
			return result
		}
	}
	x := a.X
	x.Response.Status, x.Response.Reason, x.Response.Started = a.head.Status, a.head.Reason, true
	a.read(a.head.LineBytes)
	a.out = a.out[:0]
	if x.Request.Minor > 0 { // httpd sends HTTP/1.0 no interim response
		a.appendInterim()
		a.out = append(append(append(a.out, "Connection: Upgrade\r\nUpgrade: "...), to...), "\r\n\r\n"...)
	}
	a.out = append(a.out, a.in[a.from:a.to]...)
	if err := a.flush(); err != nil {
		return a.clientGone()
	}
	a.tunnel()
	return Result{Drop: true}
}

func orNone(value []byte) string {
	if value == nil {
		return "n/a"
	}
	return string(value)
}

// tunnel moves bytes between client and backend. It holds no room while both are silent.
func (a *attempt) tunnel() {
	t := tunnel{
		client: a.Client.Conn(), origin: a.conn.conn, clock: a.proxy.clock, rooms: &a.proxy.rooms,
		timeout: max(a.Client.Timeout(), a.worker.Settings.Timeout), whole: a.env("proxy-nohalfclose"),
	}
	early := a.Body.TakeRest() // what the client sent behind its request, in the buffer of the request, which stays
	a.X.Response.Reason = nil
	a.head.Reset()
	a.proxy.rooms.Return(a.in)
	a.proxy.rooms.Return(a.out)
	a.in, a.out = nil, nil
	a.X.BytesIn += t.run(early, a.Client.Sent)
}

// tunnel is two connections of which each gets what the other sends.
type tunnel struct {
	client, origin *wire.Conn
	clock          clock.Clock
	rooms          *rooms
	// timeout is how long both directions may be silent.
	timeout time.Duration
	// whole says that both directions end when one does (mod_proxy: proxy-nohalfclose).
	whole bool
	// active is when bytes were moved last, in nanoseconds since start.
	active atomic.Int64
	start  time.Time
}

// run moves bytes until both directions have ended or one has failed. early is sent to the origin first; sent is told what
// the client got. It returns the number of bytes that the client sent beside early.
func (t *tunnel) run(early []byte, sent func(n int64)) (received int64) {
	t.start = t.clock.Now()
	var upward sync.WaitGroup
	upward.Go(func() {
		if t.write(t.origin, early) == nil {
			t.copy(t.origin, t.client, func(n int64) { received += n })
		} else {
			t.cut()
		}
	})
	t.copy(t.client, t.origin, sent)
	upward.Wait()
	return received
}

// copy moves what from sends to to, until from ends, which is passed on, or something fails, which ends the other direction
// too.
func (t *tunnel) copy(to, from *wire.Conn, moved func(n int64)) {
	for {
		room, n, err := t.read(from)
		if err == nil {
			err = t.write(to, room[:n])
			t.rooms.Return(room)
			moved(int64(n))
			if err == nil {
				continue
			}
		}
		if !errors.Is(err, io.EOF) || t.whole || to.CloseWrite() != nil {
			t.cut()
		}
		return
	}
}

// read waits for bytes as long as one of the directions moves some.
func (t *tunnel) read(from *wire.Conn) (room []byte, n int, err error) {
	for {
		from.ReadBy(t.deadline())
		room, n, err = from.ReadLent(t.rooms)
		if err == nil {
			t.active.Store(int64(t.clock.Now().Sub(t.start)))
		}
		if err == nil || !t.goesOn(err, from) {
			return room, n, err
		}
	}
}

// write sends all bytes, and waits for a slow reader as long as one of the directions moves some.
func (t *tunnel) write(to *wire.Conn, data []byte) error {
	for len(data) > 0 {
		to.WriteBy(t.deadline())
		n, err := to.Write(data)
		if n > 0 {
			t.active.Store(int64(t.clock.Now().Sub(t.start)))
		}
		if data = data[n:]; err != nil && !t.goesOn(err, to) {
			return err
		}
	}
	return nil
}

// deadline is when the tunnel ends unless bytes are moved before.
func (t *tunnel) deadline() time.Time {
	return t.start.Add(time.Duration(t.active.Load()) + t.timeout)
}

// goesOn says whether an error only tells that one direction was silent while the other was not.
func (t *tunnel) goesOn(err error, c *wire.Conn) bool {
	return errors.Is(err, os.ErrDeadlineExceeded) && !c.Severed() && t.clock.Now().Before(t.deadline())
}

// cut ends both directions at once.
func (t *tunnel) cut() {
	t.client.Sever()
	t.origin.Sever()
}

// rooms lends room for heads and bodies, and to tunnels for what they move at a time.
type rooms struct{ pool sync.Pool }

// Take implements wire.Rooms.
func (r *rooms) Take() []byte {
	if room, ok := r.pool.Get().(*[roomSize]byte); ok {
		return room[:]
	}
	return make([]byte, roomSize)
}

// Return implements wire.Rooms. It takes slices that have the room, whatever their length.
func (r *rooms) Return(room []byte) {
	if cap(room) >= roomSize {
		r.pool.Put((*[roomSize]byte)(room[:roomSize]))
	}
}
