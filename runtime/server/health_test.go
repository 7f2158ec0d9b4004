package server_test

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/lbconf/lbconf/runtime/internal/leaks"
	"github.com/lbconf/lbconf/runtime/server"
)

// TestHealthChecks: members are checked while a server runs, also those that a reload brings, and a check that gets no
// answer does not hold up the stop.
func TestHealthChecks(t *testing.T) {
	asked := make(chan string, 100)
	release := make(chan struct{})
	member := func(name string) *backend {
		return newBackend(t, func(_ int, request string) (string, bool) {
			asked <- name + " " + strings.SplitN(request, "\r\n", 2)[0]
			<-release
			return ok, true
		})
	}
	first, second := member("first"), member("second")
	leaks.Check(t)
	defer close(release)
	conf := func(b *backend) string {
		return "<Proxy balancer://b>\nBalancerMember http://" + b.addr + " hcmethod=GET hcuri=/health hcinterval=100ms\n</Proxy>\nProxyPass / balancer://b/\n"
	}
	p := compile(t, conf(first), nil)
	s := newServer(t, p, server.Options{Drain: 10 * time.Second})
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx) }()
	if got := <-asked; got != "first GET /health HTTP/1.0" {
		t.Errorf("asked %q", got)
	}
	if err := s.Swap(compile(t, conf(second), p.Table())); err != nil {
		t.Fatal(err)
	}
	if got := <-asked; got != "second GET /health HTTP/1.0" {
		t.Errorf("asked %q", got)
	}
	stopsAtOnce(t, stop, done)
}

// stopsAtOnce stops a server, which must not wait for its health checks.
func stopsAtOnce(t *testing.T, stop context.CancelFunc, done <-chan error) {
	t.Helper()
	before := time.Now()
	stop()
	if err := <-done; err != nil {
		t.Errorf("Serve: %v", err)
	}
	if took := time.Since(before); took > 5*time.Second {
		t.Errorf("the stop took %v", took)
	}
}

// TestStopDuringHandshake: a check that waits for TLS to begin does not hold up the stop either.
func TestStopDuringHandshake(t *testing.T) {
	silent := listen(t)
	t.Cleanup(func() { _ = silent.Close() }) // nobody waits for it any more
	arrived := make(chan net.Conn, 1)
	leaks.Check(t)
	s := server.New(compile(t, "SSLProxyEngine on\n<Proxy balancer://b>\nBalancerMember https://"+silent.Addr().String()+" hcmethod=GET hcinterval=100ms\n</Proxy>\n", nil),
		server.Options{Listen: map[uint16]string{80: "127.0.0.1:0"}, Drain: 10 * time.Second})
	if err := s.Listen(); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx) }()
	go func() {
		if conn, err := silent.Accept(); err == nil {
			arrived <- conn
		}
	}()
	conn := <-arrived
	defer func() { _ = conn.Close() }() // the other side is gone
	if _, err := conn.Read(make([]byte, 1)); err != nil {
		t.Errorf("no handshake began: %v", err)
	}
	stopsAtOnce(t, stop, done)
}
