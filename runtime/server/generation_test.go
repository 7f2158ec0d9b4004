package server

import (
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lbconf/lbconf/runtime/program"
)

// TestBoundHolds: however requests come, give up and end, no more are in work than the bound says, and none waits when
// there is a place.
func TestBoundHolds(t *testing.T) {
	const bound, clients, requests = 3, 24, 400
	s := &Server{log: slog.New(slog.DiscardHandler)}
	s.current.Store(&generation{bound: bound})
	never, gone := make(chan struct{}), make(chan struct{})
	close(gone)
	var working, most, served atomic.Int64
	var running sync.WaitGroup
	for client := range clients {
		running.Go(func() {
			turn := make(chan bool, 1)
			for i := range requests {
				done := never
				if (client+i)%5 == 0 {
					done = gone
				}
				g := s.acquire(turn, done)
				if g == nil {
					continue
				}
				n := working.Add(1)
				for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
				}
				if i%7 == 0 {
					time.Sleep(10 * time.Microsecond)
				}
				working.Add(-1)
				served.Add(1)
				g.release(s.log)
			}
		})
	}
	running.Wait()
	g := s.current.Load()
	if most.Load() > bound || g.users.Load() != 0 || len(g.queue.waiting) != 0 || g.queue.places > 0 {
		t.Errorf("%d at a time, %d in use, %d waiting, %d places left; want at most %d and nothing left", most.Load(), g.users.Load(), len(g.queue.waiting), g.queue.places, bound)
	}
	if served.Load() < clients*requests*4/5 {
		t.Errorf("%d requests were served: some that did not give up are missing", served.Load())
	}
}

// TestBoundIsFirstComeFirstServed: the request that has waited the longest is the next.
func TestBoundIsFirstComeFirstServed(t *testing.T) {
	s := &Server{log: slog.New(slog.DiscardHandler)}
	s.current.Store(&generation{bound: 1})
	first := s.acquire(make(chan bool, 1), nil)
	order := make(chan int, 5)
	for i := range 5 {
		go func() {
			g := s.acquire(make(chan bool, 1), nil)
			order <- i
			g.release(s.log)
		}()
		for waiting := 0; waiting <= i; time.Sleep(time.Millisecond) {
			first.queue.mu.Lock()
			waiting = len(first.queue.waiting)
			first.queue.mu.Unlock()
		}
	}
	first.release(s.log)
	for want := range 5 {
		if got := <-order; got != want {
			t.Errorf("request %d came before %d", got, want)
		}
	}
}

// TestBoundMovesOn: what waits for a place of a program that is replaced gets one of the next, whatever still runs on the
// old one.
func TestBoundMovesOn(t *testing.T) {
	s := &Server{log: slog.New(slog.DiscardHandler)}
	old, next := &generation{bound: 1, program: &program.Program{}}, &generation{bound: 1}
	s.current.Store(old)
	first := s.acquire(make(chan bool, 1), nil)
	got := make(chan *generation)
	go func() { got <- s.acquire(make(chan bool, 1), nil) }()
	for old.users.Load() < 2 {
		time.Sleep(time.Millisecond)
	}
	s.current.Store(next)
	old.retire(s.log)
	select {
	case g := <-got:
		if g != next {
			t.Error("it did not get a place of the next program")
		}
		g.release(s.log)
	case <-time.After(5 * time.Second):
		t.Fatal("it still waits")
	}
	first.release(s.log)
	if old.users.Load() != retired || next.users.Load() != 0 {
		t.Errorf("%d use the old program, %d the next; want none", old.users.Load()-retired, next.users.Load())
	}
}
