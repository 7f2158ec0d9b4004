// Package httpdtest runs real httpd on loopback for differential tests: the same configuration and the same requests,
// once through httpd and once through the code under test.
package httpdtest

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/lbconf/lbconf/parser/testenv"
	"github.com/lbconf/lbconf/runtime/internal/clock"
)

// Server is a running httpd.
type Server struct {
	// Addr is the address that it listens on, Port its port as text.
	Addr, Port string
	// Root is its ServerRoot; logs go to Root/logs.
	Root string
}

// Start runs httpd with the modules that tests need and conf behind them until the test ends, and returns when it has all its
// threads: while they start it closes connections that it would keep. @port@ in conf is the port.
// Without httpd the test is skipped, or fails where engines are required.
func Start(t *testing.T, conf string) *Server {
	t.Helper()
	binary := testenv.Program(t, "apache2")
	s := &Server{Root: openFolder(t)}
	port, err := testenv.Reserve() // nobody else gets it before httpd does, or answers in its place
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = port.Release() }) // nothing was sent through it
	s.Addr = port.Addr
	_, s.Port, _ = net.SplitHostPort(s.Addr)
	for _, folder := range []string{"logs", "htdocs", "run"} {
		if err := os.MkdirAll(filepath.Join(s.Root, folder), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(s.Root, "httpd.conf")
	text := s.preamble() + strings.ReplaceAll(conf, "@port@", s.Port)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	// The test's context ends before its clean-up, which stops httpd by a signal.
	command := exec.CommandContext(context.WithoutCancel(t.Context()), binary, "-d", s.Root, "-f", file, "-DFOREGROUND")
	command.Stdout, command.Stderr = &out, &out
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	var ended error
	exited := make(chan struct{})
	go func() {
		ended = command.Wait()
		close(exited)
	}()
	t.Cleanup(func() {
		_ = command.Process.Signal(syscall.SIGTERM) // it may have ended by itself
		select {
		case <-exited:
		case <-clock.Wall{}.NewTimer(20 * time.Second).C():
			_ = command.Process.Kill() // nothing else is left to do
			<-exited
		}
		if t.Failed() {
			if log, err := os.ReadFile(filepath.Join(s.Root, "logs", "error_log")); err == nil {
				t.Logf("error log of httpd:\n%s", log)
			}
		}
	})
	if !s.await(t, exited) || !awaitThreads(t, command.Process.Pid, threadsOf(text), exited) {
		<-exited
		log, _ := os.ReadFile(filepath.Join(s.Root, "logs", "error_log")) // shown as far as it is there
		t.Fatalf("httpd ended: %v\n%s%s", ended, out.String(), log)
	}
	return s
}

// openFolder makes a folder that the user of httpd may enter, which those of t.TempDir are not.
func openFolder(t *testing.T) string {
	t.Helper()
	root, err := os.MkdirTemp("", "httpdtest") //nolint:usetesting // see above
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(root) }) // what is left over is the system's to clean
	if err := os.Chmod(root, 0o755); err != nil {
		t.Fatal(err)
	}
	return root
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return listener
}

func (s *Server) dial(t *testing.T) (net.Conn, error) {
	t.Helper()
	return new(net.Dialer).DialContext(t.Context(), "tcp", s.Addr)
}

// await waits until httpd listens; it returns false when httpd ends before.
func (s *Server) await(t *testing.T, exited chan struct{}) bool {
	t.Helper()
	for range 10_000 {
		select {
		case <-exited:
			return false
		default:
		}
		if conn, err := s.dial(t); err == nil {
			_ = conn.Close() // it was only to see that somebody listens
			return true
		}
		<-clock.Wall{}.NewTimer(3 * time.Millisecond).C()
	}
	t.Fatal("httpd does not listen")
	return false
}

func (s *Server) preamble() string {
	var b strings.Builder
	for _, m := range []string{
		"mpm_event", "authz_core", "authz_host", "access_compat", "alias", "dir", "env", "setenvif", "headers", "log_config", "logio",
		"rewrite", "proxy", "proxy_http", "proxy_balancer", "slotmem_shm", "lbmethod_byrequests", "lbmethod_bytraffic", "lbmethod_bybusyness",
		"watchdog", "proxy_hcheck",
	} {
		// A module that is built in has no file.
		path := testenv.Modules + "/mod_" + m + ".so"
		if _, err := os.Stat(path); err == nil {
			fmt.Fprintf(&b, "LoadModule %s_module %s\n", m, path)
		}
	}
	fmt.Fprintf(&b, `ServerRoot %s
Listen 127.0.0.1:%s
PidFile run/httpd.pid
DefaultRuntimeDir run
ErrorLog logs/error_log
DocumentRoot htdocs
ServerLimit 1
ThreadsPerChild 25
MaxRequestWorkers 25
StartServers 1
`, s.Root, s.Port)
	if os.Geteuid() == 0 {
		b.WriteString("User www-data\nGroup www-data\n")
	}
	return b.String()
}

// Response is what httpd answered.
type Response struct {
	// Status is the code of the status line.
	Status int
	// Head is the head without the empty line, Body the body.
	Head, Body string
	// Length is the number of bytes of the whole response.
	Length int
}

// Field returns the first field of a name of the head, without regard to case.
func (r *Response) Field(name string) string {
	for line := range strings.SplitSeq(r.Head, "\r\n") {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.EqualFold(key, name) {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// Do sends raw bytes on a connection of its own and reads until the server closes it, so that the request has to ask for
// that.
func (s *Server) Do(t *testing.T, raw string) *Response {
	t.Helper()
	conn, err := s.dial(t)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(clock.Wall{}.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, raw); err != nil {
		t.Fatal(err)
	}
	all, err := io.ReadAll(conn)
	if err != nil {
		t.Fatalf("%q: %v", raw, err)
	}
	r := &Response{Length: len(all)}
	r.Head, r.Body, _ = strings.Cut(string(all), "\r\n\r\n")
	if _, err := fmt.Sscanf(r.Head, "HTTP/1.1 %d", &r.Status); err != nil {
		t.Fatalf("%q is answered with %q", raw, all)
	}
	return r
}

// Backend listens on loopback until the test ends. To each request it answers 200 with its name, the request line and
// the Host field, in the fields X-Backend, X-Line and X-Host; a field X-Location of the request comes back as Location of a
// 302, and all fields that begin with X-Test come back in X-Tests.
func Backend(t *testing.T, name string) (addr string) {
	t.Helper()
	listener := listen(t)
	t.Cleanup(func() { _ = listener.Close() }) // nobody waits for it any more
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go answer(conn, name)
		}
	}()
	return listener.Addr().String()
}

func answer(conn net.Conn, name string) {
	defer func() { _ = conn.Close() }()
	reader := bufio.NewReader(conn)
	for {
		line, err := reader.ReadString('\n')
		if err != nil {
			return
		}
		var host, location, cookie string
		var tests []string
		for {
			field, err := reader.ReadString('\n')
			if err != nil {
				return
			}
			if field = strings.TrimRight(field, "\r\n"); field == "" {
				break
			}
			key, value, _ := strings.Cut(field, ": ")
			switch strings.ToLower(key) {
			case "host":
				host = value
			case "x-location":
				location = value
			case "x-cookie":
				cookie = "Set-Cookie: " + value + "\r\n"
			}
			if strings.HasPrefix(strings.ToLower(key), "x-test") {
				tests = append(tests, field)
			}
		}
		status := "200 OK"
		if location != "" {
			status = "302 Found\r\nLocation: " + location
		}
		if _, err := fmt.Fprintf(conn, "HTTP/1.1 %s\r\nX-Backend: %s\r\nX-Line: %s\r\nX-Host: %s\r\nX-Tests: %s\r\n%sContent-Length: 0\r\n\r\n",
			status, name, strings.TrimRight(line, "\r\n"), host, strings.Join(tests, " ~ "), cookie); err != nil {
			return
		}
	}
}
