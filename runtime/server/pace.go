package server

import (
	"time"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/runtime/program"
)

// pace is how long a client may take to send, as the first virtual host of its address says.
type pace struct {
	// wait bounds each wait for bytes (core: Timeout).
	wait time.Duration
	// header bounds the request line with the fields (mod_reqtimeout: RequestReadTimeout header=).
	header ir.ReadTimeout
	// bodies says that bodies are bounded as the host of each request says: a connection without any bound when it is made
	// has none later.
	bodies bool
}

func paceOf(s *program.Settings) pace {
	return pace{wait: s.Timeout, header: s.Reading.Header, bodies: s.Reading.Any()}
}

// first is how long the first byte of a new connection may take.
func (p *pace) first() time.Duration {
	if p.header.First > 0 {
		return min(p.wait, p.header.First)
	}
	return p.wait
}

// headBy is when more of a head must have come that began at start and of which some bytes were received.
func (c *conn) headBy(start time.Time, received int) time.Time {
	by, h := c.server.clock.Now().Add(c.pace.wait), &c.pace.header
	if h.First == 0 {
		return by
	}
	limit := h.First + time.Duration(received)*h.PerByte
	if h.Most > 0 {
		limit = min(limit, h.Most)
	}
	if end := start.Add(limit); end.Before(by) {
		return end
	}
	return by
}

// boundBody bounds the time for the body of a request whose host is known.
func (t *task) boundBody() {
	settings := &t.host.Settings
	t.body.Within(settings.Timeout)
	t.body.Follow(&settings.Rules)
	if b := &settings.Reading.Body; t.conn.pace.bodies && b.First > 0 {
		t.body.Demand(b.First, b.Most, b.PerByte)
	}
}

// handshakeTime is how long a handshake may take. A client that earns time by sending gets what it can earn at most.
func handshakeTime(s *program.Settings) time.Duration {
	h := &s.Reading.Handshake
	switch {
	case h.First == 0, h.PerByte > 0 && h.Most == 0:
		return s.Timeout
	case h.PerByte > 0:
		return min(s.Timeout, h.Most)
	}
	return min(s.Timeout, h.First)
}
