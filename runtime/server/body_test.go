package server_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestStreamsResponse: what a backend sends reaches the client before the backend goes on.
func TestStreamsResponse(t *testing.T) {
	next := make(chan string)
	backend := speaking(t, func(conn net.Conn) {
		_, _ = readMessage(bufio.NewReader(conn))
		for piece := range next {
			_, _ = io.WriteString(conn, piece)
		}
	})
	_, addr := start(t, "ProxyPass / http://"+backend+"/\n")
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
		received := make(chan string, 2)
		backend := speaking(t, func(conn net.Conn) {
			buf := make([]byte, 4096)
			n, _ := conn.Read(buf)
			received <- string(buf[:n])
			_, _ = io.WriteString(conn, "HTTP/1.1 100 Continue\r\n\r\n")
			n, _ = conn.Read(buf)
			received <- string(buf[:n])
			_, _ = io.WriteString(conn, ok)
		})
		_, addr := start(t, "ProxyPass / http://"+backend+"/\n")
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
		backend := speaking(t, func(conn net.Conn) {
			_, _ = conn.Read(make([]byte, 4096))
			_, _ = io.WriteString(conn, "HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno")
			_, _ = conn.Read(make([]byte, 1))
		})
		_, addr := start(t, "ProxyPass / http://"+backend+"/\n")
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
	received := make(chan string, 3)
	backend := speaking(t, func(conn net.Conn) {
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
	})
	_, addr := start(t, "ProxyPass / http://"+backend+"/ ping=200ms\n")
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

// TestSlowClient: a client that stops reading a large response is given up after the timeout, and its backend with it.
func TestSlowClient(t *testing.T) {
	l, broken := endless(t, "HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n")
	log := filepath.Join(t.TempDir(), "log")
	_, addr := start(t, "ProxyTimeout 1\nTimeout 1\nProxyPass / http://"+l.Addr().String()+"/\nCustomLog "+log+" \"%>s %X\"\n")
	c := dial(t, addr)
	c.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	if err := <-broken; os.IsTimeout(err) {
		t.Errorf("the backend could go on writing: %v", err)
	}
	within(t, func() error {
		got, err := os.ReadFile(log)
		if err == nil && string(got) != "200 X\n" {
			err = fmt.Errorf("log %q, want 200 X", got)
		}
		return err
	})
}
