package server_test

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
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

// closed says whether the server closes the connection, however busy the machine is.
func (c *client) closed() bool {
	_ = c.conn.SetReadDeadline(time.Now().Add(20 * time.Second))
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
	backend := speaking(t, func(conn net.Conn) {
		request, _ := readMessage(bufio.NewReader(conn))
		if strings.HasPrefix(request, "GET /half") {
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")
		}
		_, _ = conn.Read(make([]byte, 1))
	})
	_, addr := start(t, "ProxyTimeout 1\nProxyPass / http://"+backend+"/\n")
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
	l, broken := endless(t, "HTTP/1.1 200 OK\r\n\r\n")
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

// TestAcquire: with max=1 a second request waits for the connection, and gives up when acquire has passed.
func TestAcquire(t *testing.T) {
	release := make(chan struct{})
	b := newBackend(t, func(_ int, request string) (string, bool) {
		if strings.Contains(request, "/slow ") {
			<-release
		}
		return ok, false
	})
	// Two workers of the same backend: one request gives up soon, the other never does.
	_, addr := start(t, "ProxyPass /soon/ http://"+b.addr+"/soon/ max=1 acquire=100\nProxyPass / http://"+b.addr+"/ max=1 acquire=60000\n")
	slow, taken := dial(t, addr), dial(t, addr)
	taken.send("GET /soon/slow HTTP/1.1\r\nHost: a\r\n\r\n")
	slow.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
	for n := 0; n < 2; {
		b.mu.Lock()
		n = len(b.received)
		b.mu.Unlock()
		time.Sleep(time.Millisecond)
	}
	if r, _ := dial(t, addr).get("/soon/"); r.StatusCode != 503 {
		t.Errorf("%d while the connection is in use, want 503", r.StatusCode)
	}
	waiting := dial(t, addr)
	waiting.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	time.AfterFunc(20*time.Millisecond, func() { close(release) })
	if r, _ := waiting.response("GET"); r.StatusCode != 200 {
		t.Errorf("%d for the request that waited, want 200", r.StatusCode)
	}
	slow.response("GET")
	taken.response("GET")
	if _, conns := b.got(); conns != 2 {
		t.Errorf("%d connections, want one for each worker", conns)
	}
}
