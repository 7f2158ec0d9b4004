package server_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/lbconf/lbconf/runtime/internal/leaks"
)

// forwarding is the configuration of a forward proxy for this machine.
const forwarding = "ProxyRequests On\nAllowCONNECT 1-65535\n<Proxy *>\nRequire local\n</Proxy>\n"

// connectTo opens a tunnel to a place through a forward proxy.
func connectTo(t *testing.T, addr, to string) *client {
	t.Helper()
	c := dial(t, addr)
	c.send("CONNECT " + to + " HTTP/1.1\r\nHost: " + to + "\r\n\r\n")
	if head, err := readMessage(c.r); err != nil || !strings.HasPrefix(head, "HTTP/1.0 200 Connection Established\r\nProxy-agent: ") {
		t.Fatalf("%q, %v", head, err)
	}
	return c
}

// TestConnectManyAtATime: tunnels of CONNECT carry what each end sends, in both directions at once, to the last byte behind the
// end of the other direction.
func TestConnectManyAtATime(t *testing.T) {
	leaks.Check(t)
	origin := speaking(t, func(conn net.Conn) { _, _ = io.Copy(conn, conn) })
	_, addr := start(t, forwarding)
	const tunnels, size = 30, 200_000
	failed := make(chan error, 2*tunnels)
	for i := range tunnels {
		c := connectTo(t, addr, origin)
		text := strings.Repeat(fmt.Sprintf("%08d", i), size/8)
		go func() {
			_, err := io.WriteString(c.conn, text)
			failed <- errors.Join(err, c.conn.(*net.TCPConn).CloseWrite())
		}()
		go func() {
			got, err := io.ReadAll(c.r)
			if err == nil && string(got) != text {
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

// TestConnectEnds: whichever end of a tunnel breaks off, the other one learns of it.
func TestConnectEnds(t *testing.T) {
	leaks.Check(t)
	gone := make(chan error, 1)
	origin := speaking(t, func(conn net.Conn) {
		_, _ = io.ReadFull(conn, make([]byte, 1))
		_, err := conn.Read(make([]byte, 1))
		gone <- err
	})
	_, addr := start(t, forwarding)
	c := connectTo(t, addr, origin)
	c.send("x")
	_ = c.conn.(*net.TCPConn).SetLinger(0)
	_ = c.conn.Close()
	select {
	case err := <-gone:
		if err == nil {
			t.Error("the origin read a byte that nobody sent")
		}
	case <-time.After(20 * time.Second):
		t.Error("the origin still waits for a client that is gone")
	}
	established := make(chan struct{}) // a reset that comes before is a connection that could not be made
	reset := speaking(t, func(conn net.Conn) {
		<-established
		_ = conn.(*net.TCPConn).SetLinger(0)
	})
	c = connectTo(t, addr, reset)
	close(established)
	if !c.closed() {
		t.Error("the client still waits for an origin that is gone")
	}
}

// TestRemoteProxyHangs: another proxy that never answers CONNECT is given up when the time for the backend has passed, and a
// client that leaves meanwhile leaves nothing behind.
func TestRemoteProxyHangs(t *testing.T) {
	leaks.Check(t)
	remote := speaking(t, func(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) })
	_, addr := start(t, "SSLProxyEngine On\nProxyRemote https http://"+remote+"\nProxyPass / https://backend.test/ timeout=1\n")
	begin := time.Now()
	if got := raw(addr, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"); !strings.HasPrefix(got, "HTTP/1.1 503 ") {
		t.Errorf("%q", got)
	}
	if took := time.Since(begin); took > 3*time.Second {
		t.Errorf("given up after %v", took)
	}
}

// TestReverseProxyIsNeverOpen: without ProxyRequests On nothing that a request line or a field says makes the server connect to
// a place that its configuration does not name.
func TestReverseProxyIsNeverOpen(t *testing.T) {
	leaks.Check(t)
	connected := make(chan struct{}, 100)
	other := speaking(t, func(net.Conn) { connected <- struct{}{} })
	backend := newBackend(t, always("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))
	for _, config := range []string{
		"ProxyPass / http://" + backend.addr + "/\n",
		"ProxyRequests Off\nAllowCONNECT 1-65535\nProxyDomain .test\nNoProxy a .test\nProxyPass / http://" + backend.addr + "/\n",
		"RewriteEngine On\nRewriteRule ^/x/(.*) http://" + backend.addr + "/$1 [P]\n",
		"ProxyRequests On\n<Proxy *>\nRequire local\n</Proxy>\n<VirtualHost *:*>\nServerName a\nProxyRequests Off\nProxyPass / http://" + backend.addr + "/\n</VirtualHost>\n",
	} {
		_, addr := start(t, config)
		for _, line := range []string{
			"CONNECT " + other, "CONNECT http://" + other + "/", "GET http://" + other + "/", "GET http://a@" + other + "/", "GET ws://" + other + "/",
			"GET //" + other + "/", "GET /http://" + other + "/", "GET unix:/x|http://" + other + "/", "GET proxy:http://" + other + "/",
			"GET /x/@" + other + "/", "GET /x/..//" + other + "/", "GET @" + other + "/", "GET .@" + other + "/", "OPTIONS *@" + other, "GET *",
		} {
			raw(addr, line+" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
		}
		select {
		case <-connected:
			t.Errorf("connected to a place that nobody configured by\n%s", config)
		case <-time.After(50 * time.Millisecond):
		}
	}
}
