package wire

import (
	"errors"
	"io"
	"net"
	"os"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/lbconf/lbconf/runtime/internal/clock"
)

// ErrWouldBlock is returned by TryRead when nothing has arrived.
var ErrWouldBlock = errors.New("nothing to read")

// ErrStale is returned by RoundTrip when the connection, idle until then, was closed by the peer or carries bytes that
// nobody asked for. Nothing was written.
var ErrStale = errors.New("connection was closed by the peer or has unexpected bytes")

// ErrInterrupted is returned by Session after Interrupt.
var ErrInterrupted = errors.New("interrupted")

// Conn is the seam to the system: how bytes are read, awaited and written. Over TCP and unix sockets it uses system calls
// of its own under the waiting of the Go runtime; over anything else, the methods of net.Conn.
//
// A Conn belongs to one goroutine, or outside of a Session to one that reads and one that writes. Only Interrupt and Sever
// may be called from others.
type Conn struct {
	nc    net.Conn
	raw   syscall.RawConn // nil where only net.Conn's methods work
	under syscall.RawConn // what carries nc where raw is nil, to look at only; nil where that is neither TCP nor unix
	clock clock.Clock

	read, write deadline
	interrupted atomic.Bool
	severed     atomic.Bool

	// fd is the descriptor while a callback of Session runs, else -1.
	fd int
	op operation
	// ahead is a byte that was read to wait for it; isAhead says that it was not taken yet. Without raw there is no other way
	// to wait without a buffer.
	ahead   [1]byte
	isAhead bool
	// cut says that a write without raw has failed.
	cut bool
	// put is the write that runs, apart from op since another goroutine may read.
	put writing

	// The callbacks of RawConn are made once, since making one allocates.
	onRead, onWrite, onSession, onRoundTrip, onProbe, onLent func(fd uintptr) bool
}

// operation holds the operands and results of the callback that runs.
type operation struct {
	in, out  []byte
	n, wrote int
	err      error
	phase    phase
	fresh    bool // nobody looked whether something has come before the request
	step     func() bool
	rooms    Rooms
}

// writing holds the operand and results of a Write.
type writing struct {
	out []byte
	n   int
	err error
}

type phase uint8

const (
	sending phase = iota
	probing
	receiving
)

// deadline is a deadline that is armed lazily: arming costs a lock and a heap operation in the Go runtime, so an armed
// deadline that is earlier than wanted is left in place, and moved when it strikes.
type deadline struct{ wanted, armed time.Time }

// NewConn takes over a connection. The clock is the one that nc's deadlines follow.
func NewConn(nc net.Conn, c clock.Clock) *Conn {
	conn := &Conn{nc: nc, clock: c, fd: -1}
	conn.attach()
	return conn
}

// NetConn returns the connection that NewConn was given.
func (c *Conn) NetConn() net.Conn { return c.nc }

// Close closes the connection. It must not be called by a step of Session.
func (c *Conn) Close() error { return c.nc.Close() }

// ReadBy makes reads fail with os.ErrDeadlineExceeded at t. The zero time is no deadline.
func (c *Conn) ReadBy(t time.Time) {
	c.read.wanted = t
	if c.read.mustArm(t) {
		c.arm(&c.read, c.nc.SetReadDeadline)
	}
}

// IdleBy is ReadBy for the wait of a Session between two messages, which begins at now. It has the step called once more
// within a second: an end that came together with a message is told of only once, when the message is.
func (c *Conn) IdleBy(t, now time.Time) {
	if c.raw == nil {
		c.ReadBy(t)
		return
	}
	c.read.wanted = t
	if soon := now.Add(lookAgain); soon.Before(t) {
		t = soon
	}
	if c.read.mustArm(t) {
		c.armAt(&c.read, t, c.nc.SetReadDeadline)
	}
}

// lookAgain is short beside the time for which connections are kept, and long beside that between two requests of a
// client that is busy.
const lookAgain = time.Second

// WriteBy makes writes fail with os.ErrDeadlineExceeded at t. The zero time is no deadline.
func (c *Conn) WriteBy(t time.Time) {
	c.write.wanted = t
	// A write of TLS that a deadline struck cannot be gone on with, so there none may strike early.
	if c.raw == nil || c.write.mustArm(t) {
		c.arm(&c.write, c.nc.SetWriteDeadline)
	}
}

// ArmRead is ReadBy for reads past the Conn's own methods.
func (c *Conn) ArmRead(t time.Time) {
	c.read.wanted = t
	c.arm(&c.read, c.nc.SetReadDeadline)
}

// ArmWrite is WriteBy for writes past the Conn's own methods.
func (c *Conn) ArmWrite(t time.Time) {
	c.write.wanted = t
	c.arm(&c.write, c.nc.SetWriteDeadline)
}

// mustArm says whether the armed deadline is later than t, or there is none.
func (d *deadline) mustArm(t time.Time) bool {
	if t.IsZero() {
		return false
	}
	return d.armed.IsZero() || d.armed.After(t)
}

func (c *Conn) arm(d *deadline, set func(time.Time) error) { c.armAt(d, d.wanted, set) }

func (c *Conn) armAt(d *deadline, t time.Time, set func(time.Time) error) {
	if set(t) == nil {
		d.armed = t
	}
	if c.severed.Load() {
		c.Sever() // it may have come before the deadline that was just set
	}
}

// struck decides about an error: it returns true when it is only an armed deadline that is earlier than the wanted one,
// which is then armed, so that the operation can go on.
func (c *Conn) struck(err error, d *deadline, set func(time.Time) error) bool {
	if !errors.Is(err, os.ErrDeadlineExceeded) || c.severed.Load() {
		return false
	}
	if !d.wanted.IsZero() && !c.clock.Now().Before(d.wanted) {
		return false
	}
	d.armed = time.Time{}
	c.arm(d, set)
	return !c.severed.Load()
}

// Interrupt makes a Session that waits return ErrInterrupted, now or when it next waits, unless a deadline is set in
// between: whoever sets one looks afterwards whether there is a reason not to wait. Reads outside a Session go on. Other
// goroutines may call it.
func (c *Conn) Interrupt() {
	c.interrupted.Store(true)
	_ = c.nc.SetReadDeadline(time.Unix(1, 0)) // a connection that is closed already needs no interruption
}

// Sever makes whatever waits for the connection fail with os.ErrDeadlineExceeded, now and from now on. Other goroutines
// may call it.
func (c *Conn) Sever() {
	c.severed.Store(true)
	_ = c.nc.SetDeadline(time.Unix(1, 0)) // a connection that is closed already needs no end
}

// Severed says whether the connection was severed.
func (c *Conn) Severed() bool { return c.severed.Load() }

// Read reads what has arrived into p, waiting when nothing has. It returns io.EOF at the end.
func (c *Conn) Read(p []byte) (int, error) {
	for {
		n, err := c.readOnce(p)
		if err == nil || !c.struck(err, &c.read, c.nc.SetReadDeadline) {
			return n, err
		}
	}
}

func (c *Conn) readOnce(p []byte) (int, error) {
	if c.raw == nil {
		if c.isAhead {
			return c.takeAhead(p)
		}
		return c.nc.Read(p)
	}
	c.op.in, c.op.n, c.op.err = p, 0, nil
	err := c.raw.Read(c.onRead)
	c.op.in = nil
	if err != nil {
		return 0, err
	}
	return c.result()
}

// result returns what the callback of a read left.
func (c *Conn) result() (int, error) {
	if c.op.err == nil && c.op.n == 0 {
		return 0, io.EOF
	}
	return c.op.n, c.op.err
}

// Write writes all of p.
func (c *Conn) Write(p []byte) (int, error) {
	done := 0
	if c.fd >= 0 {
		n, err := send(c.fd, p)
		if err == nil && n == len(p) {
			return n, nil
		}
		if err != nil && !errors.Is(err, ErrWouldBlock) {
			return n, err
		}
		done = n
	}
	for {
		n, err := c.writeOnce(p[done:])
		done += n
		if err == nil || !c.struck(err, &c.write, c.nc.SetWriteDeadline) {
			return done, err
		}
	}
}

func (c *Conn) writeOnce(p []byte) (int, error) {
	if c.raw == nil {
		return c.writeWhole(p)
	}
	c.put = writing{out: p}
	err := c.raw.Write(c.onWrite)
	c.put.out = nil
	if err == nil {
		err = c.put.err
	}
	return c.put.n, err
}

// Session calls step at once and then each time something has arrived, until step returns false; between the calls it
// waits without a buffer. Within step, TryRead and Write work and Read does not. A step that has not read all that arrived
// must return false: nothing tells of the rest. Session returns nil when step ended it,
// os.ErrDeadlineExceeded, ErrInterrupted, or the error of the connection.
func (c *Conn) Session(step func() (more bool)) error {
	if c.raw == nil {
		return c.sessionAhead(step)
	}
	for {
		c.op.step = step
		err := c.raw.Read(c.onSession)
		c.fd, c.op.step = -1, nil
		if err == nil {
			return nil
		}
		if err = c.awaitEnded(err); err != nil {
			return err
		}
	}
}

// awaitEnded says why a session that waited for bytes in vain is over: it was interrupted, or err. It is nil where the
// deadline had only to be moved, so that the session waits again.
func (c *Conn) awaitEnded(err error) error {
	switch {
	case c.interrupted.Load():
		return ErrInterrupted
	case !c.struck(err, &c.read, c.nc.SetReadDeadline):
		return err
	case c.interrupted.Load(): // while the deadline was moved
		return ErrInterrupted
	}
	return nil
}

// TryRead reads what has arrived into p and returns ErrWouldBlock when nothing has. It returns io.EOF at the end. It works
// within a step of Session only, once on a connection that is neither TCP nor unix.
func (c *Conn) TryRead(p []byte) (int, error) {
	if c.raw == nil {
		return c.Read(p)
	}
	n, err := receive(c.fd, p, 0)
	if err == nil && n == 0 {
		return 0, io.EOF
	}
	return n, err
}

// visible is what can be looked at without reading; nil where nothing can.
func (c *Conn) visible() syscall.RawConn {
	if c.raw != nil {
		return c.raw
	}
	return c.under
}

// Ended reports whether the peer has closed or reset the connection and nothing that it sent is left to be read.
func (c *Conn) Ended() bool {
	raw := c.visible()
	if raw == nil {
		return false
	}
	ended := false
	err := raw.Control(func(fd uintptr) {
		var one [1]byte
		n, err := receive(int(fd), one[:], peekFlag)
		ended = n == 0 && err != ErrWouldBlock //nolint:errorlint // receive returns it as it is
	})
	return err != nil || ended
}

// Unread reports whether the peer has sent something that was not read.
func (c *Conn) Unread() bool {
	raw := c.visible()
	if raw == nil {
		return false
	}
	unread := false
	err := raw.Control(func(fd uintptr) {
		var one [1]byte
		n, _ := receive(int(fd), one[:], peekFlag) // an error is nothing to be read
		unread = n > 0
	})
	return err == nil && unread
}

// Probe returns ErrStale when the peer has closed the connection or sent something.
func (c *Conn) Probe() error {
	if c.raw == nil {
		if c.Ended() || c.Unread() {
			return ErrStale
		}
		return nil
	}
	c.op.phase, c.op.err = probing, nil
	if err := c.raw.Read(c.onProbe); err != nil {
		return c.probeAgain(err)
	}
	return c.op.err
}

// probeAgain repeats a look that an early deadline kept from being taken.
func (c *Conn) probeAgain(err error) error {
	if !c.struck(err, &c.read, c.nc.SetReadDeadline) {
		return ErrStale
	}
	if c.raw.Read(c.onProbe) != nil {
		return ErrStale
	}
	return c.op.err
}

// RoundTrip writes out and reads the first bytes that come back into in. With probe it looks first whether the
// connection, idle until then, is as it should be, and returns ErrStale with nothing written when it is not. wrote is the
// number of bytes that were written; err is the write's when it is less than len(out).
func (c *Conn) RoundTrip(out, in []byte, probe bool) (wrote, n int, err error) {
	if c.raw == nil {
		if probe {
			if err = c.Probe(); err != nil {
				return 0, 0, err
			}
		}
		wrote, err = c.Write(out)
		if err != nil {
			return wrote, 0, err
		}
		n, err = c.Read(in)
		return wrote, n, err
	}
	c.op.out, c.op.in, c.op.n, c.op.wrote, c.op.err, c.op.phase = out, in, 0, 0, nil, sending
	if c.op.fresh = !probe; probe {
		c.op.phase = probing
	}
	for {
		err = c.raw.Read(c.onRoundTrip)
		if err == nil || !c.struck(err, &c.read, c.nc.SetReadDeadline) {
			break
		}
	}
	wrote = c.op.wrote
	c.op.out, c.op.in = nil, nil
	if err != nil {
		return wrote, 0, err
	}
	if c.op.phase != receiving && errors.Is(c.op.err, ErrWouldBlock) {
		rest, err := c.Write(out[wrote:])
		if wrote += rest; err != nil {
			return wrote, 0, err
		}
		n, err = c.Read(in)
		return wrote, n, err
	}
	n, err = c.result()
	return wrote, n, err
}
