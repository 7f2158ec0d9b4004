package clock

import (
	"slices"
	"sync"
	"time"
)

// Fake is a clock that stands still until Advance moves it. It is safe for concurrent use.
type Fake struct {
	mu     sync.Mutex
	now    time.Time
	timers []*fakeTimer
}

// NewFake returns a clock that shows start.
func NewFake(start time.Time) *Fake { return &Fake{now: start} }

// Now returns the time that the clock shows.
func (f *Fake) Now() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now
}

// NewTimer returns a timer that fires when Advance passes it.
func (f *Fake) NewTimer(d time.Duration) Timer {
	t := &fakeTimer{clock: f, channel: make(chan time.Time, 1)}
	t.Reset(d)
	return t
}

// AfterFunc arranges that Advance calls do when it passes d. The call happens in the goroutine of Advance, so that a
// test sees its effect at once.
func (f *Fake) AfterFunc(d time.Duration, do func()) Timer {
	t := &fakeTimer{clock: f, do: do}
	t.Reset(d)
	return t
}

// Advance moves the clock and fires what falls due, the earliest first.
func (f *Fake) Advance(d time.Duration) {
	f.mu.Lock()
	end := f.now.Add(d)
	for {
		next := f.earliest(end)
		if next == nil {
			break
		}
		f.now = next.due
		f.remove(next)
		f.mu.Unlock()
		next.fire()
		f.mu.Lock()
	}
	f.now = end
	f.mu.Unlock()
}

// earliest returns the first timer that is due by end, or nil.
func (f *Fake) earliest(end time.Time) *fakeTimer {
	var first *fakeTimer
	for _, t := range f.timers {
		if !t.due.After(end) && (first == nil || t.due.Before(first.due)) {
			first = t
		}
	}
	return first
}

func (f *Fake) remove(t *fakeTimer) bool {
	i := slices.Index(f.timers, t)
	if i < 0 {
		return false
	}
	f.timers = slices.Delete(f.timers, i, i+1)
	return true
}

type fakeTimer struct {
	clock   *Fake
	due     time.Time
	channel chan time.Time
	do      func()
}

func (t *fakeTimer) C() <-chan time.Time { return t.channel }

func (t *fakeTimer) Stop() bool {
	t.clock.mu.Lock()
	defer t.clock.mu.Unlock()
	return t.clock.remove(t)
}

func (t *fakeTimer) Reset(d time.Duration) bool {
	t.clock.mu.Lock()
	defer t.clock.mu.Unlock()
	armed := t.clock.remove(t)
	t.due = t.clock.now.Add(max(d, 0))
	t.clock.timers = append(t.clock.timers, t)
	return armed
}

func (t *fakeTimer) fire() {
	if t.do != nil {
		t.do()
		return
	}
	select {
	case t.channel <- t.due:
	default:
	}
}
