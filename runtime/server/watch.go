package server

import (
	"time"

	"github.com/lbconf/lbconf/runtime/exchange"
	"github.com/lbconf/lbconf/runtime/program"
	"github.com/lbconf/lbconf/runtime/proxy"
	"github.com/lbconf/lbconf/runtime/scoreboard"
	"github.com/lbconf/lbconf/runtime/upstream"
)

// Observer sees each request that is done, while a program runs that has a handler for what it makes of them.
type Observer interface {
	// Observe is called by the goroutine of the request. It must neither wait nor keep what it gets, and allocates nothing
	// in the steady state. job says which worker was tried, where one was.
	Observe(x *exchange.Exchange, p *program.Plan, job *proxy.Job)
}

// Handle makes h answer the plans that say so. It comes before Listen.
func (s *Server) Handle(kind program.Handler, h Handler) { s.handlers[kind] = h }

// ObserveBy makes o see requests. It comes before Listen.
func (s *Server) ObserveBy(o Observer) {
	s.observer = o
	g := s.current.Load()
	g.observed = g.program.Runs(program.HandlerMetrics)
}

// Program returns the program that requests begin with now.
func (s *Server) Program() *program.Program { return s.current.Load().program }

// Software is the name and version of this software, whatever ServerTokens makes of it.
func (s *Server) Software() string {
	if s.software != "" {
		return s.software
	}
	return s.current.Load().program.Hosts()[0].Product
}

// Started returns when the server was made, Loads how many programs it has run, the present one included.
func (s *Server) Started() time.Time { return s.started }

// Loads returns how many programs the server has run, the present one included.
func (s *Server) Loads() int64 { return s.loads.Load() }

// Board returns the scoreboard. It is kept while a program runs that has a handler for it.
func (s *Server) Board() *scoreboard.Board { return &s.board }

// Connections are the connections of clients.
type Connections struct {
	// Open is how many there are, Lingering how many of them wait for the client to have read all.
	Open, Lingering int
	// Accepted is how many there were so far.
	Accepted uint64
}

// Connections returns the connections of clients at this moment.
func (s *Server) Connections() Connections {
	s.conns.mu.Lock()
	defer s.conns.mu.Unlock()
	return Connections{Open: len(s.conns.all), Lingering: int(s.conns.lingering.Load()), Accepted: s.conns.accepted}
}

// Pool returns the connections to the worker of a slot at this moment.
func (s *Server) Pool(slot *upstream.Slot) proxy.PoolState { return s.proxy.Pool(slot) }

// watch puts the request on the scoreboard.
func (t *task) watch(g *generation, state scoreboard.State) {
	if t.slot == nil {
		if !g.watched {
			return
		}
		t.slot = t.conn.server.board.Take()
	}
	t.slot.Set(state)
}

// note says on the scoreboard what the request is.
func (t *task) note() {
	if t.slot == nil {
		return
	}
	t.slot.Begin(scoreboard.Request{
		Client: t.conn.client.RemoteIP, Host: t.host.ServerName, Port: int(t.conn.client.ListenPort),
		Line: t.x.Request.Line, Start: t.x.Start, Served: t.conn.kept,
	})
}

// unwatch takes the request off the scoreboard.
func (t *task) unwatch() {
	if t.slot != nil {
		t.slot.Release()
		t.slot = nil
	}
}
