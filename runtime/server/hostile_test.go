package server_test

import (
	"fmt"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestHostileBytes: whatever a client or a backend sends, the server answers or closes within its time, keeps serving
// others, and nothing is left of it.
func TestHostileBytes(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	pieces := []string{
		"GET / HTTP/1.1\r\n", "GET", " ", "/", "\r\n", "\n", "\r", "Host: a\r\n", "Content-Length: 5\r\n", "Content-Length: 99999999999999999999\r\n",
		"Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n", "0\r\n\r\n", "ffffffffffffffff\r\n", "Expect: 100-continue\r\n", "Connection: close, \x00\r\n",
		"HTTP/1.1 200 OK\r\n", "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 204 No\r\n", "\x00", "\xff", ":", ";", "Connection: X\r\nX: y\r\n", strings.Repeat("a", 9000), " folded\r\n",
	}
	var mu sync.Mutex
	noise := func() string {
		mu.Lock()
		defer mu.Unlock()
		var text strings.Builder
		for range random.IntN(12) {
			text.WriteString(pieces[random.IntN(len(pieces))])
		}
		return text.String()
	}
	b := newBackend(t, func(_ int, request string) (string, bool) {
		if strings.HasPrefix(request, "GET /good") {
			return ok, false
		}
		return noise(), true
	})
	_, addr := start(t, "ProxyTimeout 1\nProxyPass / http://"+b.addr+"/\n")
	var clients sync.WaitGroup
	for range 20 {
		clients.Go(func() {
			for range 5 {
				request := noise()
				if strings.HasPrefix(request, "GET") || len(request) == 0 {
					request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n" + request
				}
				throw(t, addr, request)
			}
		})
	}
	clients.Wait()
	for i := range 5 {
		if r, body := dial(t, addr).get(fmt.Sprintf("/good/%d", i)); r.StatusCode != 200 || body != "ok" {
			t.Errorf("after it %d %q", r.StatusCode, body)
		}
	}
}

// throw sends a request to which something must come, if only the end of the connection.
func throw(t *testing.T, addr, request string) {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Error(err)
		return
	}
	defer closeQuietly(conn)
	_, _ = conn.Write([]byte(request)) // the server may have closed already
	_ = conn.(*net.TCPConn).CloseWrite()
	_ = conn.SetReadDeadline(time.Now().Add(20 * time.Second))
	if err := drain(conn); err != nil {
		t.Errorf("%q: %v", request, err)
	}
}

// drain reads until the connection ends, and returns an error when that takes too long.
func drain(conn net.Conn) error {
	buf := make([]byte, 4096)
	for {
		if _, err := conn.Read(buf); err != nil {
			if timeout, ok := err.(net.Error); ok && timeout.Timeout() { //nolint:errorlint // a net.Conn returns it as it is
				return err
			}
			return nil
		}
	}
}
