package script

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/lbconf/lbconf/parser/testenv"
)

// backend is a server behind the engine: it records what it gets and answers as the script says. Its address stays the
// same for the whole script, whether it listens or not.
type backend struct {
	name        string
	reservation *testenv.Reservation
	socket      string              // path of the Unix socket that it listens on; empty for the address
	render      func([]byte) []byte // puts addresses for placeholders into answers
	life        context.Context     //nolint:containedctx // that of the script

	mu       sync.Mutex
	listener net.Listener // nil while connections are refused
	open     map[net.Conn]struct{}
	secure   *backendTLS
	speaks   protocol // nil for HTTP
	answers  []answer // taken in turn; the last one stays
	requests []message
	shown    int // requests that were printed
	accepted int // connections
	tasks    sync.WaitGroup
}

func newBackend(ctx context.Context, name, socket string, render func([]byte) []byte) (*backend, error) {
	reservation, err := testenv.Reserve()
	if err != nil {
		return nil, err
	}
	return &backend{name: name, socket: socket, life: ctx, reservation: reservation, render: render, open: map[net.Conn]struct{}{}}, nil
}

// serve answers as listed from now on, over TLS where secure is not nil. Connections that are open stay open.
func (b *backend) serve(ctx context.Context, answers []answer, secure *backendTLS, speaks protocol) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.answers, b.secure, b.speaks = answers, secure, speaks
	if b.listener != nil {
		return nil
	}
	listener, err := b.listen(ctx)
	if err != nil {
		return err
	}
	b.listener = listener
	b.tasks.Go(func() { b.accept(listener) })
	return nil
}

// listen listens on the address, or on a Unix socket that every account may use.
func (b *backend) listen(ctx context.Context) (net.Listener, error) {
	var config net.ListenConfig
	if b.socket == "" {
		return config.Listen(ctx, "tcp", b.reservation.Addr)
	}
	listener, err := config.Listen(ctx, "unix", b.socket)
	if err != nil {
		return nil, err
	}
	return listener, os.Chmod(b.socket, 0o777) //nolint:gosec // the engine may run under another account
}

// refuse ends all connections and lets new ones be refused.
func (b *backend) refuse() {
	b.mu.Lock()
	listener := b.listener
	b.listener = nil
	for conn := range b.open {
		shutDown(conn)
		_ = conn.Close()
	}
	b.mu.Unlock()
	if listener != nil {
		shutDown(listener)
		_ = listener.Close()
	}
	b.tasks.Wait()
}

// shutDown ends a socket at once. Close alone leaves it open as long as a program that is being started at the same
// moment has inherited it, until its exec.
func shutDown(socket any) {
	s, ok := socket.(syscall.Conn)
	if !ok {
		return
	}
	if raw, err := s.SyscallConn(); err == nil {
		_ = raw.Control(func(fd uintptr) { _ = unix.Shutdown(int(fd), unix.SHUT_RDWR) })
	}
}

func (b *backend) close() error {
	b.refuse()
	return b.reservation.Release()
}

func (b *backend) accept(listener net.Listener) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return // the listener was closed
		}
		b.mu.Lock()
		if b.listener != listener {
			b.mu.Unlock()
			_ = conn.Close()
			return
		}
		b.accepted++
		b.open[conn] = struct{}{}
		drop := len(b.answers) > 0 && b.answers[0].manner == dropping
		if drop {
			b.take()
		}
		secure, speaks := b.secure, b.speaks
		b.mu.Unlock()
		if drop {
			b.forget(conn)
			continue
		}
		b.tasks.Go(func() {
			defer b.forget(conn)
			if speaks != nil {
				b.talkPackets(conn, speaks)
			} else if secure == nil {
				b.talk(conn)
			} else if encrypted, err := secure.wrap(b.life, conn); err == nil {
				b.talk(encrypted)
				_ = encrypted.CloseWrite() // it may be closed already
			}
		})
	}
}

func (b *backend) forget(conn net.Conn) {
	b.mu.Lock()
	delete(b.open, conn)
	b.mu.Unlock()
	_ = conn.Close()
}

// take returns the next answer; the last one of the list is never used up. The lock is held.
func (b *backend) take() answer {
	a := b.answers[0]
	if len(b.answers) > 1 {
		b.answers = b.answers[1:]
	}
	return a
}

// talk serves one connection until one side closes it.
func (b *backend) talk(conn net.Conn) {
	r := bufio.NewReader(conn)
	proceed := func() error {
		_, err := conn.Write([]byte("HTTP/1.1 100 Continue\r\n\r\n"))
		return err
	}
	for {
		request, early, err := b.readRequest(conn, r, proceed)
		if err != nil && len(request.head) == 0 {
			return
		}
		b.mu.Lock()
		b.requests = append(b.requests, request)
		a := answer{}
		if early == nil {
			a = b.take()
		}
		b.mu.Unlock()
		switch {
		case err != nil:
			return
		case early != nil:
			continue
		case a.manner == webSocket:
			echoWebSocket(b.life, conn, r, request)
			return
		case !b.send(conn, request, a):
			return
		case a.echo:
			echoBytes(conn, r)
			return
		case a.last:
			a.end(conn)
			return
		}
	}
}

// readRequest reads a request. An answer that is early goes out in front of the body, and is returned; where it ends the
// connection, or never comes, the error says so.
func (b *backend) readRequest(conn net.Conn, r *bufio.Reader, proceed func() error) (message, *answer, error) {
	b.mu.Lock()
	early := len(b.answers) > 0 && b.answers[0].early
	b.mu.Unlock()
	if !early {
		request, err := readRequest(r, proceed)
		return request, nil, err
	}
	head, err := readHead(r)
	request := message{head: head}
	if err != nil {
		return request, nil, err
	}
	b.mu.Lock()
	a := b.take()
	ends := a.last || a.manner != reply
	if ends {
		b.requests = append(b.requests, request)
	}
	b.mu.Unlock()
	if a.manner == hang {
		b.hold()
		return message{}, &a, errAnsweredEarly
	}
	if !b.send(conn, request, a) || ends {
		a.end(conn)
		return message{}, &a, errAnsweredEarly
	}
	request.body, err = readBody(r, request, false)
	return request, &a, err
}

var errAnsweredEarly = errors.New("the connection ends before the body is read")

// hold keeps a connection of which nothing is read until the backend refuses connections.
func (b *backend) hold() {
	for {
		time.Sleep(retryPause)
		b.mu.Lock()
		refuses := b.listener == nil
		b.mu.Unlock()
		if refuses || b.life.Err() != nil {
			return
		}
	}
}

// end is how the connection ends behind an answer: a reset comes when what was sent before it was read.
func (a answer) end(conn net.Conn) {
	if a.broken {
		time.Sleep(20 * time.Millisecond)
		breakOff(conn)
	}
}

// breakOff makes the end of a connection a reset.
func breakOff(conn net.Conn) {
	if encrypted, ok := conn.(*tls.Conn); ok {
		conn = encrypted.NetConn()
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
}

// send carries out an answer and reports whether the connection still stands.
func (b *backend) send(conn net.Conn, request message, a answer) bool {
	if a.bytes = b.render(a.bytes); a.manner == tlsReport {
		a.bytes = describe(b.name, conn)
	}
	if a.manner == peerReport {
		a.bytes = plain(200, []byte(b.name+" "+peerOf(conn)), a.last)
	}
	if strings.HasPrefix(request.line(), "HEAD ") {
		if head, err := readHead(bufio.NewReader(strings.NewReader(string(a.bytes)))); err == nil {
			a.bytes = head
		}
	}
	return sendBytes(conn, a)
}

// sendBytes carries out an answer whose bytes are made.
func sendBytes(conn net.Conn, a answer) bool {
	if a.delay > 0 && !stays(conn, a.delay) {
		return false
	}
	switch a.manner {
	case reply, webSocket, tlsReport, peerReport:
	case closing, dropping:
		return false
	case reset:
		breakOff(conn)
		return false
	case hang, mute:
		stays(conn, 0)
		return false
	}
	_, err := conn.Write(a.bytes)
	return err == nil
}

// stays waits for the duration, or without end when it is 0, and reports whether the other side kept the connection.
func stays(conn net.Conn, wait time.Duration) bool {
	if wait > 0 {
		// Bytes that come in meanwhile would be lost here. A proxy sends none before it has the answer.
		_ = conn.SetReadDeadline(time.Now().Add(wait))
		defer func() { _ = conn.SetReadDeadline(time.Time{}) }()
	}
	_, err := conn.Read(make([]byte, 1))
	timeout := net.Error(nil)
	return errors.As(err, &timeout) && timeout.Timeout()
}

// received returns the requests that were not returned before, which are kept for the next time where they are fewer than
// least.
func (b *backend) received(least int) []message {
	b.mu.Lock()
	defer b.mu.Unlock()
	fresh := b.requests[b.shown:]
	if len(fresh) >= least {
		b.shown = len(b.requests)
	}
	return fresh
}

// connections is the number of accepted connections since the backend was first named, and of those that are open.
func (b *backend) connections() (accepted, open int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.accepted, len(b.open)
}

// peerOf is the address that a connection comes from, without its port; none for a socket of the machine.
func peerOf(conn net.Conn) string {
	if tcp, ok := conn.RemoteAddr().(*net.TCPAddr); ok {
		return tcp.IP.String()
	}
	return "none"
}
