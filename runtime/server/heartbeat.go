package server

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/lbconf/lbconf/runtime/heartbeat"
	"github.com/lbconf/lbconf/runtime/internal/clock"
	"github.com/lbconf/lbconf/runtime/program"
	"github.com/lbconf/lbconf/runtime/upstream"
)

// beatEvery is how often this server says what it could take (mod_heartbeat: HEARTBEAT_INTERVAL).
const beatEvery = time.Second

// heartbeats takes the heartbeats of backends and sends those of this server, beside the requests.
type heartbeats struct {
	clock clock.Clock
	log   *slog.Logger
	// load returns how many requests could begin and how many are in work.
	load func() (ready, busy int)
	// changed wakes run when the configuration is another one.
	changed chan struct{}

	mu   sync.Mutex
	what program.Heartbeat
}

// follow makes h what is taken and sent from now on. What was received by UDP and is not stored yet is lost where anything
// of it is another one.
func (b *heartbeats) follow(h program.Heartbeat) {
	if memory, ok := h.Store.(*upstream.BeatTable); ok {
		memory.SetRoom(h.Room)
	}
	b.mu.Lock()
	before := b.what
	b.what = h
	b.mu.Unlock()
	if before == h {
		return
	}
	select {
	case b.changed <- struct{}{}:
	default: // run has not seen the last change yet, and will see this one with it
	}
}

// run runs until ctx is done.
func (b *heartbeats) run(ctx context.Context) {
	for ctx.Err() == nil {
		select {
		case <-b.changed: // what is read below is that change, too
		default:
		}
		b.mu.Lock()
		what := b.what
		b.mu.Unlock()
		current, stop := context.WithCancel(ctx)
		var running sync.WaitGroup
		if what.Listen != "" {
			running.Go(func() { b.listen(current, what) })
		}
		if what.Address != "" {
			running.Go(func() { b.every(current, beatEvery, func() error { return b.send(current, what.Address) }) })
		}
		select {
		case <-b.changed:
		case <-ctx.Done():
		}
		stop()
		running.Wait()
	}
}

// every calls do from time to time, and says what went wrong when that is another thing than before.
func (b *heartbeats) every(ctx context.Context, pause time.Duration, do func() error) {
	timer := b.clock.NewTimer(pause)
	defer timer.Stop()
	for said := ""; ; timer.Reset(pause) {
		select {
		case <-timer.C():
		case <-ctx.Done():
			return
		}
		now := ""
		if err := do(); err != nil {
			now = err.Error()
		}
		if now != "" && now != said {
			b.log.Error("heartbeat: "+now, "id", "AH02099")
		}
		said = now
	}
}

// listen receives heartbeats until ctx is done.
func (b *heartbeats) listen(ctx context.Context, what program.Heartbeat) {
	conn, err := join(what.Listen)
	if err != nil {
		b.log.Error("Unable to listen for connections!", "id", "AH02090", "reason", err)
		return
	}
	monitor := heartbeat.NewMonitor(what.Store, b.log)
	var running sync.WaitGroup
	defer running.Wait()
	running.Go(func() {
		b.every(ctx, heartbeat.Interval, func() error { return monitor.Flush(b.clock.Now()) })
	})
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })() // which ends the wait for the next message
	message := make([]byte, heartbeat.MaxMessage)
	for {
		n, from, err := conn.ReadFromUDPAddrPort(message)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			b.log.Error("recvfrom failed", "id", "AH02089", "reason", err)
			_ = conn.Close() // nothing more comes
			return
		}
		monitor.Receive(from.Addr().Unmap().String(), message[:n], b.clock.Now())
	}
}

// join listens to a multicast group, which has an address of IPv4.
func join(address string) (*net.UDPConn, error) {
	group, err := net.ResolveUDPAddr("udp4", address)
	if err != nil {
		return nil, fmt.Errorf("HeartbeatListen %s: %w", address, err)
	}
	if !group.IP.IsMulticast() {
		return nil, fmt.Errorf("HeartbeatListen %s: %s is no multicast group", address, group.IP)
	}
	conn, err := net.ListenMulticastUDP("udp4", nil, group)
	if err != nil {
		return nil, fmt.Errorf("HeartbeatListen %s: %w", address, err)
	}
	return conn, nil
}

// send sends a heartbeat.
func (b *heartbeats) send(ctx context.Context, address string) error {
	conn, err := new(net.Dialer).DialContext(ctx, "udp4", address)
	if err != nil {
		return fmt.Errorf("HeartbeatAddress %s: %w", address, err)
	}
	ready, busy := b.load()
	_, err = fmt.Fprintf(conn, "v=1&ready=%d&busy=%d", ready, busy)
	_ = conn.Close() // what was sent is on its way
	if err != nil {
		return fmt.Errorf("HeartbeatAddress %s: %w", address, err)
	}
	return nil
}

// load returns how many requests could begin and how many are in work.
func (s *Server) load() (ready, busy int) {
	g := s.current.Load()
	inWork := min(g.users.Load()&(retired-1), g.bound)
	return int(g.bound - inWork), int(inWork)
}
