package server_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lbconf/lbconf/runtime/server"
	"github.com/lbconf/lbconf/runtime/upstream"
)

// client is a connection on which a test sends requests one after the other.
type client struct {
	t    *testing.T
	conn net.Conn
	r    *bufio.Reader
}

func dial(t *testing.T, addr string) *client {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	return &client{t, conn, bufio.NewReader(conn)}
}

func (c *client) send(text string) {
	c.t.Helper()
	if _, err := io.WriteString(c.conn, text); err != nil {
		c.t.Fatal(err)
	}
}

// reply is what a test looks at in a response.
type reply struct {
	StatusCode int
	Header     http.Header
	Close      bool
}

// response reads a response with its body.
func (c *client) response(method string) (reply, string) {
	c.t.Helper()
	response, err := http.ReadResponse(c.r, &http.Request{Method: method})
	if err != nil {
		c.t.Fatalf("no response: %v", err)
	}
	body, err := io.ReadAll(response.Body)
	if err := errors.Join(err, response.Body.Close()); err != nil {
		c.t.Fatalf("body: %v", err)
	}
	return reply{response.StatusCode, response.Header, response.Close}, string(body)
}

func (c *client) get(path string, fields ...string) (reply, string) {
	c.t.Helper()
	c.send("GET " + path + " HTTP/1.1\r\nHost: front.test\r\n" + strings.Join(append(fields, ""), "\r\n") + "\r\n")
	return c.response("GET")
}

// closed says whether the server has closed the connection, within a second.
func (c *client) closed() bool {
	_ = c.conn.SetReadDeadline(time.Now().Add(time.Second))
	_, err := c.r.ReadByte()
	return errors.Is(err, io.EOF)
}

// TestConnections holds how many connections a backend sees for six requests on one connection of a client.
func TestConnections(t *testing.T) {
	for name, test := range map[string]struct {
		config string
		conns  int
		field  string
	}{
		"ProxyPass":                 {"ProxyPass / http://BACKEND/\n", 1, "Keep-Alive"},
		"[P] without a worker":      {"RewriteEngine On\nRewriteRule ^/(.*) http://BACKEND/$1 [P]\n", 6, "close"},
		"[P] with ProxySet":         {"RewriteEngine On\nRewriteRule ^/(.*) http://BACKEND/$1 [P]\n<Proxy http://BACKEND>\nProxySet keepalive=On\n</Proxy>\n", 1, "Keep-Alive"},
		"disablereuse":              {"ProxyPass / http://BACKEND/ disablereuse=on\n", 6, "close"},
		"balancer":                  {"<Proxy balancer://b>\nBalancerMember http://BACKEND\n</Proxy>\nProxyPass / balancer://b/\n", 1, "Keep-Alive"},
		"proxy-nokeepalive":         {"RewriteEngine On\nRewriteRule . - [E=proxy-nokeepalive:1]\nProxyPass / http://BACKEND/\n", 6, "close"},
		"backend closes every time": {"ProxyPass / http://BACKEND/ \n", 6, "Keep-Alive"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBackend(t, func(int, string) (string, bool) { return ok, strings.HasPrefix(name, "backend closes") })
			_, addr := start(t, strings.ReplaceAll(test.config, "BACKEND", b.addr))
			c := dial(t, addr)
			for i := range 6 {
				if r, body := c.get("/" + strconv.Itoa(i)); r.StatusCode != 200 || body != "ok" {
					t.Fatalf("request %d: %d %q", i, r.StatusCode, body)
				}
				if strings.HasPrefix(name, "backend closes") {
					time.Sleep(10 * time.Millisecond) // the end must have arrived: a race with it is a 502 in httpd too
				}
			}
			requests, conns := b.got()
			if conns != test.conns || !strings.HasSuffix(requests[5], "\r\nConnection: "+test.field+"\r\n\r\n") {
				t.Errorf("%d connections, want %d; last request %q, want Connection: %s", conns, test.conns, requests[5], test.field)
			}
		})
	}
}

// TestFailover: a member that refuses connections is left out, a body is sent again, and a member that answers nonsense
// or nothing is neither marked nor replaced.
func TestFailover(t *testing.T) {
	body := strings.Repeat("x", 50000)
	requests := map[string]string{
		"GET":     "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
		"length":  "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 50000\r\n\r\n" + body,
		"chunked": "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nc350\r\n" + body + "\r\n0\r\n\r\n",
	}
	for name, request := range requests {
		t.Run(name, func(t *testing.T) {
			b := newBackend(t, always(ok))
			_, addr := start(t, "<Proxy balancer://b>\nBalancerMember http://127.0.0.1:1\nBalancerMember http://"+b.addr+"\n</Proxy>\nProxyPass / balancer://b/\n")
			c := dial(t, addr)
			for range 3 {
				c.send(request)
				if r, got := c.response("GET"); r.StatusCode != 200 || got != "ok" {
					t.Fatalf("%d %q", r.StatusCode, got)
				}
			}
			received, _ := b.got()
			for _, got := range received {
				if want := strings.Count(request, "x"); strings.Count(got, "x") != want {
					t.Errorf("backend got %d bytes of the body, want %d", strings.Count(got, "x"), want)
				}
			}
			if len(received) != 3 {
				t.Errorf("backend got %d requests, want 3", len(received))
			}
		})
	}
}

func TestBalancerStatus(t *testing.T) {
	good := always(ok)
	nothing := func(int, string) (string, bool) { return "", true }
	busy := always("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n")
	tests := map[string]struct {
		first  answer
		params string // of the balancer
		want   string // statuses of four requests, each on a connection of its own
	}{
		"a member that closes is tried again and again": {nothing, "", "502 200 502 200"},
		"a status of the backend is passed on":          {busy, "", "503 200 503 200"},
		"failonstatus marks":                            {busy, "failonstatus=503", "503 200 200 200"},
		"both good":                                     {good, "", "200 200 200 200"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			a, b := newBackend(t, test.first), newBackend(t, good)
			config := "<Proxy balancer://b>\nBalancerMember http://" + a.addr + "\nBalancerMember http://" + b.addr + "\n"
			if test.params != "" {
				config += "ProxySet " + test.params + "\n"
			}
			_, addr := start(t, config+"</Proxy>\nProxyPass / balancer://b/\n")
			var got []string
			for range 4 {
				r, _ := dial(t, addr).get("/")
				got = append(got, strconv.Itoa(r.StatusCode))
			}
			if strings.Join(got, " ") != test.want {
				t.Errorf("%v, want %s", got, test.want)
			}
		})
	}
}

// TestAllMembersDown: with all members down the answer is 503, and the recovery tries them again each time.
func TestAllMembersDown(t *testing.T) {
	_, addr := start(t, "<Proxy balancer://b>\nBalancerMember http://127.0.0.1:1\nBalancerMember http://127.0.0.1:2\n</Proxy>\nProxyPass / balancer://b/\n")
	for range 3 {
		if r, _ := dial(t, addr).get("/"); r.StatusCode != 503 {
			t.Errorf("%d, want 503", r.StatusCode)
		}
	}
}

// TestStreamsResponse: what a backend sends reaches the client before the backend goes on.
func TestStreamsResponse(t *testing.T) {
	l := listen(t)
	next := make(chan string)
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer closeQuietly(conn)
		_, _ = readMessage(bufio.NewReader(conn))
		for piece := range next {
			_, _ = io.WriteString(conn, piece)
		}
	}()
	_, addr := start(t, "ProxyPass / http://"+l.Addr().String()+"/\n")
	c := dial(t, addr)
	c.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	next <- "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	for line := ""; line != "\r\n"; {
		var err error
		if line, err = c.r.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
	}
	for _, word := range []string{"one", "two", "three"} {
		next <- fmt.Sprintf("%x\r\n%s\r\n", len(word), word)
		got := make([]byte, len(word)+5)
		if _, err := io.ReadFull(c.r, got); err != nil || !strings.Contains(string(got), word) {
			t.Fatalf("%q, %v; want %q at once", got, err, word)
		}
	}
	close(next)
}

// TestStreamsRequest: a body reaches the backend as it comes, behind what is fetched before.
func TestStreamsRequest(t *testing.T) {
	l := listen(t)
	got := make(chan string, 100)
	done := make(chan struct{})
	go func() {
		defer close(done)
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer closeQuietly(conn)
		buf := make([]byte, 1<<16)
		for {
			n, err := conn.Read(buf)
			if err != nil {
				return
			}
			got <- string(buf[:n])
			if bytes.HasSuffix(buf[:n], []byte("0\r\n\r\n")) {
				_, _ = io.WriteString(conn, ok)
			}
		}
	}()
	_, addr := start(t, "ProxyPass / http://"+l.Addr().String()+"/\n")
	c := dial(t, addr)
	first := strings.Repeat("x", 20000)
	c.send(fmt.Sprintf("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n", len(first), first))
	for count := 0; count < len(first); {
		count += strings.Count(<-got, "x")
	}
	c.send("5\r\npiece\r\n")
	if piece := <-got; !strings.Contains(piece, "piece") {
		t.Errorf("%q, want the piece", piece)
	}
	c.send("0\r\n\r\n")
	if r, body := c.response("POST"); r.StatusCode != 200 || body != "ok" {
		t.Errorf("%d %q", r.StatusCode, body)
	}
	_ = c.conn.Close()
}

// TestLargeBodies: bodies of some megabytes go through unchanged in both directions, however they are framed.
func TestLargeBodies(t *testing.T) {
	big := make([]byte, 5<<20)
	for i := range big {
		big[i] = byte(i * 7 >> 3)
	}
	backend := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got, err := io.ReadAll(r.Body)
		if r.Method == http.MethodPost && (err != nil || !bytes.Equal(got, big)) {
			http.Error(w, fmt.Sprintf("%d bytes, %v", len(got), err), http.StatusTeapot)
			return
		}
		if r.URL.Path == "/length" {
			w.Header().Set("Content-Length", strconv.Itoa(len(big)))
		}
		_, _ = w.Write(big)
	})}
	l := listen(t)
	_, addr := start(t, "ProxyPass / http://"+l.Addr().String()+"/\n")
	go func() { _ = backend.Serve(l) }()
	t.Cleanup(func() { _ = backend.Close() })
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	for _, path := range []string{"/length", "/chunked"} {
		for _, length := range []int64{0, int64(len(big)), -1} {
			request := &http.Request{Method: http.MethodGet, URL: mustURL("http://" + addr + path), Header: http.Header{}}
			if length != 0 {
				request.Method, request.ContentLength, request.Body = http.MethodPost, length, io.NopCloser(bytes.NewReader(big))
			}
			response, err := transport.RoundTrip(request)
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(response.Body)
			if err != nil || response.StatusCode != 200 || !bytes.Equal(got, big) {
				t.Errorf("%s, request of length %d: %d, %d bytes, %v", path, length, response.StatusCode, len(got), err)
			}
			_ = response.Body.Close()
		}
	}
}

// TestExpect: the client waits for a 100, which comes from the backend; a final response comes without the body.
func TestExpect(t *testing.T) {
	post := "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n"
	t.Run("continue", func(t *testing.T) {
		l := listen(t)
		received := make(chan string, 2)
		go func() {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			defer closeQuietly(conn)
			buf := make([]byte, 4096)
			n, _ := conn.Read(buf)
			received <- string(buf[:n])
			_, _ = io.WriteString(conn, "HTTP/1.1 100 Continue\r\n\r\n")
			n, _ = conn.Read(buf)
			received <- string(buf[:n])
			_, _ = io.WriteString(conn, ok)
		}()
		_, addr := start(t, "ProxyPass / http://"+l.Addr().String()+"/\n")
		c := dial(t, addr)
		c.send(post)
		if head := <-received; !strings.Contains(head, "Expect: 100-continue\r\n") || !strings.HasSuffix(head, "\r\n\r\n") {
			t.Errorf("head %q, want Expect and no body", head)
		}
		if line, _ := c.r.ReadString('\n'); line != "HTTP/1.1 100 Continue\r\n" {
			t.Errorf("%q, want 100 Continue", line)
		}
		_, _ = c.r.ReadString('\n')
		c.send("hello")
		if body := <-received; body != "hello" {
			t.Errorf("body %q", body)
		}
		if r, got := c.response("POST"); r.StatusCode != 200 || got != "ok" {
			t.Errorf("%d %q", r.StatusCode, got)
		}
	})
	t.Run("refused", func(t *testing.T) {
		l := listen(t)
		go func() {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			defer closeQuietly(conn)
			_, _ = conn.Read(make([]byte, 4096))
			_, _ = io.WriteString(conn, "HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno")
			_, _ = conn.Read(make([]byte, 1))
		}()
		_, addr := start(t, "ProxyPass / http://"+l.Addr().String()+"/\n")
		c := dial(t, addr)
		c.send(post)
		if r, got := c.response("POST"); r.StatusCode != 403 || got != "no" || !r.Close {
			t.Errorf("%d %q, close %v; want 403 and close", r.StatusCode, got, r.Close)
		}
	})
	t.Run("own", func(t *testing.T) {
		b := newBackend(t, always(ok))
		_, addr := start(t, "Proxy100Continue Off\nProxyPass / http://"+b.addr+"/\n")
		c := dial(t, addr)
		c.send(post)
		if line, _ := c.r.ReadString('\n'); line != "HTTP/1.1 100 Continue\r\n" {
			t.Errorf("%q, want 100 Continue", line)
		}
		_, _ = c.r.ReadString('\n')
		c.send("hello")
		if r, got := c.response("POST"); r.StatusCode != 200 || got != "ok" {
			t.Errorf("%d %q", r.StatusCode, got)
		}
		if requests, _ := b.got(); strings.Contains(requests[0], "Expect") {
			t.Errorf("%q, want no Expect", requests[0])
		}
	})
}

// TestPing: with ping= the head goes first, and the body when the backend says so; one that says nothing is down.
func TestPing(t *testing.T) {
	l := listen(t)
	received := make(chan string, 3)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer closeQuietly(conn)
				buf := make([]byte, 4096)
				n, _ := conn.Read(buf)
				received <- string(buf[:n])
				if !strings.HasPrefix(string(buf[:n]), "POST /silent") {
					_, _ = io.WriteString(conn, "HTTP/1.1 100 Continue\r\n\r\n")
				}
				if n, _ = conn.Read(buf); n > 0 {
					received <- string(buf[:n])
					_, _ = io.WriteString(conn, ok)
				}
			}()
		}
	}()
	_, addr := start(t, "ProxyPass / http://"+l.Addr().String()+"/ ping=200ms\n")
	c := dial(t, addr)
	c.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello")
	if head := <-received; !strings.Contains(head, "Expect: 100-Continue\r\n") || !strings.HasSuffix(head, "Connection: Keep-Alive\r\n\r\n") {
		t.Errorf("head %q, want Expect and no body", head)
	}
	if body := <-received; body != "hello" {
		t.Errorf("body %q", body)
	}
	if r, got := c.response("POST"); r.StatusCode != 200 || got != "ok" {
		t.Errorf("%d %q, want 200 and nothing before it", r.StatusCode, got)
	}
	c = dial(t, addr)
	c.send("POST /silent HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello")
	if r, _ := c.response("POST"); r.StatusCode != 503 {
		t.Errorf("%d from a backend that is silent, want 503", r.StatusCode)
	}
}

// TestKeepAlive: the number of requests and the time between them are bounded as the configuration says.
func TestKeepAlive(t *testing.T) {
	b := newBackend(t, always(ok))
	proxyPass := "ProxyPass / http://" + b.addr + "/\n"
	t.Run("requests", func(t *testing.T) {
		_, addr := start(t, "MaxKeepAliveRequests 2\n"+proxyPass)
		c := dial(t, addr)
		want := []string{"timeout=5, max=2", "timeout=5, max=1", ""}
		for i := range want {
			if r, _ := c.get("/", "Connection: keep-alive"); r.Header.Get("Keep-Alive") != want[i] || r.Close != (i == 2) {
				t.Errorf("request %d: Keep-Alive %q, close %v; want %q", i, r.Header.Get("Keep-Alive"), r.Close, want[i])
			}
		}
		if !c.closed() {
			t.Error("still open")
		}
	})
	t.Run("time", func(t *testing.T) {
		_, addr := start(t, "KeepAliveTimeout 100ms\n"+proxyPass)
		c := dial(t, addr)
		c.get("/")
		begin := time.Now()
		if !c.closed() || time.Since(begin) < 90*time.Millisecond {
			t.Errorf("closed after %v, want 100ms", time.Since(begin))
		}
	})
	t.Run("off", func(t *testing.T) {
		_, addr := start(t, "KeepAlive Off\n"+proxyPass)
		c := dial(t, addr)
		if r, _ := c.get("/", "Connection: keep-alive"); !r.Close || !c.closed() {
			t.Error("still open")
		}
	})
}

// TestTimeouts: a backend that is silent gives 502, one that is silent in the middle a response that breaks off.
func TestTimeouts(t *testing.T) {
	l := listen(t)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer closeQuietly(conn)
				request, _ := readMessage(bufio.NewReader(conn))
				if strings.HasPrefix(request, "GET /half") {
					_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")
				}
				_, _ = conn.Read(make([]byte, 1))
			}()
		}
	}()
	_, addr := start(t, "ProxyTimeout 1\nProxyPass / http://"+l.Addr().String()+"/\n")
	half := make(chan string)
	go func() { half <- raw(addr, "GET /half HTTP/1.1\r\nHost: a\r\n\r\n") }()
	begin := time.Now()
	if r, body := dial(t, addr).get("/"); r.StatusCode != 502 || !strings.Contains(body, "Error reading from remote server") {
		t.Errorf("%d %q, want 502", r.StatusCode, body)
	}
	if took := time.Since(begin); took < 900*time.Millisecond || took > 5*time.Second {
		t.Errorf("after %v, want a second", took)
	}
	if got := <-half; !strings.HasSuffix(got, "\r\n\r\nhalf<open>") && !strings.HasSuffix(got, "\r\n\r\nhalf") {
		t.Errorf("%q, want a body that breaks off", got)
	}
}

// TestClientGone: when the client leaves in the middle of a response, the backend's connection is closed too.
func TestClientGone(t *testing.T) {
	l := listen(t)
	broken := make(chan error, 1)
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer closeQuietly(conn)
		_, _ = readMessage(bufio.NewReader(conn))
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\n\r\n")
		_ = conn.SetWriteDeadline(time.Now().Add(10 * time.Second))
		for err == nil {
			_, err = conn.Write(make([]byte, 1<<16))
		}
		broken <- err
	}()
	_, addr := start(t, "ProxyPass / http://"+l.Addr().String()+"/\n")
	c := dial(t, addr)
	c.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	_, _ = c.r.ReadString('\n')
	_ = c.conn.Close()
	if err := <-broken; os.IsTimeout(err) {
		t.Errorf("the backend could go on writing: %v", err)
	}
}

// TestHeadInPieces: a head may come byte by byte and be larger than the buffer.
func TestHeadInPieces(t *testing.T) {
	b := newBackend(t, always(ok))
	_, addr := start(t, "ProxyPass / http://"+b.addr+"/\n")
	c := dial(t, addr)
	for _, char := range "GET /pieces HTTP/1.1\r\nHost: a\r\nX: 1\r\n 2\r\n\r\n" {
		c.send(string(char))
		time.Sleep(time.Millisecond)
	}
	if r, _ := c.response("GET"); r.StatusCode != 200 {
		t.Errorf("%d", r.StatusCode)
	}
	long := strings.Repeat("y", 8000)
	if r, _ := c.get("/", "A: "+long, "B: "+long, "C: "+long, "D: "+long, "E: "+long); r.StatusCode != 200 {
		t.Errorf("%d for a head of 40 KB", r.StatusCode)
	}
	requests, conns := b.got()
	if len(requests) != 2 || conns != 1 || strings.Count(requests[1], long) != 5 || !strings.Contains(requests[0], "X: 1 2\r\n") {
		t.Errorf("%d requests over %d connections: %.200q", len(requests), conns, requests)
	}
}

// TestLargeResponseHead: the same on the other side.
func TestLargeResponseHead(t *testing.T) {
	long := strings.Repeat("y", 8000)
	b := newBackend(t, always("HTTP/1.1 200 OK\r\nA: "+long+"\r\nB: "+long+"\r\nC: "+long+"\r\nContent-Length: 2\r\n\r\nok"))
	_, addr := start(t, "ProxyPass / http://"+b.addr+"/\n")
	c := dial(t, addr)
	for range 2 {
		if r, body := c.get("/"); len(r.Header.Get("A")+r.Header.Get("B")+r.Header.Get("C")) != 24000 || body != "ok" {
			t.Errorf("fields of %d bytes, body %q", len(r.Header.Get("A")+r.Header.Get("B")+r.Header.Get("C")), body)
		}
	}
}

// TestStop: a stop closes idle connections, lets requests in flight end, and tells their clients that no more follow.
func TestStop(t *testing.T) {
	arrived, release := make(chan struct{}), make(chan struct{})
	b := newBackend(t, func(_ int, request string) (string, bool) {
		if strings.HasPrefix(request, "GET /slow") {
			close(arrived)
			<-release
		}
		return ok, false
	})
	leaks(t)
	s := server.New(compile(t, "ProxyPass / http://"+b.addr+"/\n", nil), server.Options{Listen: map[uint16]string{80: "127.0.0.1:0"}, Drain: 10 * time.Second})
	if err := s.Listen(); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx) }()
	addr := s.Addresses()[0].Actual.String()
	idle, busy := dial(t, addr), dial(t, addr)
	idle.get("/")
	busy.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
	<-arrived
	stop()
	if !idle.closed() {
		t.Error("an idle connection is still open")
	}
	if conn, err := net.Dial("tcp", addr); err == nil {
		_ = conn.Close()
		t.Error("still listens")
	}
	select {
	case err := <-done:
		t.Fatalf("Serve returned with a request in flight: %v", err)
	case <-time.After(50 * time.Millisecond):
	}
	close(release)
	if r, body := busy.response("GET"); r.StatusCode != 200 || body != "ok" || !r.Close {
		t.Errorf("%d %q, close %v; want 200 and close", r.StatusCode, body, r.Close)
	}
	if err := <-done; err != nil {
		t.Errorf("Serve: %v", err)
	}
}

// TestStopCutsOff: what does not end in time is cut off, and said.
func TestStopCutsOff(t *testing.T) {
	arrived, release := make(chan struct{}), make(chan struct{})
	b := newBackend(t, func(int, string) (string, bool) {
		close(arrived)
		<-release
		return "", true
	})
	t.Cleanup(func() { close(release) })
	s := server.New(compile(t, "ProxyPass / http://"+b.addr+"/\n", nil), server.Options{Listen: map[uint16]string{80: "127.0.0.1:0"}, Drain: 50 * time.Millisecond})
	if err := s.Listen(); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx) }()
	c := dial(t, s.Addresses()[0].Actual.String())
	c.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	<-arrived
	stop()
	select {
	case err := <-done:
		if err == nil {
			t.Error("Serve says nothing of the request that was cut off")
		}
	case <-time.After(5 * time.Second):
		t.Fatal("Serve waits for a request beyond its time")
	}
}

// TestSwap: requests after a swap follow the new program, on connections that are open too; the state of workers stays.
func TestSwap(t *testing.T) {
	a, b := newBackend(t, always("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na")), newBackend(t, always("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nb"))
	table := upstream.NewTable()
	dir := t.TempDir()
	config := func(backend, log string) string {
		return "ProxyPass / http://" + backend + "/\nCustomLog " + filepath.Join(dir, log) + " \"%r\"\n"
	}
	s, addr := startWith(t, compile(t, config(a.addr, "one"), table), server.Options{})
	c := dial(t, addr)
	if _, body := c.get("/1"); body != "a" {
		t.Errorf("%q before the swap", body)
	}
	if err := s.Swap(compile(t, config(b.addr, "two"), table)); err != nil {
		t.Fatal(err)
	}
	if _, body := c.get("/2"); body != "b" {
		t.Errorf("%q after the swap", body)
	}
	for name, want := range map[string]string{"one": "GET /1 HTTP/1.1\n", "two": "GET /2 HTTP/1.1\n"} {
		within(t, func() error { // the line is written behind the response
			got, err := os.ReadFile(filepath.Join(dir, name))
			if err == nil && string(got) != want {
				err = fmt.Errorf("log %s: %q, want %q", name, got, want)
			}
			return err
		})
	}
}

// TestSwapUnderLoad: no request fails while programs come and go.
func TestSwapUnderLoad(t *testing.T) {
	b := newBackend(t, always(ok))
	table := upstream.NewTable()
	config := "MaxKeepAliveRequests 0\nProxyPass / http://" + b.addr + "/\nCustomLog " + filepath.Join(t.TempDir(), "log") + " \"%r\"\n"
	s, addr := startWith(t, compile(t, config, table), server.Options{})
	stop := make(chan struct{})
	var clients sync.WaitGroup
	for range 8 {
		c := dial(t, addr)
		clients.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if r, body := c.get("/"); r.StatusCode != 200 || body != "ok" {
					t.Errorf("%d %q", r.StatusCode, body)
					return
				}
			}
		})
	}
	for range 20 {
		if err := s.Swap(compile(t, config, table)); err != nil {
			t.Error(err)
		}
		time.Sleep(5 * time.Millisecond)
	}
	close(stop)
	clients.Wait()
}

// TestAcquire: with max=1 a second request waits for the connection, and gives up when acquire has passed.
func TestAcquire(t *testing.T) {
	release := make(chan struct{})
	b := newBackend(t, func(_ int, request string) (string, bool) {
		if strings.HasPrefix(request, "GET /slow") {
			<-release
		}
		return ok, false
	})
	_, addr := start(t, "ProxyPass / http://"+b.addr+"/ max=1 acquire=100\n")
	slow := dial(t, addr)
	slow.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
	for n := 0; n == 0; {
		b.mu.Lock()
		n = len(b.received)
		b.mu.Unlock()
		time.Sleep(time.Millisecond)
	}
	if r, _ := dial(t, addr).get("/"); r.StatusCode != 503 {
		t.Errorf("%d while the connection is in use, want 503", r.StatusCode)
	}
	waiting := dial(t, addr)
	waiting.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	time.AfterFunc(20*time.Millisecond, func() { close(release) })
	if r, _ := waiting.response("GET"); r.StatusCode != 200 {
		t.Errorf("%d for the request that waited, want 200", r.StatusCode)
	}
	slow.response("GET")
	if _, conns := b.got(); conns != 1 {
		t.Errorf("%d connections, want 1", conns)
	}
}
