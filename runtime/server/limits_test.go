package server_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lbconf/lbconf/runtime/server"
	"github.com/lbconf/lbconf/runtime/upstream"
)

// TestRequestBehindABody: a request that arrives with the rest of a body, and with the end of what the client sends, is
// answered.
func TestRequestBehindABody(t *testing.T) {
	b := newBackend(t, always(ok))
	_, addr := start(t, "ProxyPass / http://"+b.addr+"/\n")
	c := dial(t, addr)
	c.send("POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n")
	time.Sleep(30 * time.Millisecond) // so that the head is taken alone
	c.send("helloGET /2 HTTP/1.1\r\nHost: a\r\n\r\nGET /3 HTTP/1.1\r\nHost: a\r\n\r\n")
	if err := c.conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		if r, body := c.response("GET"); r.StatusCode != 200 || body != "ok" {
			t.Errorf("response %d: %d %q", i, r.StatusCode, body)
		}
	}
}

// TestBodyBehindALongHead: a head that fills the room of a request but for some bytes does not make the body come in
// pieces of as many.
func TestBodyBehindALongHead(t *testing.T) {
	b := newBackend(t, always(ok))
	_, addr := start(t, "ProxyPass / http://"+b.addr+"/\n")
	head := "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
	for i, n := range []int{6000, 6000, 16<<10 - 20 - 12000 - len(head) - len("A: \r\n")*3 - len("\r\n")} {
		head += string(rune('A'+i)) + ": " + strings.Repeat("x", n) + "\r\n"
	}
	c := dial(t, addr)
	const size = 200 << 10
	c.send(head + "\r\n" + fmt.Sprintf("%x\r\n", size) + strings.Repeat("b", size) + "\r\n0\r\n\r\n")
	if r, _ := c.response("POST"); r.StatusCode != 200 {
		t.Fatalf("status %d", r.StatusCode)
	}
	received, _ := b.got()
	if n := strings.Count(received[0], "\r\nb"); n > size/1000 {
		t.Errorf("the backend got the body in %d chunks", n)
	}
}

// TestUnreadRequests: a connection that ends before all requests on it are read ends without a reset, which could take
// responses away from the client.
func TestUnreadRequests(t *testing.T) {
	b := newBackend(t, always(ok))
	_, addr := start(t, "MaxKeepAliveRequests 2\nProxyPass / http://"+b.addr+"/\n")
	c := dial(t, addr)
	const requests = 2000
	go func() { _, _ = io.WriteString(c.conn, strings.Repeat("GET / HTTP/1.1\r\nHost: a\r\n\r\n", requests)) }()
	time.Sleep(100 * time.Millisecond) // so that a reset has come
	text, err := io.ReadAll(c.conn)
	if n := strings.Count(string(text), "200 OK"); err != nil || n != 3 {
		t.Errorf("%d responses, then %v", n, err)
	}
}

// TestBusyConnectionLeavesOthersTime: a client that never stops asking does not keep another waiting, with one processor.
func TestBusyConnectionLeavesOthersTime(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	b := newBackend(t, always(ok))
	_, addr := start(t, "MaxKeepAliveRequests 0\nProxyPass /b http://"+b.addr+"/\n")
	busy := dial(t, addr)
	var running sync.WaitGroup
	running.Go(func() {
		requests := strings.Repeat("GET /none HTTP/1.1\r\nHost: a\r\n\r\n", 1000)
		for {
			if _, err := io.WriteString(busy.conn, requests); err != nil {
				return
			}
		}
	})
	running.Go(func() { _, _ = io.Copy(io.Discard, busy.conn) })
	other := dial(t, addr)
	for range 20 {
		start := time.Now()
		if r, body := other.get("/b"); r.StatusCode != 200 || body != "ok" {
			t.Errorf("%d %q", r.StatusCode, body)
		}
		if took := time.Since(start); took > 2*time.Second {
			t.Errorf("a request took %v", took)
		}
	}
	closeQuietly(busy.conn)
	running.Wait()
}

// TestAborts: clients and backends that leave at any point leave nothing behind: no goroutine and no descriptor (start
// looks for them), no count of requests in work, and members that answer.
func TestAborts(t *testing.T) {
	b := newBackend(t, func(n int, request string) (string, bool) {
		switch {
		case strings.HasPrefix(request, "GET /good"):
			return ok, false
		case n%7 == 0:
			return "HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n" + strings.Repeat("x", 100000), true
		case n%5 == 0:
			return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2000\r\n" + strings.Repeat("x", 0x1000), true
		case n%3 == 0:
			return "", true
		}
		return "HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n" + strings.Repeat("x", 300000), false
	})
	table := upstream.NewTable()
	config := "ProxyTimeout 2\n<Proxy balancer://b>\nBalancerMember http://" + b.addr + " max=20 acquire=500 retry=0\n</Proxy>\nProxyPass / balancer://b/\n"
	p := compile(t, config, table)
	s, addr := startWith(t, p, server.Options{})
	request := "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 40000\r\n\r\n" + strings.Repeat("y", 40000) + "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
	var clients sync.WaitGroup
	for i := range 300 {
		clients.Go(func() {
			random := rand.New(rand.NewPCG(uint64(i), 1))
			conn, err := net.Dial("tcp", addr)
			if err != nil {
				t.Error(err)
				return
			}
			defer closeQuietly(conn)
			_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
			if random.IntN(2) == 0 {
				_ = conn.(*net.TCPConn).SetLinger(0) // it ends with a reset
			}
			cut := random.IntN(len(request) + 1)
			_, _ = io.WriteString(conn, request[:cut]) // the server may have closed already
			_, _ = io.CopyN(io.Discard, conn, int64(random.IntN(2)*random.IntN(200000)*(cut/40000)))
			if i == 150 {
				if err := s.Swap(compile(t, config, table)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	clients.Wait()
	within(t, func() error {
		for _, w := range p.Workers() {
			if busy := w.Slot.Busy(); busy != 0 {
				return fmt.Errorf("%d requests of %s count as in work", busy, w.Name)
			}
		}
		return nil
	})
	// As many as max at once must find a connection.
	for range 20 {
		clients.Go(func() {
			if got := raw(addr, "GET /good HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"); !strings.HasPrefix(got, "HTTP/1.1 200 OK") {
				t.Errorf("after it %.200q", got)
			}
		})
	}
	clients.Wait()
}

// TestMemoryOfLongHeads: connections that sent heads of the largest size keep nothing of them while they are idle.
func TestMemoryOfLongHeads(t *testing.T) {
	b := newBackend(t, always(ok))
	_, addr := start(t, "ProxyPass / http://"+b.addr+"/\n")
	head := "GET / HTTP/1.1\r\nHost: a\r\n"
	for i := range 90 {
		head += fmt.Sprintf("F%d: %s\r\n", i, strings.Repeat("x", 8000))
	}
	inUse := func() int64 {
		debug.FreeOSMemory()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapInuse)
	}
	before := inUse()
	const conns = 20
	for range conns {
		c := dial(t, addr)
		c.send(head + "\r\n")
		if r, body := c.response("GET"); r.StatusCode != 200 || body != "ok" {
			t.Fatalf("%d %q", r.StatusCode, body)
		}
	}
	b.got()
	if grown := (inUse() - before) / conns; grown > 200<<10 {
		t.Errorf("%d KiB a connection", grown>>10)
	}
}

// TestManyNominations: a backend whose head names more fields than any does costs no time to speak of.
func TestManyNominations(t *testing.T) {
	var head strings.Builder
	head.WriteString("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n")
	for range 60 {
		head.WriteString("Connection: " + strings.Repeat("a,", 4000) + "\r\n")
	}
	head.WriteString(strings.Repeat("b:\r\n", 100000))
	b := newBackend(t, always(head.String()+"\r\nok"))
	_, addr := start(t, "ProxyPass / http://"+b.addr+"/\n")
	before := time.Now()
	c := dial(t, addr)
	_ = c.conn.SetDeadline(time.Now().Add(60 * time.Second))
	r, _ := c.get("/")
	if took := time.Since(before); took > 5*time.Second {
		t.Errorf("%d took %v", r.StatusCode, took)
	}
}

// TestTinyChunks: a body in the smallest chunks reaches the backend whole.
func TestTinyChunks(t *testing.T) {
	b := newBackend(t, always(ok))
	_, addr := start(t, "ProxyPass / http://"+b.addr+"/\n")
	c := dial(t, addr)
	const chunks = 20_000
	c.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + strings.Repeat("1\r\nx\r\n", chunks) + "0\r\n\r\n")
	if r, _ := c.response("POST"); r.StatusCode != 200 {
		t.Errorf("status %d", r.StatusCode)
	}
	received, _ := b.got()
	_, body, _ := strings.Cut(received[0], "\r\n\r\n")
	if n := strings.Count(body, "x"); n != chunks {
		t.Errorf("the backend got %d bytes, want %d", n, chunks)
	}
}

// TestRequestsThatFillTheRoom: requests whose last one ends where the room of a read does are followed by those that came
// with them.
func TestRequestsThatFillTheRoom(t *testing.T) {
	b := newBackend(t, always(ok))
	_, addr := start(t, "MaxKeepAliveRequests 0\nProxyPass /b http://"+b.addr+"/\n")
	head := "GET /none HTTP/1.1\r\nHost: a\r\nX: \r\n\r\n"
	request := strings.Replace(head, "X: ", "X: "+strings.Repeat("x", 64-len(head)), 1)
	const requests = 1024
	c := dial(t, addr)
	c.send(strings.Repeat(request, requests))
	_ = c.conn.SetDeadline(time.Now().Add(3 * time.Second))
	for i := range requests {
		if r, _ := c.response("GET"); r.StatusCode != 404 {
			t.Fatalf("response %d: %d", i, r.StatusCode)
		}
	}
}

// TestEndBehindARequest: the end of what a client sends is noticed when it comes with a request, so that a client that
// left does not hold its connection for the time for which connections are kept.
func TestEndBehindARequest(t *testing.T) {
	b := newBackend(t, always(ok))
	_, addr := start(t, "KeepAliveTimeout 60\nProxyPass / http://"+b.addr+"/\n")
	var clients sync.WaitGroup
	for i := range 10 {
		c := dial(t, addr)
		if i%2 == 0 { // behind a request, since the first on a connection is accepted with it
			c.get("/")
		}
		c.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
		if err := c.conn.(*net.TCPConn).CloseWrite(); err != nil {
			t.Fatal(err)
		}
		clients.Go(func() {
			_ = c.conn.SetDeadline(time.Now().Add(5 * time.Second))
			if got, err := io.ReadAll(c.r); err != nil || !strings.HasSuffix(string(got), "ok") {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
	clients.Wait()
}

// TestLogsAreText: whatever clients and backends send, a request is one line of printable characters in the access log and
// each record of the server's own log is one line too.
func TestLogsAreText(t *testing.T) {
	var every strings.Builder
	for c := 1; c < 256; c++ {
		every.WriteByte(byte(c))
	}
	b := newBackend(t, always("HTTP/1.1 302 \x1b[2J\r\nLocation: /\xff\"\\\r\nContent-Length: 0\r\n\r\n"))
	name := filepath.Join(t.TempDir(), "access.log")
	var own bytes.Buffer
	p := compile(t, `RewriteEngine On
RewriteRule (.*) - [E=V:$1]
ProxyPass / http://`+b.addr+`/
CustomLog `+name+` "%h %l %u %r %U %q %m %H %V %v %f %{X}i %{C}C %{V}e %{Location}o %s %b"
`, nil)
	s := newServer(t, p, server.Options{Log: slog.New(slog.NewTextHandler(&own, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx) }()
	addr := s.Addresses()[0].Actual.String()
	requests := []string{
		"GET /%0a%0d%1b%22%5c%ff?%0a\xff\" HTTP/1.1\r\nHost: a\r\nX: \"\xff\\\tx\r\nCookie: C=\xff\"\\\r\nConnection: close\r\n\r\n",
		"GET /" + every.String() + " HTTP/1.1\r\nHost: a\r\n\r\n",
		every.String() + "\r\n\r\n",
		"\x1b[2J" + strings.Repeat("\x07", 9000) + "\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: \x1b\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\nX: \x1b\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\nExpect: \xff\"\r\n\r\n",
	}
	for _, request := range requests {
		_ = raw(addr, request) // what the log says of it counts
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(text, []byte("\n")); n != len(requests) {
		t.Errorf("%d lines for %d requests", n, len(requests))
	}
	for _, line := range append(bytes.Split(text, []byte("\n")), bytes.Split(own.Bytes(), []byte("\n"))...) {
		if i := bytes.IndexFunc(line, func(r rune) bool { return r < ' ' || r > '~' }); i >= 0 {
			t.Errorf("%.300q is not text at %d", line, i)
		}
	}
	if own.Len() == 0 {
		t.Error("the server said nothing of the requests that it refused")
	}
}
