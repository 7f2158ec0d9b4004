package server_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lbconf/lbconf/ir/lower"
	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/runtime/internal/leaks"
	"github.com/lbconf/lbconf/runtime/program"
	"github.com/lbconf/lbconf/runtime/server"
	"github.com/lbconf/lbconf/runtime/upstream"
)

// compile makes a program of configuration text.
func compile(tb testing.TB, config string, table *upstream.Table) *program.Program {
	tb.Helper()
	tree := parser.Load(parser.Input{Name: filepath.Join(tb.TempDir(), "test.conf"), Source: []byte(config)})
	lowered, list := lower.Lower(tree)
	for _, d := range list {
		tb.Logf("%v", d)
	}
	p, report := program.Compile(lowered, program.Options{Table: table, ServerRoot: tb.TempDir()})
	for _, entry := range report.Refused {
		tb.Fatalf("refused: %s", entry.Message)
	}
	if err := p.OpenLogs(); err != nil {
		tb.Fatal(err)
	}
	return p
}

// start runs a server on a configuration until the test ends, when nothing may be left of it. It returns the address of
// the port 80 of the configuration.
func start(t *testing.T, config string) (*server.Server, string) {
	t.Helper()
	return startWith(t, compile(t, config, nil), server.Options{})
}

func TestMain(m *testing.M) { os.Exit(leaks.Main(m)) }

// newServer makes a server that listens for port 80 of the configuration, and of which nothing may be left at the end of
// the test.
func newServer(tb testing.TB, p *program.Program, o server.Options) *server.Server {
	tb.Helper()
	leaks.Check(tb)
	o.Listen = map[uint16]string{80: "127.0.0.1:0"}
	s := server.New(p, o)
	if err := s.Listen(); err != nil {
		tb.Fatal(err)
	}
	return s
}

func startWith(t *testing.T, p *program.Program, o server.Options) (*server.Server, string) {
	t.Helper()
	level := slog.LevelError
	if testing.Verbose() {
		level = slog.LevelDebug
	}
	if o.Drain == 0 {
		o.Drain = 5 * time.Second
	}
	o.Log = slog.New(slog.NewTextHandler(testWriter{t}, &slog.HandlerOptions{Level: level}))
	s := newServer(t, p, o)
	return s, serve(t, s)
}

// serve has a server that listens serve until the end of the test, and returns its first address.
func serve(tb testing.TB, s *server.Server) (addr string) {
	tb.Helper()
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx) }()
	tb.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			tb.Errorf("Serve: %v", err)
		}
	})
	return s.Addresses()[0].Actual.String()
}

type testWriter struct{ t *testing.T }

func (w testWriter) Write(p []byte) (int, error) {
	w.t.Log(strings.TrimSpace(string(p)))
	return len(p), nil
}

// backend answers raw bytes with raw bytes and keeps what it received.
type backend struct {
	addr string

	mu       sync.Mutex
	received []string
	conns    int
}

// answer makes of a request, head and body, what goes out; end closes the connection behind it.
type answer func(n int, request string) (response string, end bool)

func always(response string) answer {
	return func(int, string) (string, bool) { return response, false }
}

const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

// newBackend starts a backend that ends with the test.
func newBackend(t *testing.T, a answer) *backend {
	t.Helper()
	l := listen(t)
	b := &backend{addr: l.Addr().String()}
	var running sync.WaitGroup
	var mu sync.Mutex
	open := map[net.Conn]bool{}
	running.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			b.mu.Lock()
			b.conns++
			b.mu.Unlock()
			mu.Lock()
			open[conn] = true
			mu.Unlock()
			running.Go(func() {
				b.serve(conn, a)
				_ = conn.Close()
			})
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		mu.Lock()
		for conn := range open {
			_ = conn.Close()
		}
		mu.Unlock()
		running.Wait()
	})
	return b
}

func (b *backend) serve(conn net.Conn, a answer) {
	r := bufio.NewReader(conn)
	for {
		request, err := readMessage(r)
		if err != nil {
			return
		}
		b.mu.Lock()
		b.received = append(b.received, request)
		n := len(b.received)
		b.mu.Unlock()
		response, end := a(n, request)
		if _, err := io.WriteString(conn, response); err != nil || end {
			return
		}
	}
}

// got returns what was received since the last call, and the number of connections so far.
func (b *backend) got() ([]string, int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	received := b.received
	b.received = nil
	return received, b.conns
}

// readMessage reads a request with its body, chunk framing included.
func readMessage(r *bufio.Reader) (string, error) {
	var message bytes.Buffer
	length, chunked := 0, false
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return "", err
		}
		message.WriteString(line)
		lower := strings.ToLower(line)
		if value, found := strings.CutPrefix(lower, "content-length: "); found {
			_, _ = fmt.Sscan(value, &length)
		}
		chunked = chunked || strings.HasPrefix(lower, "transfer-encoding: chunked")
		if line == "\r\n" {
			break
		}
	}
	if chunked {
		for {
			line, err := r.ReadString('\n')
			if err != nil {
				return "", err
			}
			message.WriteString(line)
			var size int
			_, _ = fmt.Sscanf(line, "%x", &size)
			if _, err := io.CopyN(&message, r, int64(size)+2); err != nil {
				return "", err
			}
			if size == 0 {
				return message.String(), nil
			}
		}
	}
	_, err := io.CopyN(&message, r, int64(length))
	return message.String(), err
}

// raw sends bytes and returns what comes back until the peer closes or is silent for a while; then <open> follows.
func raw(addr, request string) string { return rawResponses(addr, request, 1) }

// rawResponses is raw for a request that so many responses belong to.
func rawResponses(addr, request string, responses int) string {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return err.Error()
	}
	defer closeQuietly(conn)
	if _, err := io.WriteString(conn, request); err != nil {
		return err.Error()
	}
	return readUntilQuiet(conn, request, responses)
}

// readUntilQuiet reads until the peer closes, or is silent for a while behind so many whole responses to a request.
func readUntilQuiet(conn net.Conn, request string, responses int) string {
	var got bytes.Buffer
	buf := make([]byte, 1<<16)
	method, _, _ := strings.Cut(request, " ")
	for {
		wait := 150 * time.Millisecond
		if owed(got.Bytes(), method, responses) {
			wait = 4 * time.Second // the machine may be busy; behind five KeepAliveTimeout ends what is open
		}
		_ = conn.SetReadDeadline(time.Now().Add(wait))
		n, err := conn.Read(buf)
		got.Write(buf[:n])
		switch {
		case err == nil:
		case os.IsTimeout(err):
			return got.String() + "<open>"
		default:
			return got.String()
		}
	}
}

// interim is what comes before a response: nothing, or interim responses.
var interim = regexp.MustCompile(`^(HTTP/1\.1 10[03] [^\n]*\n([^\r\n]+\r\n)*\r\n)*$`)

// owed says whether more must follow what was got: one of so many responses, the rest of one, or the end of a connection that a
// response says is closed.
func owed(got []byte, method string, responses int) bool {
	if interim.Match(got) {
		return true
	}
	r := bufio.NewReader(bytes.NewReader(got))
	for {
		if _, err := r.Peek(1); err != nil {
			return responses > 0
		}
		response, err := http.ReadResponse(r, &http.Request{Method: method})
		if err != nil {
			return errors.Is(err, io.ErrUnexpectedEOF) // anything else is no response
		}
		if response.StatusCode == http.StatusSwitchingProtocols {
			return false
		}
		if response.StatusCode/100 != 1 {
			responses--
		}
		_, err = io.Copy(io.Discard, response.Body)
		if err := errors.Join(err, response.Body.Close()); err != nil || response.Close {
			return true
		}
	}
}

func mustURL(s string) *url.URL {
	u, err := url.Parse(s)
	if err != nil {
		panic(err)
	}
	return u
}

// within waits until check finds nothing wrong, and fails the test after some seconds.
func within(t *testing.T, check func() error) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(2 * time.Millisecond) {
		err := check()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Error(err)
			return
		}
	}
}

// listen opens a listener that ends with the test.
func listen(tb testing.TB) net.Listener {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { closeQuietly(l) })
	return l
}

// speaking is a backend that lets speak have each connection, and closes that behind it.
func speaking(tb testing.TB, speak func(conn net.Conn)) (addr string) {
	tb.Helper()
	l := listen(tb)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer closeQuietly(conn)
				speak(conn)
			}()
		}
	}()
	return l.Addr().String()
}

// closeQuietly closes what the test needs no more.
func closeQuietly(c io.Closer) { _ = c.Close() }

// endless is a backend that sends a head and then bytes until its connection breaks; the reason comes out of broken.
func endless(t *testing.T, head string) (l net.Listener, broken <-chan error) {
	t.Helper()
	l = listen(t)
	reasons := make(chan error, 1)
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer closeQuietly(conn)
		_, _ = readMessage(bufio.NewReader(conn))
		_, _ = io.WriteString(conn, head)
		_ = conn.SetWriteDeadline(time.Now().Add(10 * time.Second))
		for err == nil {
			_, err = conn.Write(make([]byte, 1<<16))
		}
		reasons <- err
	}()
	return l, reasons
}
