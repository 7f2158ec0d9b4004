package server

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"runtime/debug"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/lbconf/lbconf/runtime/exchange"
	"github.com/lbconf/lbconf/runtime/internal/clock"
	"github.com/lbconf/lbconf/runtime/tlsconf"
	"github.com/lbconf/lbconf/runtime/wire"
)

// conn is the connection of a client.
type conn struct {
	server *Server
	ctx    context.Context //nolint:containedctx // the life of the server's work, as long as that of the connection
	wire   *wire.Conn
	client exchange.Client
	// handshake is what TLS has chosen; nil on a plain connection.
	handshake *tlsconf.Handshake
	// local is the address as the configuration knows it.
	local netip.AddrPort
	// task is the request in work, nil while the connection is idle.
	task *task
	// kept is the number of responses behind which the connection was kept (httpd: conn_rec.keepalives).
	kept int
	// closing says that the connection ends, linger that the client may not have read all yet.
	closing, linger bool
	// pace is how long the client may take to send.
	pace pace
	// rules say what a request may be, as the first virtual host of the address does.
	rules wire.Rules
	// known refuses requests for names that no server of the address has.
	known bool
	// idleFor is how long the next request may take to come, keepFor what the first virtual host of the address says of that.
	idleFor, keepFor time.Duration
}

// accept takes connections off a listener until it is closed.
func (s *Server) accept(ctx context.Context, l *listener) {
	wait := 5 * time.Millisecond
	for {
		nc, err := l.Accept()
		switch {
		case err == nil:
			wait = 5 * time.Millisecond
			s.conns.running.Go(func() { s.serveConn(ctx, l, nc) })
		case isClosed(err):
			return
		case isTransient(err):
			// Out of descriptors or memory: what is in work gives some back.
			s.log.Error("accepting a connection failed", "address", l.Addr().String(), "reason", err)
			timer := s.clock.NewTimer(wait)
			select {
			case <-timer.C():
			case <-ctx.Done():
				timer.Stop()
				return
			}
			wait = min(2*wait, time.Second)
		default:
			s.listeners.fail(l, err)
			return
		}
	}
}

func isTransient(err error) bool {
	return errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) || errors.Is(err, syscall.ECONNABORTED) ||
		errors.Is(err, syscall.ENOBUFS) || errors.Is(err, syscall.ENOMEM) || errors.Is(err, syscall.EINTR)
}

// serveConn serves the requests of a connection.
func (s *Server) serveConn(ctx context.Context, l *listener, nc net.Conn) {
	c := &conn{server: s, ctx: ctx}
	remote, actual := addrPort(nc.RemoteAddr()), addrPort(nc.LocalAddr())
	c.local = l.local(actual)
	c.client = exchange.Client{
		Remote: remote, Local: actual, ListenPort: l.configured.Port,
		RemoteIP: remote.Addr().String(), LocalIP: actual.Addr().String(), LocalPort: strconv.Itoa(int(actual.Port())),
	}
	running := s.current.Load().program
	settings := &running.Host(c.local, nil).Settings
	c.pace, c.rules = paceOf(settings), settings.Rules
	c.known = settings.Known
	c.idleFor, c.keepFor = c.pace.first(), settings.KeepAliveTimeout
	encrypted := c.wrap(nc, running.TLS(c.local))
	if !s.conns.add(c) {
		_ = nc.Close() // the server stops
		return
	}
	defer s.conns.remove(c)
	defer c.survive(nc)
	if encrypted == nil || c.greet(encrypted, handshakeTime(settings)) {
		c.run()
	}
	if c.linger || c.leavesUnread() {
		c.lingerOn()
	}
	_ = c.wire.Close() // nothing is left to be said
	if c.task != nil {
		c.dropTask()
	}
}

// survive keeps a fault in the code of one connection from ending the others.
func (c *conn) survive(nc net.Conn) {
	fault := recover()
	if fault == nil {
		return
	}
	c.server.log.Error("fault while serving a connection", "client", c.client.RemoteIP, "fault", fault, "stack", string(debug.Stack()))
	_ = nc.Close() // whatever state it is in
	if c.task != nil {
		c.task.unwatch()
	}
}

// run serves until the connection ends. Requests that arrive whole are served within a session of the connection, which
// costs the least; what needs more reading is served outside of it.
func (c *conn) run() {
	for !c.closing {
		now := c.server.clock.Now()
		c.wire.IdleBy(now.Add(c.idleFor), now)
		if err := c.wire.Session(c.arrived); err != nil {
			return
		}
		// What arrived behind a request is served before more is awaited: the client may have said all it will.
		for !c.closing && c.task != nil {
			c.task.readOn()
		}
	}
}

// arrived takes what has arrived. It returns false when the connection ends, when more must be read in the middle of a
// request, and when it may have left something unread.
func (c *conn) arrived() bool {
	t := c.takeTask()
	n, err := c.wire.TryRead(t.buf)
	switch {
	case err == wire.ErrWouldBlock: //nolint:errorlint // TryRead returns it as it is
		c.dropTask()
		if c.server.draining.Load() {
			c.closing = true
		}
		return !c.closing
	case err != nil:
		c.closing = true
		return false
	}
	t.to = n
	filled := n == len(t.buf)
	if !t.serveArrived() || c.closing {
		return false
	}
	c.wire.IdleBy(t.x.Done.Add(c.idleFor), t.x.Done)
	c.dropTask()
	// This look comes after the deadline was set: a stop that it misses interrupts the wait.
	c.closing = c.server.draining.Load()
	return !c.closing && !filled
}

// leavesUnread says whether the client sent more than was read.
func (c *conn) leavesUnread() bool {
	return c.closing && (c.task != nil && len(c.task.rest) > 0 || c.wire.Unread())
}

// lingerOn waits for the client to have read the response, since closing a connection with unread bytes of the client
// would throw away what was sent to it (httpd: ap_lingering_close).
func (c *conn) lingerOn() {
	half, ok := c.wire.NetConn().(interface{ CloseWrite() error })
	if !ok || half.CloseWrite() != nil {
		return
	}
	const most = 2 * time.Second
	end := c.server.clock.Now().Add(most)
	c.wire.ReadBy(end)
	c.server.conns.lingering.Add(1)
	defer c.server.conns.lingering.Add(-1)
	var waste [512]byte
	for {
		if _, err := c.wire.Read(waste[:]); err != nil || c.server.clock.Now().After(end) {
			return
		}
	}
}

// connections are the open connections of a server.
type connections struct {
	mu      sync.Mutex
	all     map[*conn]struct{}
	stopped bool
	// accepted is the number of connections so far; lingering are those that wait for the client to have read all.
	accepted  uint64
	lingering atomic.Int64
	empty     chan struct{}
	running   sync.WaitGroup
}

func (cs *connections) add(c *conn) bool {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	if cs.stopped {
		return false
	}
	cs.all[c] = struct{}{}
	cs.accepted++
	return true
}

func (cs *connections) remove(c *conn) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	delete(cs.all, c)
	if cs.stopped && len(cs.all) == 0 {
		close(cs.empty)
	}
}

// interrupt ends idle connections and lets no more come.
func (cs *connections) interrupt() {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	cs.stopped, cs.empty = true, make(chan struct{})
	if len(cs.all) == 0 {
		close(cs.empty)
	}
	for c := range cs.all {
		c.wire.Interrupt()
	}
}

// await waits until no connection is left and says whether that came in time.
func (cs *connections) await(c clock.Clock, most time.Duration) bool {
	timer := c.NewTimer(most)
	defer timer.Stop()
	select {
	case <-cs.empty:
		return true
	case <-timer.C():
		return false
	}
}

// sever breaks all connections off.
func (cs *connections) sever() {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	for c := range cs.all {
		c.wire.Sever()
	}
}

func (cs *connections) wait() { cs.running.Wait() }
