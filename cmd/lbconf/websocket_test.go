package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/lbconf/lbconf/cmd/internal/engine"
	"github.com/lbconf/lbconf/parser/testenv"
)

// The sessions of TestWebSocketSessions.
const (
	sessions = 100
	messages = 1000
)

// TestWebSocketSessions: many sessions of many messages at a time arrive complete, on lbconf and on real httpd. A third of
// the clients reads slowly, and a third ends its direction behind its last byte and reads on.
func TestWebSocketSessions(t *testing.T) {
	for _, e := range []engine.Engine{engine.LBConf{Program: lbconfProgram(t)}, engine.HTTPD{}} {
		t.Run(e.Name(), func(t *testing.T) {
			backend := httptest.NewServer(http.HandlerFunc(echoSession))
			defer backend.Close()
			addr := startEngine(t, e, strings.ReplaceAll(`ThreadLimit 128
ThreadsPerChild 128
MaxRequestWorkers 128
ProxyPass /ws ws://BACKEND/ws
ProxyPass /bytes http://BACKEND/bytes upgrade=bytes
`, "BACKEND", strings.TrimPrefix(backend.URL, "http://")))
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Second)
			defer cancel()
			failed := make(chan error, sessions)
			for i := range sessions {
				go func() {
					if i%3 == 0 {
						failed <- halfCloseSession(ctx, addr, i)
					} else {
						failed <- webSocketSession(ctx, addr, i, i%3 == 1)
					}
				}()
			}
			for range sessions {
				if err := <-failed; err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// startEngine runs an engine on a configuration until the test ends, and returns its address.
func startEngine(t *testing.T, e engine.Engine, config string) (addr string) {
	t.Helper()
	engine.Require(t, e)
	dir, err := os.MkdirTemp("", "lbconf-engine-") //nolint:usetesting // httpd's account cannot enter the folder of a test
	if err == nil {
		err = os.Chmod(dir, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	front, err := testenv.Reserve()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = front.Release() })
	if err := os.WriteFile(filepath.Join(dir, "site.conf"), []byte(config), 0o644); err != nil {
		t.Fatal(err)
	}
	process, err := engine.Start(context.Background(), e, engine.Job{Dir: dir, File: "site.conf", Fronts: []engine.Front{{Addr: front.Addr}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(process.Log())
		}
		_ = process.Stop()
	})
	return front.Addr
}

// echoSession is the backend: below /ws WebSocket messages come back, below /bytes bytes do.
func echoSession(w http.ResponseWriter, q *http.Request) {
	if strings.HasPrefix(q.URL.Path, "/bytes") {
		conn, buffered, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer func() { _ = conn.Close() }()
		if _, err := io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: bytes\r\n\r\n"); err == nil {
			_, _ = io.Copy(conn, buffered)
		}
		return
	}
	ws, err := websocket.Accept(w, q, &websocket.AcceptOptions{InsecureSkipVerify: true})
	if err != nil {
		return
	}
	defer func() { _ = ws.CloseNow() }()
	for {
		kind, text, err := ws.Read(q.Context())
		if err != nil || ws.Write(q.Context(), kind, text) != nil {
			return
		}
	}
}

// message is what a session sends as its nth: all are different, and from 12 to some thousand bytes long.
func message(session, n int) []byte {
	size := 12 + n*7%300
	if n%100 == 99 {
		size = 5000
	}
	return bytes.Repeat(fmt.Appendf(nil, "%04d-%06d.", session, n), size/12+1)[:size]
}

// webSocketSession sends all messages and reads all echoes at the same time, the slow ones with pauses.
func webSocketSession(ctx context.Context, addr string, session int, slow bool) error {
	ws, _, err := websocket.Dial(ctx, "ws://"+addr+"/ws", nil) //nolint:bodyclose // the library closes it
	if err != nil {
		return fmt.Errorf("session %d: %w", session, err)
	}
	defer func() { _ = ws.CloseNow() }()
	sent := make(chan error, 1)
	go func() {
		for n := range messages {
			if err := ws.Write(ctx, websocket.MessageBinary, message(session, n)); err != nil {
				sent <- err
				return
			}
		}
		sent <- nil
	}()
	for n := range messages {
		if slow && n%50 == 0 {
			time.Sleep(20 * time.Millisecond)
		}
		if _, text, err := ws.Read(ctx); err != nil || !bytes.Equal(text, message(session, n)) {
			return fmt.Errorf("session %d: message %d came back as %.40q, %w", session, n, text, err)
		}
	}
	if err := <-sent; err != nil {
		return fmt.Errorf("session %d: sending: %w", session, err)
	}
	return ws.Close(websocket.StatusNormalClosure, "")
}

// halfCloseSession switches to a protocol that sends each byte back, ends its direction behind the last message and reads
// to the end.
func halfCloseSession(ctx context.Context, addr string, session int) error {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	if limit, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(limit)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+"/bytes", http.NoBody)
	if err != nil {
		return err
	}
	request.Header = http.Header{"Connection": {"Upgrade"}, "Upgrade": {"bytes"}}
	if err := request.Write(conn); err != nil {
		return err
	}
	r := bufio.NewReader(conn)
	response, err := http.ReadResponse(r, request)
	if err != nil {
		return err
	}
	if err := response.Body.Close(); err != nil || response.StatusCode != http.StatusSwitchingProtocols {
		return fmt.Errorf("session %d: %s, %w", session, response.Status, err)
	}
	sent := make(chan error, 1)
	go func() {
		for n := range messages {
			if _, err := conn.Write(message(session, n)); err != nil {
				sent <- err
				return
			}
		}
		sent <- conn.(*net.TCPConn).CloseWrite()
	}()
	for n := range messages {
		want := message(session, n)
		got := make([]byte, len(want))
		if _, err := io.ReadFull(r, got); err != nil || !bytes.Equal(got, want) {
			return fmt.Errorf("session %d: message %d came back as %.40q, %w", session, n, got, err)
		}
	}
	if n, err := io.Copy(io.Discard, r); n > 0 || err != nil {
		return fmt.Errorf("session %d: %d bytes behind the last message, %w", session, n, err)
	}
	return <-sent
}
