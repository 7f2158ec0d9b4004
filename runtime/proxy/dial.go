package proxy

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"sync"
	"syscall"
	"time"

	"github.com/lbconf/lbconf/runtime/internal/clock"
	"github.com/lbconf/lbconf/runtime/program"
	"github.com/lbconf/lbconf/runtime/tlsconf"
	"github.com/lbconf/lbconf/runtime/upstream"
	"github.com/lbconf/lbconf/runtime/wire"
)

// errAcquire is returned when no connection of a pool became free in time.
var errAcquire = errors.New("no connection became free in time")

// resolveError is a name without an address.
type resolveError struct {
	host string
	err  error
}

func (e *resolveError) Error() string { return "DNS lookup failure for: " + e.host }

func (e *resolveError) Unwrap() error { return e.err }

// backend is a connection to a worker.
type backend struct {
	conn   *wire.Conn
	dialer *dialer
	// to is where it leads.
	to target
	// tls and host are how the connection is encrypted and the name that was asked for; nil for a plain one.
	tls  *tlsconf.Backend
	host string
	// served is the number of requests that it carried.
	served int
	// idleSince is when it was put into the pool.
	idleSince time.Time
}

// target is where a connection is opened to: that of the worker, or another one for the sake of a request.
type target struct {
	// socket is the path of a Unix socket; empty for host and port.
	socket, host string
	port         int
	// remote is the other proxy that is there, which makes a tunnel to a backend of https; authorization is what
	// Proxy-Authorization says when it is asked for that. nil for none.
	remote        *program.Remote
	authorization string
}

// targetOf is where a worker is.
func targetOf(w *upstream.Worker) target {
	return target{socket: w.Socket, host: w.Host, port: w.Port}
}

// socketFor is the Unix socket through which a worker is reached for a request; empty for none.
func socketFor(j *Job, w *upstream.Worker) string {
	if w.Socket != "" {
		return w.Socket
	}
	return j.Plan.Socket
}

// close closes the connection; there is nothing left to learn from it.
func (b *backend) close() {
	b.dialer.forget(b)
	_ = b.conn.Close()
}

// addresses are what a name was resolved to.
type addresses struct {
	list  []netip.Addr
	until time.Time // zero: for ever
}

// dialer opens connections to workers.
type dialer struct {
	clock   clock.Clock
	resolve func(ctx context.Context, host string) ([]netip.Addr, error)

	mu      sync.Mutex
	open    map[*backend]struct{}
	severed bool
}

func newDialer(c clock.Clock) *dialer {
	return &dialer{clock: c, open: make(map[*backend]struct{}), resolve: func(ctx context.Context, host string) ([]netip.Addr, error) {
		return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	}}
}

// register remembers a connection while it is open.
func (d *dialer) register(b *backend) *backend {
	b.dialer = d
	d.mu.Lock()
	defer d.mu.Unlock()
	d.open[b] = struct{}{}
	if d.severed {
		b.conn.Sever()
	}
	return b
}

// forget forgets a connection.
func (d *dialer) forget(b *backend) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.open, b)
}

// sever makes whatever waits for a backend fail, now and from now on.
func (d *dialer) sever() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.severed = true
	for b := range d.open {
		b.conn.Sever()
	}
}

// reach connects to a worker, at the place that to says, and begins TLS where the scheme says so.
func (d *dialer) reach(ctx context.Context, w *upstream.Worker, to target, p *pool, secure *tlsconf.Backend, host string) (*backend, error) {
	nc, err := d.connect(ctx, w, to, p)
	if err != nil {
		return nil, err
	}
	if upstream.IsTLS(w.Scheme) {
		if to.remote != nil {
			if err := d.askTunnel(nc, w, to); err != nil {
				_ = nc.Close() // what went wrong is known
				return nil, err
			}
		}
		return d.encrypt(ctx, nc, w, to, secure, host)
	}
	return d.register(&backend{conn: wire.NewConn(nc, d.clock), to: to}), nil
}

// connect connects to a worker. With a pool it uses the addresses that were resolved before, and resolves anew once when
// none of them can be reached.
func (d *dialer) connect(ctx context.Context, w *upstream.Worker, to target, p *pool) (net.Conn, error) {
	if to.socket != "" {
		return dial(ctx, w, "unix", to.socket)
	}
	if to.host != w.Host {
		p = nil // which knows the addresses of the worker
	}
	list, cached, err := d.addresses(ctx, w, to.host, p)
	if err != nil {
		return nil, err
	}
	b, err := dialAny(ctx, w, to.port, list)
	if err == nil || !cached || ctx.Err() != nil {
		return b, err
	}
	if _, literal := netip.ParseAddr(to.host); literal == nil {
		return nil, err
	}
	p.forget()
	if list, _, err = d.addresses(ctx, w, to.host, p); err != nil {
		return nil, err
	}
	return dialAny(ctx, w, to.port, list)
}

// dialAny tries each address in turn.
func dialAny(ctx context.Context, w *upstream.Worker, port int, list []netip.Addr) (net.Conn, error) {
	var last error
	for _, address := range list {
		b, err := dial(ctx, w, "tcp", netip.AddrPortFrom(address, uint16(port)).String()) //nolint:gosec // 1 to 65535
		if err == nil {
			return b, nil
		}
		last = err
	}
	return nil, last
}

func dial(ctx context.Context, w *upstream.Worker, network, address string) (net.Conn, error) {
	settings := &w.Settings
	dialer := net.Dialer{Timeout: settings.ConnectTimeout, KeepAlive: -1}
	if settings.KeepAlive {
		dialer.KeepAlive = 0
	}
	if settings.ReceiveBuffer > 0 || settings.Source.IsValid() && network == "tcp" {
		dialer.Control = func(network, _ string, raw syscall.RawConn) error {
			var failed error
			err := raw.Control(func(fd uintptr) { failed = prepare(int(fd), network, settings) })
			return errors.Join(err, failed)
		}
	}
	return dialer.DialContext(ctx, network, address)
}

// prepare sets up a socket before it is connected. As in httpd one that cannot be bound to the address that it is to come from
// has another: an address of the other family, or one that the machine does not have.
func prepare(fd int, network string, settings *upstream.Settings) error {
	if size := settings.ReceiveBuffer; size > 0 {
		if err := syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_RCVBUF, size); err != nil {
			return err
		}
	}
	switch from := settings.Source.Unmap(); {
	case from.Is4() && network == "tcp4":
		_ = syscall.Bind(fd, &syscall.SockaddrInet4{Addr: from.As4()})
	case from.Is6() && network == "tcp6":
		_ = syscall.Bind(fd, &syscall.SockaddrInet6{Addr: from.As16()})
	}
	return nil
}

// addresses returns the addresses of a host and whether they come from the pool.
func (d *dialer) addresses(ctx context.Context, w *upstream.Worker, host string, p *pool) (list []netip.Addr, cached bool, err error) {
	now := d.clock.Now()
	if p != nil {
		if list = p.known(now); list != nil {
			return list, true, nil
		}
	}
	if address, err := netip.ParseAddr(host); err == nil {
		list = []netip.Addr{address}
	} else if list, err = d.resolve(ctx, host); err != nil || len(list) == 0 {
		return nil, false, &resolveError{host, err}
	}
	for i := range list {
		list[i] = list[i].Unmap()
	}
	if p != nil && w.Settings.AddressTTL != 0 {
		p.learn(list, w.Settings.AddressTTL, now)
	}
	return list, false, nil
}

func (p *pool) known(now time.Time) []netip.Addr {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.addresses.until.IsZero() && now.After(p.addresses.until) {
		p.addresses = addresses{}
	}
	return p.addresses.list
}

func (p *pool) learn(list []netip.Addr, ttl time.Duration, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.addresses = addresses{list: list}
	if ttl > 0 {
		p.addresses.until = now.Add(ttl)
	}
}

func (p *pool) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.addresses = addresses{}
}
