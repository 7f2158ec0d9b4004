package proxy

import (
	"context"
	"log/slog"
	"net"
	"testing"
	"time"

	"github.com/lbconf/lbconf/runtime/exchange"
	"github.com/lbconf/lbconf/runtime/internal/clock"
	"github.com/lbconf/lbconf/runtime/program"
	"github.com/lbconf/lbconf/runtime/upstream"
	"github.com/lbconf/lbconf/runtime/wire"
)

// faulty is a client whose connection has a fault when the response is to be sent.
type faulty struct{ Client }

func (faulty) Encoder(wire.Framing, []byte) Encoder { return nil }

func (faulty) AppendHead([]byte, wire.Framing) ([]byte, wire.FramingKind) { panic("fault") }

// TestFaultIsCountedOut: a fault in the middle of a request takes neither a place of the member's pool nor one of its
// requests in work with it.
func TestFaultIsCountedOut(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		_, _ = conn.Write([]byte("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")) // what comes of it is looked at below
	}()
	w := workerAt(l)
	w.Settings.Timeout, w.Settings.Reuse, w.Settings.Max = time.Second, true, 1
	w.Slot = upstream.NewTable().Slot(upstream.Key{Worker: "w"}, upstream.State{Factor: 100})
	b := &upstream.Balancer{Members: []*upstream.Worker{w}, Method: upstream.ByRequests}
	x := &exchange.Exchange{}
	if _, err := x.Request.Parse([]byte("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), wire.DefaultRules()); err != nil {
		t.Fatal(err)
	}
	var body wire.BodyReader
	body.Reset(nil, wire.Framing{}, nil, nil, 0)
	p := New(clock.Wall{}, slog.New(slog.DiscardHandler))
	func() {
		defer func() {
			if fault := recover(); fault != "fault" {
				t.Errorf("the fault was %v", fault)
			}
		}()
		p.Do(context.Background(), &Job{
			X: x, Client: faulty{}, Body: &body,
			Plan: &program.Plan{Host: &program.Host{}, Kind: program.Forward, Balancer: b, Path: []byte("/")},
		})
	}()
	if busy := w.Slot.Busy(); busy != 0 {
		t.Errorf("%d requests count as in work", busy)
	}
	if pool := p.pools.of(w); pool.open != 0 || len(pool.idle) != 0 || len(p.dialer.open) != 0 {
		t.Errorf("%d connections count as open, %d are idle, %d are open", pool.open, len(pool.idle), len(p.dialer.open))
	}
}
