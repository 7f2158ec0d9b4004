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
	"slices"
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
	// atOnce bounds the checks that run at a time, and running counts them.
	atOnce, running int
	// queue holds the members whose checks are due and wait, first come first served as in httpd's pool of threads.
	queue []*upstream.Worker
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
	d.members, d.atOnce = members, max(1, atOnce)
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
	pause := time.Duration(0)
	for w := range d.watching() {
		if w.Slot.Check().Method != upstream.CheckNone {
			return slice
		}
		pause = idle
	}
	return pause
}

func (d *Watchdog) watching() Members {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.members
}

// look has the members checked whose checks are due.
func (d *Watchdog) look(ctx context.Context, checks *sync.WaitGroup) {
	now := d.clock.Now()
	for w := range d.watching() {
		w.Slot.StartChecks(now) // it may be new
		if w.Slot.BeginCheck(now) {
			d.enqueue(ctx, checks, w)
		}
	}
}

// enqueue has w checked behind those that wait already.
func (d *Watchdog) enqueue(ctx context.Context, checks *sync.WaitGroup, w *upstream.Worker) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.queue = append(d.queue, w)
	if d.running < d.atOnce {
		d.running++
		checks.Go(func() {
			for w := d.next(); w != nil; w = d.next() {
				d.check(ctx, w)
			}
		})
	}
}

// next takes the first of those that wait. It is nil, and the caller no longer counted among those that run, when nobody
// waits or too many run.
func (d *Watchdog) next() *upstream.Worker {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.running > d.atOnce || len(d.queue) == 0 {
		d.running--
		return nil
	}
	w := d.queue[0]
	d.queue = slices.Delete(d.queue, 0, 1)
	return w
}

// check checks one member and says what that changed.
func (d *Watchdog) check(ctx context.Context, w *upstream.Worker) {
	if ctx.Err() != nil {
		w.Slot.AbandonCheck() // its turn comes too late
		return
	}
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
