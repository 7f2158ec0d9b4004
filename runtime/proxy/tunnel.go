package proxy

import (
	"errors"
	"io"
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
	return Result{Drop: true, Tunnelled: true}
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
		timeout: a.silence(), whole: a.env("proxy-nohalfclose"),
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
	start time.Time
	// active is when bytes were moved last, in nanoseconds since start.
	active atomic.Int64

	mu    sync.Mutex
	alarm clock.Timer
	ended bool
}

// run moves bytes until both directions have ended or one has failed. early is sent to the origin first; sent is told what
// the client got. It returns the number of bytes that the client sent beside early.
//
// Neither reads nor writes have a deadline: a direction may be silent, and a reader slow, as long as the other direction
// moves something, and a write of TLS cannot be taken up again.
func (t *tunnel) run(early []byte, sent func(n int64)) (received int64) {
	t.start = t.clock.Now()
	for _, c := range [...]*wire.Conn{t.client, t.origin} {
		c.ArmRead(time.Time{})
		c.ArmWrite(time.Time{})
	}
	t.watch()
	var upward sync.WaitGroup
	upward.Go(func() {
		if _, err := t.origin.Write(early); err != nil {
			t.cut()
			return
		}
		t.copy(t.origin, t.client, func(n int64) { received += n })
	})
	t.copy(t.client, t.origin, sent)
	upward.Wait()
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ended = true; t.alarm != nil {
		t.alarm.Stop()
	}
	return received
}

// copy moves what from sends to to, until from ends, which is passed on, or something fails, which ends the other direction
// too.
func (t *tunnel) copy(to, from *wire.Conn, moved func(n int64)) {
	for {
		room, n, err := from.ReadLent(t.rooms)
		if err == nil {
			t.touch()
			n, err = to.Write(room[:n])
			t.rooms.Return(room)
			t.touch()
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

// touch notes that bytes are moved.
func (t *tunnel) touch() { t.active.Store(int64(t.clock.Now().Sub(t.start))) }

// watch ends the tunnel when both directions were silent for too long, and looks again otherwise.
func (t *tunnel) watch() {
	t.mu.Lock()
	defer t.mu.Unlock()
	left := t.timeout - t.clock.Now().Sub(t.start.Add(time.Duration(t.active.Load())))
	switch {
	case t.ended:
	case left <= 0:
		t.cut()
	default:
		t.alarm = t.clock.AfterFunc(left, t.watch)
	}
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
