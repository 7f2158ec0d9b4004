package server_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/lbconf/lbconf/runtime/internal/leaks"
	"github.com/lbconf/lbconf/runtime/server"
	"github.com/lbconf/lbconf/runtime/upstream"
)

const (
	switching = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
	upgrading = "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
)

// switchingBackend switches each connection to a protocol that then speaks on it.
func switchingBackend(t *testing.T, speak func(conn *net.TCPConn)) string {
	t.Helper()
	return speaking(t, func(conn net.Conn) {
		if _, err := readMessage(bufio.NewReaderSize(conn, 16)); err != nil {
			return
		}
		if _, err := io.WriteString(conn, switching); err == nil {
			speak(conn.(*net.TCPConn))
		}
	})
}

// tunnelTo opens a tunnel through the server.
func tunnelTo(t *testing.T, addr string) *client {
	t.Helper()
	c := dial(t, addr)
	c.send(upgrading)
	if head, err := readMessage(c.r); err != nil || head != switching {
		t.Fatalf("%q, %v; want %q", head, err, switching)
	}
	return c
}

// TestTunnelSlowReader: a client that does not read keeps the backend from sending more than the buffers between them
// hold, and gets every byte once it reads.
func TestTunnelSlowReader(t *testing.T) {
	leaks.Check(t)
	block := bytes.Repeat([]byte("0123456789abcdef"), 1<<16)
	const blocks = 64
	sent := make(chan int, blocks)
	origin := switchingBackend(t, func(conn *net.TCPConn) {
		for i := range blocks {
			if _, err := conn.Write(block); err != nil {
				t.Errorf("write: %v", err)
				return
			}
			sent <- i
		}
	})
	_, addr := start(t, "ProxyPass / ws://"+origin+"/\n")
	c := tunnelTo(t, addr)
	time.Sleep(200 * time.Millisecond)
	if n := len(sent); n > blocks/2 {
		t.Errorf("%d of %d MiB were taken off a backend whose client does not read", n, blocks)
	}
	n, err := io.Copy(io.Discard, c.r)
	if err != nil || n != blocks*int64(len(block)) {
		t.Errorf("%d of %d bytes, %v", n, blocks*len(block), err)
	}
}

// TestTunnelEnds: whichever end goes, and however it goes, the other one learns of it.
func TestTunnelEnds(t *testing.T) {
	reset := func(conn *net.TCPConn) { _ = conn.SetLinger(0) }
	for name, test := range map[string]struct {
		origin func(conn *net.TCPConn)
		client func(conn *net.TCPConn)
	}{
		"backend closes": {func(*net.TCPConn) {}, nil},
		"backend resets": {reset, nil},
		"client closes":  {nil, func(conn *net.TCPConn) { _ = conn.Close() }},
		"client resets":  {nil, func(conn *net.TCPConn) { reset(conn); _ = conn.Close() }},
	} {
		t.Run(name, func(t *testing.T) {
			leaks.Check(t)
			ended := make(chan error, 1)
			origin := switchingBackend(t, func(conn *net.TCPConn) {
				if test.origin != nil {
					test.origin(conn)
					return
				}
				_, err := conn.Read(make([]byte, 1))
				ended <- err
			})
			_, addr := start(t, "ProxyPass / ws://"+origin+"/\n")
			c := tunnelTo(t, addr)
			if test.client != nil {
				test.client(c.conn.(*net.TCPConn))
			} else {
				_, err := c.r.ReadByte()
				ended <- err
				_ = c.conn.Close()
			}
			select {
			case err := <-ended:
				if !errors.Is(err, io.EOF) && !errors.Is(err, syscall.ECONNRESET) {
					t.Errorf("the other end reads: %v", err)
				}
			case <-time.After(5 * time.Second):
				t.Error("the other end still waits")
			}
		})
	}
}

// TestTunnelTimeout: a tunnel stays open as long as one direction moves bytes, and ends when both are silent.
func TestTunnelTimeout(t *testing.T) {
	leaks.Check(t)
	origin := switchingBackend(t, func(conn *net.TCPConn) {
		for range 5 {
			time.Sleep(300 * time.Millisecond)
			if _, err := io.WriteString(conn, "."); err != nil {
				t.Errorf("cut off while bytes were moved: %v", err)
				return
			}
		}
		_, _ = conn.Read(make([]byte, 1))
	})
	_, addr := start(t, "Timeout 1\nProxyPass / ws://"+origin+"/\n")
	c := tunnelTo(t, addr)
	begin := time.Now()
	got, err := io.ReadAll(c.r)
	if took := time.Since(begin); string(got) != "....." || err != nil || took < 2400*time.Millisecond || took > 3500*time.Millisecond {
		t.Errorf("%q, %v after %v; want five dots and the end a second later", got, err, took)
	}
}

// TestTunnelIsCutAtTheEnd: a stop leaves an open tunnel alone for the time of draining, and then cuts it.
func TestTunnelIsCutAtTheEnd(t *testing.T) {
	origin := switchingBackend(t, func(conn *net.TCPConn) { _, _ = io.Copy(conn, conn) })
	leaks.Check(t)
	s := newServer(t, compile(t, "ProxyPass / ws://"+origin+"/\n", nil), server.Options{Drain: 300 * time.Millisecond})
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx) }()
	c := tunnelTo(t, s.Addresses()[0].Actual.String())
	stop()
	time.Sleep(50 * time.Millisecond)
	c.send("still here")
	got := make([]byte, len("still here"))
	if _, err := io.ReadFull(c.r, got); err != nil || string(got) != "still here" {
		t.Errorf("%q, %v while draining", got, err)
	}
	if !c.closed() {
		t.Error("the tunnel outlives the time for draining")
	}
	if err := <-done; err == nil || !strings.Contains(err.Error(), "cut off") {
		t.Errorf("Serve: %v; want that something was cut off", err)
	}
}

// TestManyTunnels: many at a time, each with bytes of its own in both directions at once.
func TestManyTunnels(t *testing.T) {
	leaks.Check(t)
	origin := switchingBackend(t, func(conn *net.TCPConn) { _, _ = io.Copy(conn, conn) })
	_, addr := start(t, "ProxyPass / http://"+origin+"/ upgrade=ANY\n")
	const tunnels, size = 50, 200_000
	failed := make(chan error, tunnels)
	for i := range tunnels {
		c := tunnelTo(t, addr)
		text := bytes.Repeat([]byte(fmt.Sprintf("%08d", i)), size/8)
		go func() {
			_, err := c.conn.Write(text)
			failed <- errors.Join(err, c.conn.(*net.TCPConn).CloseWrite())
		}()
		go func() {
			got, err := io.ReadAll(c.r)
			if err == nil && !bytes.Equal(got, text) {
				err = fmt.Errorf("tunnel %d: %d bytes came back, not the %d that were sent", i, len(got), size)
			}
			failed <- err
		}()
	}
	for range 2 * tunnels {
		if err := <-failed; err != nil {
			t.Error(err)
		}
	}
}

// TestTunnelOutlivesSwap: a reload leaves open tunnels alone, and their line goes to the log that they began with.
func TestTunnelOutlivesSwap(t *testing.T) {
	leaks.Check(t)
	origin := switchingBackend(t, func(conn *net.TCPConn) { _, _ = io.Copy(conn, conn) })
	dir, table := t.TempDir(), upstream.NewTable()
	config := func(backend, log string) string {
		return "ProxyPass / " + backend + "/\nCustomLog " + filepath.Join(dir, log) + " \"%>s %r\"\n"
	}
	s, addr := startWith(t, compile(t, config("ws://"+origin, "before"), table), server.Options{})
	c := tunnelTo(t, addr)
	if err := s.Swap(compile(t, config("http://127.0.0.1:1", "after"), table)); err != nil {
		t.Fatal(err)
	}
	c.send("still here")
	got := make([]byte, len("still here"))
	if _, err := io.ReadFull(c.r, got); err != nil || string(got) != "still here" {
		t.Errorf("%q, %v behind a reload", got, err)
	}
	_ = c.conn.Close()
	within(t, func() error {
		text, err := os.ReadFile(filepath.Join(dir, "before"))
		if err == nil && string(text) != "101 GET / HTTP/1.1\n" {
			err = fmt.Errorf("the log has %q", text)
		}
		return err
	})
}
