// Package upstream holds what is known of the backends while the server runs: an immutable description of each worker
// and balancer, and beside it the live state, which requests change.
//
// The live state of a worker is a Slot: a fixed-size record without pointers that is changed by atomic operations only,
// as httpd keeps it in shared memory. Slots belong to a Table and outlive the configuration that described the worker, so
// that a reload loses neither counters nor the knowledge that a backend is down.
package upstream

import (
	"sync/atomic"
	"time"

	"github.com/lbconf/lbconf/ir"
)

// Slot is the live state of one worker (mod_proxy: proxy_worker_shared). Its size is fixed and it holds no pointer.
type Slot struct {
	status      atomic.Uint32
	factor      atomic.Int32
	lbStatus    atomic.Int32
	lbSet       atomic.Int32
	busy        atomic.Int32
	retries     atomic.Int32
	elected     atomic.Uint64
	transferred atomic.Int64
	read        atomic.Int64
	errorTime   atomic.Int64
	failures    atomic.Uint64
	health      health
}

// Status returns the states.
func (s *Slot) Status() ir.StatusFlags { return ir.StatusFlags(s.status.Load()) }

// Usable says whether a request may be sent to the worker.
func (s *Slot) Usable() bool { return s.Status().Usable() }

// Set sets states.
func (s *Slot) Set(states ir.StatusFlags) { s.status.Or(uint32(states)) }

// Clear clears states.
func (s *Slot) Clear(states ir.StatusFlags) { s.status.And(^uint32(states)) }

// Fail puts the worker into the error state, unless it ignores errors, and says whether it did.
func (s *Slot) Fail(now time.Time) bool {
	if s.Status().Has(ir.StatusIgnore) {
		return false
	}
	s.errorTime.Store(now.UnixMicro())
	if before := s.status.Or(uint32(ir.StatusError)); !ir.StatusFlags(before).Has(ir.StatusError) {
		s.failures.Add(1)
	}
	return true
}

// Recovered notes that a connection to the worker could be opened: the error time and the retries start anew.
func (s *Slot) Recovered() {
	if s.errorTime.Load() != 0 {
		s.errorTime.Store(0)
	}
	if s.retries.Load() != 0 {
		s.retries.Store(0)
	}
}

// Retry clears the error state where httpd does: never while the worker is stopped, at once when it ignores errors, else
// when more than retry has passed since the failure. It says whether the worker is out of the error state.
func (s *Slot) Retry(now time.Time, retry time.Duration) bool {
	status := s.Status()
	if !status.Has(ir.StatusError) {
		return true
	}
	if status.Has(ir.StatusStopped) {
		return false
	}
	if !status.Has(ir.StatusIgnore) && now.UnixMicro() <= s.errorTime.Load()+retry.Microseconds() {
		return false
	}
	s.ForceRetry()
	return true
}

// ForceRetry clears the error state and counts a retry.
func (s *Slot) ForceRetry() {
	s.retries.Add(1)
	s.Clear(ir.StatusError)
}

// Factor returns the load factor times 100; it is 100 to 10000.
func (s *Slot) Factor() int32 { return s.factor.Load() }

// LBStatus returns the running sum of the balancing method.
func (s *Slot) LBStatus() int32 { return s.lbStatus.Load() }

// AddLBStatus adds to the running sum of the balancing method and returns it.
func (s *Slot) AddLBStatus(n int32) int32 { return s.lbStatus.Add(n) }

// LBSet returns the number of the worker's load balancer set, 0 to 99.
func (s *Slot) LBSet() int { return int(s.lbSet.Load()) }

// Busy returns the number of requests in work.
func (s *Slot) Busy() int32 { return s.busy.Load() }

// Begin counts a request in.
func (s *Slot) Begin() { s.busy.Add(1) }

// End counts a request out. The count does not fall below 0.
func (s *Slot) End() {
	for {
		n := s.busy.Load()
		if n == 0 || s.busy.CompareAndSwap(n, n-1) {
			return
		}
	}
}

// Elected returns how often a balancer chose the worker.
func (s *Slot) Elected() uint64 { return s.elected.Load() }

// Elect counts a choice.
func (s *Slot) Elect() { s.elected.Add(1) }

// Transferred returns the bytes sent to the backend: heads and bodies.
func (s *Slot) Transferred() int64 { return s.transferred.Load() }

// AddTransferred counts bytes sent to the backend.
func (s *Slot) AddTransferred(n int64) { s.transferred.Add(n) }

// Read returns the bytes received from the backend: status lines and bodies.
func (s *Slot) Read() int64 { return s.read.Load() }

// AddRead counts bytes received from the backend.
func (s *Slot) AddRead(n int64) { s.read.Add(n) }
