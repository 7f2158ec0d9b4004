package proxy

import "github.com/lbconf/lbconf/runtime/upstream"

// PoolState is what the connections to a worker are doing.
type PoolState struct {
	// Open is how many there are or are being opened, Idle how many of them wait for a request.
	Open, Idle int
	// Waiting is how many requests wait for one.
	Waiting int
}

// Pool returns the connections to the worker of a slot at this moment.
func (p *Proxy) Pool(slot *upstream.Slot) PoolState {
	p.pools.mu.RLock()
	found := p.pools.pools[slot]
	p.pools.mu.RUnlock()
	if found == nil {
		return PoolState{}
	}
	found.mu.Lock()
	defer found.mu.Unlock()
	return PoolState{Open: found.open, Idle: len(found.idle), Waiting: len(found.waiting)}
}
