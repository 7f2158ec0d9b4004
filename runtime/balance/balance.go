// Package balance chooses the member of a balancer for a request as mod_proxy_balancer does: the sticky session first,
// then the balancing method over load balancer sets, hot standbys and spares.
package balance

import (
	"errors"
	"slices"
	"time"

	"github.com/lbconf/lbconf/runtime/upstream"
)

// The reasons for which a balancer has no member for a request. Each is answered with 503.
var (
	// ErrNoMembers is a balancer that was never given a member (AH01171).
	ErrNoMembers = errors.New("no workers in balancer")
	// ErrUnavailable is a balancer whose members are all in error or disabled (AH01167, AH01170).
	ErrUnavailable = errors.New("all workers are in error state")
	// ErrSessionLost is a balancer with nofailover=on whose member for the session is unusable (AH01167).
	ErrSessionLost = errors.New("the worker of the session is in error state and the balancer may not fail over")
)

// Choice is the outcome of Pick.
type Choice struct {
	// Worker is the member to try.
	Worker *upstream.Worker
	// RouteChanged says that the balancer is sticky and the request goes elsewhere than its session said, or that it
	// had none: BALANCER_ROUTE_CHANGED.
	RouteChanged bool
	// Compared says that the balancing method chose, not the session; Busy and LBStatus are then what it found at the member.
	Compared       bool
	Busy, LBStatus int32
}

// Pick chooses a member, counts the choice and counts the request in; the caller counts it out with
// Worker.Slot.End. An error is one of those of this package. Where it is ErrUnavailable and the balancer has a
// Timeout, the caller waits and calls Again.
func Pick(b *upstream.Balancer, session Session, now time.Time) (Choice, error) {
	beats := beatsOf(b) // it may read a file, for which nobody else is to wait
	b.Sync()
	b.Mu.Lock()
	defer b.Mu.Unlock()
	live := b.Live()
	recoverAll(live.Members, b.ForceRecovery, now)
	if len(session.Route) > 0 {
		if w := findRoute(live.Members, session.Route, now, 1); w != nil {
			elect(live.Members, w)
			route, _ := w.Labels()
			return Choice{Worker: w, RouteChanged: string(session.Route) != route}, nil
		}
		if live.NoFailover && hasRoute(live.Members, session.Route) {
			return Choice{}, ErrSessionLost
		}
	}
	return choose(b, &live, beats, now)
}

// Again asks the balancing method once more, up to a hundred times within the Timeout of the balancer and a hundredth of it
// apart. The session is not looked for again: its member gets the request when it is its turn.
func Again(b *upstream.Balancer, now time.Time) (Choice, error) {
	beats := beatsOf(b)
	b.Mu.Lock()
	defer b.Mu.Unlock()
	live := b.Live()
	return choose(b, &live, beats, now)
}

// choose lets the balancing method choose.
func choose(b *upstream.Balancer, live *upstream.Live, beats map[string]upstream.Beat, now time.Time) (Choice, error) {
	var w *upstream.Worker
	var status int32
	if live.Method == upstream.ByHeartbeat {
		w = findByHeartbeat(live.Members, b.Heartbeats, beats, now)
	} else {
		w, status = find(live, now)
	}
	switch {
	case w != nil:
	case len(live.Members) == 0:
		return Choice{}, ErrNoMembers
	default:
		return Choice{}, ErrUnavailable
	}
	choice := Choice{Worker: w, RouteChanged: live.StickyCookie != "", Compared: true, Busy: w.Slot.Busy(), LBStatus: status}
	w.Slot.Elect()
	w.Slot.Begin()
	return choice, nil
}

// beatsOf returns what ByHeartbeat chooses by; nil for the other methods, and where nothing is known.
func beatsOf(b *upstream.Balancer) map[string]upstream.Beat {
	if b.Heartbeats == nil || b.Live().Method != upstream.ByHeartbeat {
		return nil
	}
	beats, err := b.Heartbeats.Beats()
	if err != nil {
		return nil // those who keep them have said so
	}
	return beats
}

// elect counts the choice of a session's member: the sums of the balancing method move as if it had chosen.
func elect(members []*upstream.Worker, chosen *upstream.Worker) {
	var total int32
	for _, w := range members {
		if w.Slot.Usable() {
			w.Slot.AddLBStatus(w.Slot.Factor())
			total += w.Slot.Factor()
		}
	}
	chosen.Slot.AddLBStatus(-total)
	chosen.Slot.Elect()
	chosen.Slot.Begin()
}

// recoverAll takes all members out of the error state when all are in it and none comes out by itself. A member that is
// merely disabled is not in error, so that it keeps the others where they are.
func recoverAll(members []*upstream.Worker, force bool, now time.Time) {
	for _, w := range members {
		if w.Retry(now) {
			return
		}
	}
	if force {
		for _, w := range members {
			w.Slot.ForceRetry()
		}
	}
}

// FailsOn says whether a final status puts the member that gave it into the error state (failonstatus).
func FailsOn(b *upstream.Balancer, status int) bool {
	return slices.Contains(b.FailOnStatus, status)
}
