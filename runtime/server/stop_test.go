package server_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/runtime/internal/leaks"
	"github.com/lbconf/lbconf/runtime/server"
	"github.com/lbconf/lbconf/runtime/upstream"
)

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
	leaks.Check(t)
	s := newServer(t, compile(t, "ProxyPass / http://"+b.addr+"/\n", nil), server.Options{Drain: 10 * time.Second})
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
	leaks.Check(t)
	arrived, release := make(chan struct{}), make(chan struct{})
	b := newBackend(t, func(int, string) (string, bool) {
		close(arrived)
		<-release
		return "", true
	})
	defer close(release)
	s := newServer(t, compile(t, "ProxyPass / http://"+b.addr+"/\n", nil), server.Options{Drain: 50 * time.Millisecond})
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

// TestSwapConfiguresMembers: what an administrator made of a member stays until another program runs. One that is compiled
// and refused changes nothing.
func TestSwapConfiguresMembers(t *testing.T) {
	table := upstream.NewTable()
	text := "<Proxy balancer://b>\nBalancerMember http://127.0.0.1:1\n</Proxy>\n"
	running := compile(t, text, table)
	s, _ := startWith(t, running, server.Options{})
	slot := running.Workers()[0].Slot
	slot.Set(ir.StatusDisabled)
	next := compile(t, text, table)
	if next.Workers()[0].Slot != slot || !slot.Status().Has(ir.StatusDisabled) {
		t.Errorf("compiling a program put the member of the one that runs into %v", slot.Status())
	}
	if err := s.Swap(next); err != nil {
		t.Fatal(err)
	}
	if slot.Status().Has(ir.StatusDisabled) {
		t.Errorf("the new program, which does not disable the member, runs with %v", slot.Status())
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
