// Package health checks the members of balancers as mod_proxy_hcheck does under mod_watchdog: each on its own interval,
// several at a time, without a request of a client.
//
// What a check makes of a member is counted in its upstream.Slot, which also says when the next one is due; the package
// itself keeps nothing, so that a reload goes on where the configuration before it stopped.
package health

import (
	"context"
	"iter"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"github.com/lbconf/lbconf/runtime/internal/clock"
	"github.com/lbconf/lbconf/runtime/upstream"
)

const (
	// slice is how often the watchdog looks which checks are due (mod_watchdog: AP_WD_TM_SLICE).
	slice = 100 * time.Millisecond
	// idle is how often it looks while no member is checked: the balancer manager may change that.
	idle = time.Second
)

// Prober checks one member.
type Prober interface {
	// Probe asks the member once. An error says why the member is not healthy, or that ctx is done.
	Probe(ctx context.Context, w *upstream.Worker, method upstream.CheckMethod) error
}

// Members yields the members that may be checked, as they are at the moment; one may come more than once.
type Members = iter.Seq[*upstream.Worker]

// Watchdog checks members while it runs. New makes one.
type Watchdog struct {
	clock  clock.Clock
	log    *slog.Logger
	prober Prober
	// watched wakes Run when the members are others.
	watched chan struct{}

	mu      sync.Mutex
	members Members
	// free holds a token for each check that may run beside those that do.
	free chan struct{}
}

// New returns a watchdog that watches nothing yet.
func New(c clock.Clock, log *slog.Logger, prober Prober) *Watchdog {
	d := &Watchdog{clock: c, log: log, prober: prober, watched: make(chan struct{}, 1)}
	d.members = func(func(*upstream.Worker) bool) {}
	return d
}

// Watch makes members those that are checked from now on. At most atOnce checks run at a time (mod_proxy_hcheck:
// ProxyHCTPsize); 0 is as 1. Checks that run are not broken off.
func (d *Watchdog) Watch(members Members, atOnce int) {
	now := d.clock.Now()
	for w := range members {
		w.Slot.StartChecks(now)
	}
	d.mu.Lock()
	d.members, d.free = members, make(chan struct{}, max(1, atOnce))
	d.mu.Unlock()
	select {
	case d.watched <- struct{}{}:
	default: // Run has not seen the last change yet, and will see this one with it
	}
}

// Run checks until ctx is done, and returns when no check runs any more.
func (d *Watchdog) Run(ctx context.Context) {
	var checks sync.WaitGroup
	defer checks.Wait()
	timer := d.clock.NewTimer(slice)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-d.watched:
		case <-timer.C():
			d.look(ctx, &checks)
		}
		if pause := d.pause(); pause > 0 {
			timer.Reset(pause)
		}
	}
}

// pause returns how long to wait before the next look; 0 is until there are members.
func (d *Watchdog) pause() time.Duration {
	members, _ := d.now()
	pause := time.Duration(0)
	for w := range members {
		if w.Slot.Check().Method != upstream.CheckNone {
			return slice
		}
		pause = idle
	}
	return pause
}

func (d *Watchdog) now() (Members, chan struct{}) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.members, d.free
}

// look starts the checks that are due.
func (d *Watchdog) look(ctx context.Context, checks *sync.WaitGroup) {
	members, free := d.now()
	now := d.clock.Now()
	for w := range members {
		w.Slot.StartChecks(now) // it may be new
		if w.Slot.BeginCheck(now) {
			checks.Go(func() {
				select {
				case free <- struct{}{}:
					d.check(ctx, w)
					<-free
				case <-ctx.Done():
					w.Slot.AbandonCheck()
				}
			})
		}
	}
}

// check checks one member and says what that changed.
func (d *Watchdog) check(ctx context.Context, w *upstream.Worker) {
	method := w.Slot.Check().Method
	err := d.prober.Probe(ctx, w, method)
	if ctx.Err() != nil {
		w.Slot.AbandonCheck() // it may have failed because it was broken off
		return
	}
	status := 0
	if err != nil {
		status = 1
	}
	// The texts and identifiers are httpd's, so that what looks for them in its log finds them in this one.
	d.log.Debug("Health check "+method.String()+" Status ("+strconv.Itoa(status)+") for "+w.Name, "id", "AH03251", "reason", err)
	switch w.Slot.EndCheck(err == nil, d.clock.Now()) {
	case upstream.Disabled:
		d.log.Warn("Health check DISABLING "+w.Name, "id", "AH03303", "method", method.String(), "reason", err)
	case upstream.Enabled:
		d.log.Info("Health check ENABLING "+w.Name, "id", "AH03302", "method", method.String())
	case upstream.Unchanged:
	}
}
