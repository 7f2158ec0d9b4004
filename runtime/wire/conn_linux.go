package wire

import (
	"net"
	"syscall"
	"unsafe"
)

// attach finds out whether the connection can be used by system calls and makes the callbacks.
func (c *Conn) attach() {
	if c.raw = rawConn(c.nc); c.raw == nil {
		if carried, ok := c.nc.(interface{ NetConn() net.Conn }); ok {
			c.under = rawConn(carried.NetConn())
		}
		return
	}
	c.onRead, c.onWrite, c.onProbe = c.readReady, c.writeReady, c.probeReady
	c.onSession, c.onRoundTrip, c.onLent = c.sessionReady, c.roundTripReady, c.lentReady
}

// rawConn returns the socket of a TCP or unix connection, nil for others.
func rawConn(nc net.Conn) syscall.RawConn {
	var source syscall.Conn
	switch nc := nc.(type) {
	case *net.TCPConn:
		source = nc
	case *net.UnixConn:
		source = nc
	default:
		return nil
	}
	raw, err := source.SyscallConn()
	if err != nil {
		return nil
	}
	return raw
}

func (c *Conn) readReady(fd uintptr) bool {
	c.op.n, c.op.err = receive(int(fd), c.op.in, 0)
	return c.op.err != ErrWouldBlock //nolint:errorlint // receive returns it as it is
}

// lentReady reads into room that it gives back when nothing has arrived.
func (c *Conn) lentReady(fd uintptr) bool {
	room := c.op.rooms.Take()
	n, err := receive(int(fd), room, 0)
	if err != nil || n == 0 {
		c.op.rooms.Return(room)
		room = nil
	}
	c.op.in, c.op.n, c.op.err = room, n, err
	return err != ErrWouldBlock //nolint:errorlint // receive returns it as it is
}

func (c *Conn) writeReady(fd uintptr) bool {
	n, err := send(int(fd), c.put.out[c.put.n:])
	c.put.n += n
	if err == ErrWouldBlock { //nolint:errorlint // send returns it as it is
		return false
	}
	c.put.err = err
	return true
}

// sessionReady lets the step run. Returning false waits for the next arrival, and the Go runtime keeps an arrival during
// the step in mind: within one RawConn.Read it resets its readiness only at the start.
func (c *Conn) sessionReady(fd uintptr) bool {
	c.fd = int(fd)
	return !c.op.step()
}

// roundTripReady writes only after RawConn.Read has reset the readiness, so that it cannot miss the answer when it then
// waits without having tried to read. On a connection that was not looked at before, the answer may have come earlier than
// the request, so there it tries.
func (c *Conn) roundTripReady(fd uintptr) bool {
	op := &c.op
	switch op.phase {
	case probing:
		if c.probeReady(fd); op.err != nil {
			return true
		}
		op.phase = sending
		fallthrough
	case sending:
		n, err := send(int(fd), op.out[op.wrote:])
		op.wrote += n
		if op.err = err; err != nil {
			return true
		}
		op.phase = receiving
		return op.fresh && c.readReady(fd)
	case receiving:
		return c.readReady(fd)
	}
	return true
}

// probeReady looks whether anything has arrived, the end included.
func (c *Conn) probeReady(fd uintptr) bool {
	if c.op.err = nil; peek(int(fd)) != ErrWouldBlock { //nolint:errorlint // peek returns it as it is
		c.op.err = ErrStale
	}
	return true
}

// receive is recv(2) without waiting. It goes past the Go scheduler, which need not know of a call that does not wait.
func receive(fd int, p []byte, flags uintptr) (int, error) {
	for {
		n, _, errno := syscall.RawSyscall6(syscall.SYS_RECVFROM, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(p))),
			uintptr(len(p)), flags|syscall.MSG_DONTWAIT, 0, 0)
		if errno == 0 {
			return int(n), nil
		}
		if err := failure(errno); err != nil {
			return 0, err
		}
	}
}

// send is send(2) without waiting and without SIGPIPE, repeated until all is written or the socket is full.
func send(fd int, p []byte) (int, error) {
	done := 0
	for done < len(p) {
		n, _, errno := syscall.RawSyscall6(syscall.SYS_SENDTO, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(p[done:]))),
			uintptr(len(p)-done), syscall.MSG_DONTWAIT|syscall.MSG_NOSIGNAL, 0, 0)
		if errno == 0 {
			done += int(n)
		} else if err := failure(errno); err != nil {
			return done, err
		}
	}
	return done, nil
}

// peekFlag lets receive leave the bytes where they are.
const peekFlag = syscall.MSG_PEEK

// peek is receive for one byte that stays where it is.
func peek(fd int) error {
	var one [1]byte
	_, err := receive(fd, one[:], peekFlag)
	return err
}

// failure returns what an error number means: nil for a call that is to be repeated.
func failure(errno syscall.Errno) error {
	if errno == syscall.EINTR {
		return nil
	}
	if errno == syscall.EAGAIN {
		return ErrWouldBlock
	}
	return errno
}
