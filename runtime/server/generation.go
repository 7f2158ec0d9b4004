package server

import (
	"log/slog"
	"sync"
	"sync/atomic"

	"github.com/lbconf/lbconf/runtime/program"
)

// generation is a program with the number of requests that use it: so that no more are in work than it allows, and that
// its logs are closed behind the last one.
type generation struct {
	program *program.Program
	// watched says that the scoreboard is kept, observed that the observer is told.
	watched, observed bool
	// users counts the requests in work and those that wait for it, and has the bit retired when no more will come.
	users atomic.Int64
	// bound is how many may be in work.
	bound int64
	queue queue
	once  sync.Once
}

// retired is beyond any number of requests.
const retired = 1 << 32

// generation makes the next generation. What nobody can look at is not kept.
func (s *Server) generation(p *program.Program) *generation {
	s.loads.Add(1)
	observed := p.Runs(program.HandlerMetrics)
	return &generation{
		program: p, bound: int64(p.Bound()),
		watched: observed || p.Runs(program.HandlerServerStatus), observed: observed && s.observer != nil,
	}
}

// acquire returns the current generation for one request. Where as many as may be are in work it waits for its turn, and
// returns nil when done is closed before that. turn is a channel with room for one, which nobody else uses meanwhile.
func (s *Server) acquire(turn chan bool, done <-chan struct{}) *generation {
	for {
		g := s.current.Load()
		n := g.users.Add(1)
		switch {
		case n <= g.bound:
			return g
		case n < retired:
			switch g.queue.await(turn, done) {
			case turnCame:
				return g
			case turnGone:
				return nil
			case turnMoved:
			}
		}
		g.leave(s.log) // it may be the last by now
	}
}

// release counts a request out and gives its place to the one that has waited the longest.
func (g *generation) release(log *slog.Logger) {
	if g.leave(log) >= g.bound {
		g.pass(log)
	}
}

// leave counts a request out and returns how many are left.
func (g *generation) leave(log *slog.Logger) (left int64) {
	n := g.users.Add(-1)
	if n == retired {
		g.close(log)
	}
	return n & (retired - 1)
}

// retire sends those that wait to the next generation, and closes the logs when the last request is done.
func (g *generation) retire(log *slog.Logger) {
	defer g.queue.close()
	if g.users.Add(retired) == retired {
		g.close(log)
	}
}

func (g *generation) close(log *slog.Logger) {
	g.once.Do(func() {
		if err := g.program.CloseLogs(); err != nil {
			log.Error("closing the access logs failed", "reason", err)
		}
	})
}

// queue holds the requests that wait for a place.
type queue struct {
	mu sync.Mutex
	// waiting are the turns of those that wait, the longest first. A turn gets true for a place.
	waiting []chan bool
	// places is how many were left before anybody waited, gone how many gave up and are still counted.
	places, gone int
	// closed says that nobody needs to wait here any more.
	closed bool
}

// outcome is how the wait for a place ended.
type outcome uint8

const (
	// turnCame is a place.
	turnCame outcome = iota
	// turnMoved says that the next generation has places.
	turnMoved
	// turnGone is a wait that was given up. The request stays counted until the next place is left, since somebody may be
	// about to leave it for this one.
	turnGone
)

// await waits for a place, or until done is closed.
func (q *queue) await(turn chan bool, done <-chan struct{}) outcome {
	q.mu.Lock()
	switch {
	case q.closed:
		q.mu.Unlock()
		return turnMoved
	case q.places > 0:
		q.places--
		q.mu.Unlock()
		return turnCame
	}
	q.waiting = append(q.waiting, turn)
	q.mu.Unlock()
	select {
	case place := <-turn:
		return came(place)
	case <-done:
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	for i := range q.waiting {
		if q.waiting[i] == turn {
			q.waiting = append(q.waiting[:i], q.waiting[i+1:]...)
			q.gone++
			return turnGone
		}
	}
	return came(<-turn) // it came in the meantime
}

func came(place bool) outcome {
	if place {
		return turnCame
	}
	return turnMoved
}

// close sends everybody away who waits.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	for _, turn := range q.waiting {
		turn <- false
	}
	q.waiting = nil
}

// pass gives a place to the request that has waited the longest.
func (g *generation) pass(log *slog.Logger) {
	q := &g.queue
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.waiting) == 0 {
		if q.gone == 0 {
			q.places++ // for the one that has counted itself and is about to wait
			return
		}
		q.gone--
		if g.leave(log) < g.bound {
			return // nobody else waited
		}
	}
	q.waiting[0] <- true
	n := copy(q.waiting, q.waiting[1:])
	q.waiting = q.waiting[:n]
}
