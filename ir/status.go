package ir

import (
	"fmt"
	"strings"
)

// StatusFlags is a set of the states of a worker (mod_proxy: proxy_worker_shared.status). The configuration sets some of
// them with status=, the running server the others.
type StatusFlags uint16

// The states, with the letters of status= and the words of balancer-manager.
const (
	// StatusInit is O: initialised.
	StatusInit StatusFlags = 1 << iota
	// StatusIgnore is I: errors are ignored, the worker never enters the error state.
	StatusIgnore
	// StatusDrain is N: only requests of its own sessions.
	StatusDrain
	// StatusGeneric is G: a worker of the defaults.
	StatusGeneric
	// StatusShutdown is U: in shutdown.
	StatusShutdown
	// StatusDisabled is D: no requests.
	StatusDisabled
	// StatusStopped is S: no requests, no retry, no health checks.
	StatusStopped
	// StatusError is E: in the error state.
	StatusError
	// StatusHotStandby is H: used while no other member is usable.
	StatusHotStandby
	// StatusHotSpare is R: replaces an unusable member of its set.
	StatusHotSpare
	// StatusFree is F: a slot without a worker.
	StatusFree
	// StatusHealthFailed is C: taken out by health checks.
	StatusHealthFailed
)

const statusLetters = "OINGUDSEHRFC"

// String returns the letters of the set: "DH".
func (f StatusFlags) String() string {
	var b strings.Builder
	for i := range len(statusLetters) {
		if f&(1<<i) != 0 {
			b.WriteByte(statusLetters[i])
		}
	}
	return b.String()
}

// Usable says whether a request may be sent to the worker: it is initialised and none of U, D, S, E, C is set.
func (f StatusFlags) Usable() bool {
	const unusable = StatusShutdown | StatusDisabled | StatusStopped | StatusError | StatusHealthFailed
	return f.Has(StatusInit) && f&unusable == 0
}

// Has says whether all states of t are set.
func (f StatusFlags) Has(t StatusFlags) bool { return f&t == t }

// ParseStatusFlags reads the value of status=: letters, of which those behind a - are returned as off and the others as
// set; a sign counts until the next one. The error names the first byte that is no letter of a state.
func ParseStatusFlags(s string) (set, off StatusFlags, err error) {
	minus := false
	for i := 0; i < len(s); i++ {
		if s[i] == '+' || s[i] == '-' {
			minus = s[i] == '-'
			if i++; i == len(s) {
				return 0, 0, fmt.Errorf("no status letter behind %q", s[i-1])
			}
		}
		k := strings.IndexByte(statusLetters, s[i]&^0x20)
		if k < 0 || s[i] < 'A' {
			return 0, 0, fmt.Errorf("unknown status letter %q: must be one of %s", s[i], statusLetters)
		}
		flag := StatusFlags(1 << k)
		if minus {
			set, off = set&^flag, off|flag
		} else {
			set, off = set|flag, off&^flag
		}
	}
	return set, off, nil
}
