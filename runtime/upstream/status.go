// Package upstream holds what is known of the backends while the server runs: an immutable description of each worker
// and balancer, and beside it the live state, which requests change.
//
// The live state of a worker is a Slot: a fixed-size record without pointers that is changed by atomic operations only,
// as httpd keeps it in shared memory. Slots belong to a Table and outlive the configuration that described the worker, so
// that a reload loses neither counters nor the knowledge that a backend is down.
package upstream

import "strings"

// Status is the state of a worker as a set of bits (mod_proxy: proxy_worker_shared.status). The bits are those of
// ir.StatusFlags, which the configuration sets.
type Status uint32

// The bits, with the letters that status= and the balancer-manager use.
const (
	// Init (O) is set once the worker is ready for use.
	Init Status = 1 << iota
	// IgnoreErrors (I) keeps the worker out of the error state.
	IgnoreErrors
	// Drain (N) gives the worker no new sessions; its own sticky sessions go on.
	Drain
	// Generic (G) marks a worker made for a URL that none was configured for.
	Generic
	// Shutdown (U) is set while the server ends.
	Shutdown
	// Disabled (D) takes the worker out.
	Disabled
	// Stopped (S) takes the worker out and ends retries and health checks too.
	Stopped
	// InError (E) is set by failures and cleared by the retry time or a success.
	InError
	// Standby (H) uses the worker only when no other is usable.
	Standby
	// Spare (R) uses the worker in place of an unusable one.
	Spare
	// Free (F) marks a slot without a worker.
	Free
	// HealthFail (C) is set and cleared by health checks only.
	HealthFail
)

const (
	statusLetters  = "OINGUDSEHRFC"
	unusable       = Shutdown | Disabled | Stopped | InError | HealthFail
	configuredBits = IgnoreErrors | Drain | Disabled | Stopped | Standby | Spare
)

// Usable says whether a request may be sent to the worker: it is initialised and none of U, D, S, E, C is set.
func (s Status) Usable() bool { return s&Init != 0 && s&unusable == 0 }

// Has says whether all bits of t are set.
func (s Status) Has(t Status) bool { return s&t == t }

// String returns the letters of the bits that are set, in the order of httpd's table.
func (s Status) String() string {
	var b strings.Builder
	for i := range len(statusLetters) {
		if s&(1<<i) != 0 {
			b.WriteByte(statusLetters[i])
		}
	}
	return b.String()
}
