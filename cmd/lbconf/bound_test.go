package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/lbconf/lbconf/cmd/internal/engine"
)

// counter is a backend that takes its time and knows how many requests it had in work at once.
type counter struct {
	mu            sync.Mutex
	working, most int
}

func (c *counter) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	if strings.HasPrefix(q.URL.Path, "/ws") {
		echoSession(w, q)
		return
	}
	c.mu.Lock()
	c.working++
	c.most = max(c.most, c.working)
	c.mu.Unlock()
	time.Sleep(100 * time.Millisecond)
	c.mu.Lock()
	c.working--
	c.mu.Unlock()
	_, _ = io.WriteString(w, "ok")
}

// reached returns the largest number of requests in work since the last call.
func (c *counter) reached() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	most := c.most
	c.most = 0
	return most
}

// TestMaxRequestWorkers: no more requests are in work than the MPM's directives allow, on both engines. Those beyond wait
// and are served; idle connections hold no place, and an open tunnel holds one.
func TestMaxRequestWorkers(t *testing.T) {
	for _, e := range []engine.Engine{engine.LBConf{Program: lbconfProgram(t)}, engine.HTTPD{}} {
		t.Run(e.Name(), func(t *testing.T) {
			c := &counter{}
			backend := httptest.NewServer(c)
			defer backend.Close()
			addr := startEngine(t, e, strings.ReplaceAll(`ServerLimit 1
ThreadsPerChild 4
MaxRequestWorkers 4
KeepAliveTimeout 20
ProxyPass /ws ws://BACKEND/ws
ProxyPass / http://BACKEND/
`, "BACKEND", strings.TrimPrefix(backend.URL, "http://")))
			for range 3 {
				idle := request(t, addr)
				defer func() { _ = idle.Close() }()
			}
			c.reached()
			if failed := requests(addr, 10); failed != nil {
				t.Error(failed)
			}
			if n := c.reached(); n != 4 {
				t.Errorf("%d requests were in work at a time, want 4", n)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			ws, _, err := websocket.Dial(ctx, "ws://"+addr+"/ws", nil) //nolint:bodyclose // the library closes it
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = ws.CloseNow() }()
			if failed := requests(addr, 10); failed != nil {
				t.Error(failed)
			}
			if n := c.reached(); n != 3 {
				t.Errorf("%d requests were in work beside a tunnel, want 3", n)
			}
		})
	}
}

// request sends a request and returns its connection, which is idle then.
func request(t *testing.T, addr string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err == nil {
		_, err = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	}
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err == nil {
		_, err = io.Copy(io.Discard, response.Body)
		_ = response.Body.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

// requests sends n requests at a time, each on a connection of its own.
func requests(addr string, n int) error {
	failed := make(chan error, n)
	for range n {
		go func() {
			transport := &http.Transport{DisableKeepAlives: true}
			response, err := (&http.Client{Transport: transport, Timeout: 20 * time.Second}).Get("http://" + addr + "/")
			if err == nil {
				_ = response.Body.Close()
				if response.StatusCode != http.StatusOK {
					err = fmt.Errorf("status %d", response.StatusCode)
				}
			}
			failed <- err
		}()
	}
	for range n {
		if err := <-failed; err != nil {
			return err
		}
	}
	return nil
}
