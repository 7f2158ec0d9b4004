package proxy

import (
	"context"
	"sync"
	"time"

	"github.com/lbconf/lbconf/runtime/upstream"
)

// pools holds the connections to the workers of a process, by the slot of the worker, so that they survive a reload.
type pools struct {
	mu    sync.RWMutex
	pools map[*upstream.Slot]*pool
	// keep says whether the program that runs has a slot; nil before the first reload.
	keep func(*upstream.Slot) bool
}

// of returns the pool of a worker. A worker that only requests from before a reload still know gets one that keeps no
// connection, since nobody would ever use or close it.
func (p *pools) of(w *upstream.Worker) *pool {
	p.mu.RLock()
	found := p.pools[w.Slot]
	p.mu.RUnlock()
	if found != nil {
		return found
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if found = p.pools[w.Slot]; found == nil {
		found = &pool{}
		if found.closed = p.keep != nil && !p.keep(w.Slot); !found.closed {
			p.pools[w.Slot] = found
		}
	}
	return found
}

// retain closes what is idle in the pools of slots that keep does not want, and forgets those without connections in
// use. It runs after a reload.
func (p *pools) retain(keep func(*upstream.Slot) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.keep = keep
	for slot, pool := range p.pools {
		if !keep(slot) {
			pool.close()
			delete(p.pools, slot)
		}
	}
}

// pool holds the connections to one worker: those that wait for a request, the latest first, and how many are open.
type pool struct {
	mu     sync.Mutex
	idle   []*backend
	open   int
	closed bool
	// waiting are the requests that wait for one of max connections, the oldest first. A receiver gets an idle
	// connection, or nil as the right to open one.
	waiting []chan *backend
	// addresses are the resolved addresses of the worker, valid until stale.
	addresses addresses
}

// take returns an idle connection, or nil with the right to open one. It waits when as many as max are open, and returns
// errAcquire when acquire has passed.
func (p *pool) take(ctx context.Context, d *dialer, settings *upstream.Settings, now time.Time) (*backend, error) {
	p.mu.Lock()
	p.expire(settings, 0, now)
	if n := len(p.idle); n > 0 {
		b := p.idle[n-1]
		p.idle[n-1] = nil
		p.idle = p.idle[:n-1]
		p.mu.Unlock()
		return b, nil
	}
	if settings.Max <= 0 || p.open < settings.Max {
		p.open++
		p.mu.Unlock()
		return nil, nil //nolint:nilnil // nil is the right to open a connection
	}
	turn := make(chan *backend, 1)
	p.waiting = append(p.waiting, turn)
	p.mu.Unlock()
	return p.await(ctx, d, turn, settings.Acquire)
}

// await waits for a turn.
func (p *pool) await(ctx context.Context, d *dialer, turn chan *backend, acquire time.Duration) (*backend, error) {
	var late <-chan time.Time
	if acquire > 0 {
		timer := d.clock.NewTimer(acquire)
		defer timer.Stop()
		late = timer.C()
	}
	select {
	case b := <-turn:
		return b, nil
	case <-late:
	case <-ctx.Done():
	}
	p.mu.Lock()
	for i, w := range p.waiting {
		if w == turn {
			p.waiting = append(p.waiting[:i], p.waiting[i+1:]...)
			p.mu.Unlock()
			return nil, errAcquire
		}
	}
	p.mu.Unlock()
	return <-turn, nil // the turn came in the meantime
}

// put gives a connection back for later requests.
func (p *pool) put(b *backend, settings *upstream.Settings, now time.Time) {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		b.close()
		p.drop()
		return
	}
	if len(p.waiting) > 0 {
		p.next(b)
		p.mu.Unlock()
		return
	}
	b.idleSince = now
	p.idle = append(p.idle, b)
	p.expire(settings, settings.SMax, now)
	p.mu.Unlock()
}

// drop counts out a connection that was closed or could not be opened.
func (p *pool) drop() {
	p.mu.Lock()
	if len(p.waiting) > 0 {
		p.next(nil)
	} else {
		p.open--
	}
	p.mu.Unlock()
}

// next gives the oldest waiting request its turn.
func (p *pool) next(b *backend) {
	p.waiting[0] <- b
	p.waiting = p.waiting[1:]
}

// expire closes connections that were idle for longer than ttl, the oldest first, down to so many. None of them is used
// again, those that smax spares neither.
func (p *pool) expire(settings *upstream.Settings, spared int, now time.Time) {
	if settings.TTL <= 0 {
		return
	}
	n := 0
	for n < len(p.idle) && len(p.idle)-n > spared && now.Sub(p.idle[n].idleSince) >= settings.TTL {
		p.idle[n].close()
		n++
	}
	if n > 0 {
		p.open -= n
		kept := copy(p.idle, p.idle[n:])
		clear(p.idle[kept:])
		p.idle = p.idle[:kept]
	}
}

// close closes what is idle; connections in use are closed when they are put back.
func (p *pool) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	for _, b := range p.idle {
		b.close()
	}
	p.open -= len(p.idle)
	p.idle = nil
}
