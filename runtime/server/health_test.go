package server_test

import (
	"context"
	"strings"
	"testing"
	"time"

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
	leaks(t)
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
	before := time.Now()
	stop()
	if err := <-done; err != nil {
		t.Errorf("Serve: %v", err)
	}
	if took := time.Since(before); took > 5*time.Second {
		t.Errorf("the stop took %v", took)
	}
}
