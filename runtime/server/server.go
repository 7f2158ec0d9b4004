// Package server listens, reads requests off connections, lets a compiled program decide about them, has them forwarded
// or answers them itself, and writes the access log. It behaves on the wire as httpd does: when connections are kept, what
// its own pages look like, what is refused with which status.
package server

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lbconf/lbconf/runtime/health"
	"github.com/lbconf/lbconf/runtime/internal/clock"
	"github.com/lbconf/lbconf/runtime/program"
	"github.com/lbconf/lbconf/runtime/proxy"
	"github.com/lbconf/lbconf/runtime/scoreboard"
	"github.com/lbconf/lbconf/runtime/upstream"
)

// Options are what a server depends on beside its program.
type Options struct {
	// Listen maps configured ports to the addresses that are opened in their place: 443 to "127.0.0.1:8443".
	Listen map[uint16]string
	// Software is the value of the Server field of responses of the server's own, and of a backend's without one. Empty is
	// what ServerTokens makes of the name and version of this software.
	Software string
	// Drain bounds how long requests in flight may take when the server stops; 0 is 30 seconds.
	Drain time.Duration
	// Log gets what an administrator must know; nil discards it.
	Log *slog.Logger
	// Handlers make the responses of plans that say so; a plan for one that is missing is answered with 404. Server.Handle
	// adds those that need the server.
	Handlers map[program.Handler]Handler
	// Clock is the clock of the machine; nil is clock.Wall. The deadlines of connections follow the machine's in any case.
	Clock clock.Clock
}

// Server runs a program. Its zero value is not usable; New makes one.
type Server struct {
	software string
	drain    time.Duration
	mapping  map[uint16]string
	log      *slog.Logger
	clock    clock.Clock
	proxy    *proxy.Proxy
	watchdog *health.Watchdog
	beats    *heartbeats
	handlers map[program.Handler]Handler
	tasks    sync.Pool
	dates    dateCache
	encoders encoders

	// observer sees requests; nil where nobody wants to.
	observer Observer
	board    scoreboard.Board
	started  time.Time
	// loads is the number of programs so far.
	loads atomic.Int64

	current   atomic.Pointer[generation]
	listeners listeners
	conns     connections
	draining  atomic.Bool
}

// New returns a server that listens nowhere yet. The logs of the program must be open; the server closes them when it has
// ended or when another program took over.
func New(p *program.Program, o Options) *Server {
	p.Begin()
	s := &Server{software: o.Software, drain: o.Drain, mapping: o.Listen, log: o.Log, clock: o.Clock, handlers: make(map[program.Handler]Handler)}
	if s.drain <= 0 {
		s.drain = 30 * time.Second
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.clock == nil {
		s.clock = clock.Wall{}
	}
	s.proxy = proxy.New(s.clock, s.log)
	s.watchdog = health.New(s.clock, s.log, health.Wire{Dialer: s.proxy})
	s.beats = &heartbeats{clock: s.clock, log: s.log, load: s.load, changed: make(chan struct{}, 1)}
	s.watch(p)
	s.tasks.New = func() any { return newTask() }
	s.conns.all = make(map[*conn]struct{})
	maps.Copy(s.handlers, o.Handlers)
	s.started = s.clock.Now()
	s.current.Store(s.generation(p))
	return s
}

// ErrNoListen is returned by Listen for a program that listens nowhere.
var ErrNoListen = errors.New("the configuration has no Listen directive")

// Serve accepts connections until ctx is done, then stops: it accepts no more, closes idle connections, and lets requests
// in flight end within the time that Options.Drain gives. It returns nil after a stop, and an error when listening failed
// or requests were cut off. Listen must have been called.
func (s *Server) Serve(ctx context.Context) error {
	// Requests in flight outlive ctx by the time for draining.
	work, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	s.listeners.start(work, s.accept)
	checking, stopChecks := context.WithCancel(ctx)
	defer stopChecks()
	var checks sync.WaitGroup
	checks.Go(func() { s.watchdog.Run(checking) })
	checks.Go(func() { s.beats.run(checking) })
	var failed error
	select {
	case <-ctx.Done():
		s.log.Info("stopping", "drain", s.drain)
	case failed = <-s.listeners.failed():
	}
	s.draining.Store(true)
	stopChecks()
	s.listeners.close()
	s.conns.interrupt()
	drained := s.conns.await(s.clock, s.drain)
	cut()
	if !drained {
		s.proxy.Sever()
		s.conns.sever()
		failed = errors.Join(failed, errors.New("requests were cut off at the end of the time for draining"))
	}
	s.listeners.wait()
	s.conns.wait()
	checks.Wait()
	s.proxy.Close()
	s.current.Load().retire(s.log)
	return failed
}

// Swap makes p the program for all requests that begin from now on. Listeners that p adds are opened first; on an error
// nothing changes. Listeners that it drops are closed, its connections stay. Members
// are in the states that p gives them, whatever balancer-manager made of them before. The logs of p must be open.
func (s *Server) Swap(p *program.Program) error {
	if err := s.listeners.change(p.Listeners(), s.mapping); err != nil {
		return err
	}
	keep := make(map[*upstream.Slot]bool)
	for _, w := range p.Workers() {
		w.Slot.Configure(w.State)
		keep[w.Slot] = true
	}
	p.Begin()
	old := s.current.Swap(s.generation(p))
	old.retire(s.log)
	s.watch(p)
	s.proxy.Retain(func(slot *upstream.Slot) bool { return keep[slot] || p.Added(slot) })
	return nil
}

// Rewatch has the health of members checked that were added to a balancer while the program runs.
func (s *Server) Rewatch() { s.watch(s.Program()) }

// watch has the health of a program's members checked, and their heartbeats taken.
func (s *Server) watch(p *program.Program) {
	s.watchdog.Watch(p.Members(), p.ChecksAtOnce())
	s.beats.follow(p.Heartbeat())
}
