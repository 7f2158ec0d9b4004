package wire

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"github.com/lbconf/lbconf/runtime/internal/clock"
)

// pair returns two ends of a connection: one over TCP, one in memory, which Conn reaches by net.Conn's methods only.
func pair(t *testing.T, network string) (*Conn, net.Conn) {
	t.Helper()
	var here, there net.Conn
	if network == "pipe" {
		here, there = net.Pipe()
	} else {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = l.Close() }()
		if there, err = net.Dial("tcp", l.Addr().String()); err != nil {
			t.Fatal(err)
		}
		if here, err = l.Accept(); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { _, _ = here.Close(), there.Close() })
	return NewConn(here, clock.Wall{}), there
}

// networks are those that a test of both ways to the system runs over.
var networks = []string{"tcp", "pipe"}

func TestReadWrite(t *testing.T) {
	for _, network := range networks {
		t.Run(network, func(t *testing.T) {
			c, peer := pair(t, network)
			big := bytes.Repeat([]byte("0123456789abcdef"), 1<<17) // more than any socket buffer
			go func() {
				_, _ = io.Copy(peer, io.LimitReader(peer, int64(len(big))))
				_ = peer.Close()
			}()
			done := make(chan error, 1)
			go func() {
				_, err := c.Write(big)
				done <- err
			}()
			reader := NewConn(c.NetConn(), clock.Wall{})
			var got []byte
			buf := make([]byte, 1<<16)
			for {
				n, err := reader.Read(buf)
				got = append(got, buf[:n]...)
				if err != nil {
					if !errors.Is(err, io.EOF) {
						t.Errorf("Read: %v, want io.EOF", err)
					}
					break
				}
			}
			if err := <-done; err != nil || !bytes.Equal(got, big) {
				t.Errorf("%d of %d bytes came back, %v", len(got), len(big), err)
			}
		})
	}
}

// TestSession: each request that arrives is seen, also when it arrives while the one before is in work, which is where an
// arrival could be forgotten.
func TestSession(t *testing.T) {
	c, peer := pair(t, "tcp")
	const rounds = 2000
	go func() {
		one := make([]byte, 2)
		for i := range rounds {
			_, _ = peer.Write([]byte("a"))
			if i%3 == 0 {
				time.Sleep(20 * time.Microsecond)
			}
			_, _ = peer.Write([]byte("b"))
			_, _ = io.ReadFull(peer, one)
		}
		_ = peer.Close()
	}()
	c.ReadBy(time.Now().Add(10 * time.Second))
	buf := make([]byte, 1)
	seen := 0
	var last error
	err := c.Session(func() bool {
		n, err := c.TryRead(buf)
		switch {
		case errors.Is(err, ErrWouldBlock):
			return true
		case err != nil:
			last = err
			return false
		}
		seen += n
		if _, err := c.Write(buf[:n]); err != nil {
			last = err
			return false
		}
		for {
			n, err := c.TryRead(buf)
			if errors.Is(err, ErrWouldBlock) {
				return true
			}
			if err != nil {
				last = err
				return false
			}
			seen += n
			_, _ = c.Write(buf[:n])
		}
	})
	if err != nil || !errors.Is(last, io.EOF) || seen != 2*rounds {
		t.Errorf("saw %d bytes of %d, %v, %v", seen, 2*rounds, err, last)
	}
}

// TestDeadlines: a deadline that moves ahead is not missed, and one that is armed earlier does not strike early.
func TestDeadlines(t *testing.T) {
	for _, network := range networks {
		t.Run(network, func(t *testing.T) {
			c, _ := pair(t, network)
			start := time.Now()
			c.ReadBy(start.Add(20 * time.Millisecond))
			c.ReadBy(start.Add(120 * time.Millisecond))
			_, err := c.Read(make([]byte, 1))
			if took := time.Since(start); !errors.Is(err, os.ErrDeadlineExceeded) || took < 120*time.Millisecond {
				t.Errorf("%v after %v, want a deadline after 120ms", err, took)
			}
			c.ReadBy(time.Now().Add(time.Hour))
			c.ReadBy(time.Now().Add(30 * time.Millisecond))
			if _, err := c.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("%v, want a deadline that was moved to an earlier time", err)
			}
		})
	}
}

func TestInterruptEndsSession(t *testing.T) {
	c, _ := pair(t, "tcp")
	time.AfterFunc(20*time.Millisecond, c.Interrupt)
	c.ReadBy(time.Now().Add(10 * time.Second))
	err := c.Session(func() bool {
		_, err := c.TryRead(make([]byte, 1))
		return errors.Is(err, ErrWouldBlock)
	})
	if !errors.Is(err, ErrInterrupted) {
		t.Errorf("%v, want ErrInterrupted", err)
	}
}

func TestRoundTrip(t *testing.T) {
	for _, network := range networks {
		t.Run(network, func(t *testing.T) {
			c, peer := pair(t, network)
			go func() {
				buf := make([]byte, 16)
				for {
					n, err := peer.Read(buf)
					if err != nil {
						return
					}
					_, _ = peer.Write(bytes.ToUpper(buf[:n]))
				}
			}()
			c.ReadBy(time.Now().Add(5 * time.Second))
			in := make([]byte, 16)
			for range 100 {
				wrote, n, err := c.RoundTrip([]byte("abc"), in, true)
				if wrote != 3 || string(in[:n]) != "ABC" || err != nil {
					t.Fatalf("wrote %d, got %q, %v", wrote, in[:n], err)
				}
			}
		})
	}
}

// TestRoundTripLarge: a request that does not fit into the socket is written to its end.
func TestRoundTripLarge(t *testing.T) {
	c, peer := pair(t, "tcp")
	big := make([]byte, 16<<20)
	go func() {
		time.Sleep(20 * time.Millisecond)
		_, _ = io.CopyN(io.Discard, peer, int64(len(big)))
		_, _ = peer.Write([]byte("done"))
	}()
	in := make([]byte, 16)
	wrote, n, err := c.RoundTrip(big, in, true)
	if wrote != len(big) || string(in[:n]) != "done" || err != nil {
		t.Errorf("wrote %d of %d, got %q, %v", wrote, len(big), in[:n], err)
	}
}

func TestStale(t *testing.T) {
	for name, spoil := range map[string]func(net.Conn){
		"closed":     func(peer net.Conn) { _ = peer.Close() },
		"unexpected": func(peer net.Conn) { _, _ = peer.Write([]byte("x")) },
	} {
		t.Run(name, func(t *testing.T) {
			c, peer := pair(t, "tcp")
			if err := c.Probe(); err != nil {
				t.Errorf("Probe of a good connection: %v", err)
			}
			spoil(peer)
			time.Sleep(10 * time.Millisecond)
			if err := c.Probe(); !errors.Is(err, ErrStale) {
				t.Errorf("Probe: %v, want ErrStale", err)
			}
			if wrote, _, err := c.RoundTrip([]byte("a"), make([]byte, 1), true); wrote != 0 || !errors.Is(err, ErrStale) {
				t.Errorf("RoundTrip wrote %d, %v; want ErrStale", wrote, err)
			}
		})
	}
}

// TestEnded: an end and a reset are told from silence and from bytes that wait.
func TestEnded(t *testing.T) {
	for name, test := range map[string]struct {
		change func(net.Conn)
		want   bool
	}{
		"silent": {func(net.Conn) {}, false},
		"bytes":  {func(peer net.Conn) { _, _ = peer.Write([]byte("x")) }, false},
		"closed": {func(peer net.Conn) { _ = peer.Close() }, true},
		"reset":  {func(peer net.Conn) { _, _ = peer.(*net.TCPConn).SetLinger(0), peer.Close() }, true},
	} {
		t.Run(name, func(t *testing.T) {
			c, peer := pair(t, "tcp")
			test.change(peer)
			time.Sleep(10 * time.Millisecond)
			if got := c.Ended(); got != test.want {
				t.Errorf("Ended: %v, want %v", got, test.want)
			}
		})
	}
}

// TestWithin: the bound of a wait for a body can be changed.
func TestWithin(t *testing.T) {
	for name, bounds := range map[string][2]time.Duration{
		"sooner": {time.Hour, 10 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			c, _ := pair(t, "tcp")
			var body BodyReader
			body.Reset(c, Framing{FramingLength, 1}, nil, make([]byte, 1), bounds[0])
			body.Within(bounds[1])
			if err := body.Fill(); !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("Fill: %v, want a deadline", err)
			}
		})
	}
}

// TestNoAllocation: the steady state of both sides costs no memory.
func TestNoAllocation(t *testing.T) {
	c, peer := pair(t, "tcp")
	go func() {
		buf := make([]byte, 16)
		for {
			n, err := peer.Read(buf)
			if err != nil {
				return
			}
			_, _ = peer.Write(buf[:n])
		}
	}()
	in, out := make([]byte, 16), []byte("abc")
	if allocs := testing.AllocsPerRun(1000, func() {
		now := time.Now()
		c.ReadBy(now.Add(time.Minute))
		c.WriteBy(now.Add(time.Minute))
		if _, _, err := c.RoundTrip(out, in, true); err != nil {
			t.Fatal(err)
		}
	}); allocs > 0.01 {
		t.Errorf("%v allocations a round trip", allocs)
	}
}

// TestAnswerBeforeTheRequest: a peer that speaks first, as a backend does that is too busy, is heard at once.
func TestAnswerBeforeTheRequest(t *testing.T) {
	c, peer := pair(t, "tcp")
	if _, err := peer.Write([]byte("busy")); err != nil {
		t.Fatal(err)
	}
	time.Sleep(20 * time.Millisecond) // so that the Go runtime has heard of it
	c.ReadBy(time.Now().Add(2 * time.Second))
	in := make([]byte, 10)
	if _, n, err := c.RoundTrip([]byte("request"), in, false); err != nil || string(in[:n]) != "busy" {
		t.Errorf("%q, %v", in[:n], err)
	}
}
