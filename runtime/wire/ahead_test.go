package wire

import (
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"github.com/lbconf/lbconf/runtime/internal/clock"
)

// carried is a connection that only net.Conn's methods work on, over one that can be looked at: as one of TLS.
type carried struct{ net.Conn }

func (c carried) NetConn() net.Conn { return c.Conn }

func carriedPair(t *testing.T) (*Conn, net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	peer, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	nc, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = peer.Close(), nc.Close() })
	return NewConn(carried{nc}, clock.Wall{}), peer
}

// TestSessionAhead: each message is seen whole, and an interruption ends the wait for the next.
func TestSessionAhead(t *testing.T) {
	c, peer := carriedPair(t)
	if _, err := peer.Write([]byte("first")); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 100)
	messages := ""
	done := make(chan error, 1)
	go func() {
		now := time.Now()
		c.IdleBy(now.Add(5*time.Second), now)
		done <- c.Session(func() bool {
			n, err := c.TryRead(buf)
			messages += string(buf[:n]) + "|"
			if n == len("first") {
				_, _ = peer.Write([]byte("again"))
			}
			if len(messages) > len("first|") {
				c.Interrupt()
			}
			return err == nil
		})
	}()
	if err := <-done; !errors.Is(err, ErrInterrupted) || messages != "first|again|" {
		t.Errorf("%q: %v", messages, err)
	}
}

// TestCarriedEnds: what the peer sent or that it is gone is seen without reading, and an idle connection goes by its
// deadline.
func TestCarriedEnds(t *testing.T) {
	c, peer := carriedPair(t)
	if c.Ended() || c.Unread() || c.Probe() != nil {
		t.Error("a silent connection is fresh")
	}
	now := time.Now()
	c.IdleBy(now.Add(50*time.Millisecond), now)
	if err := c.Session(func() bool { return true }); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("the wait ended with %v", err)
	}
	if _, err := peer.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	for !c.Unread() {
		time.Sleep(time.Millisecond)
	}
	if _, _, err := c.RoundTrip([]byte("q"), make([]byte, 1), true); !errors.Is(err, ErrStale) {
		t.Errorf("a connection that has bytes is used: %v", err)
	}
	c.ReadBy(time.Now().Add(5 * time.Second))
	if n, err := c.Read(make([]byte, 5)); n != 1 || err != nil {
		t.Errorf("%d bytes: %v", n, err)
	}
	_ = peer.Close()
	for !c.Ended() {
		time.Sleep(time.Millisecond)
	}
	if err := c.Session(func() bool { return true }); !errors.Is(err, io.EOF) {
		t.Errorf("the end is %v", err)
	}
}

// TestWriteBehindACut: nobody goes on writing behind a write that a deadline struck, not even one who waits for others.
func TestWriteBehindACut(t *testing.T) {
	c, _ := carriedPair(t)
	c.WriteBy(time.Now().Add(50 * time.Millisecond))
	if _, err := c.Write(make([]byte, 64<<20)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("the write ended with %v", err)
	}
	c.WriteBy(time.Now().Add(time.Second))
	if _, err := c.Write([]byte("x")); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("it is gone on with: %v", err)
	}
}
