// Package clock tells the time and arms timers, so that whatever depends on time can be tested without waiting. It is the
// one place of the runtime that reads the clock of the machine.
package clock

import "time"

// Clock tells the time and arms timers.
type Clock interface {
	// Now returns the time, with the reading of the monotonic clock where the implementation has one.
	Now() time.Time
	// NewTimer returns a timer that sends the time on its channel after d.
	NewTimer(d time.Duration) Timer
	// AfterFunc calls f in a goroutine of its own after d. The channel of the timer is nil.
	AfterFunc(d time.Duration, f func()) Timer
}

// Timer is one armed timer.
type Timer interface {
	// C returns the channel on which the time arrives, or nil for a timer of AfterFunc.
	C() <-chan time.Time
	// Stop disarms the timer and says whether it was armed.
	Stop() bool
	// Reset arms the timer anew and says whether it was armed.
	Reset(d time.Duration) bool
}

// Wall is the clock of the machine.
type Wall struct{}

// Now returns the time of the machine.
func (Wall) Now() time.Time { return time.Now() }

// NewTimer returns a timer of the machine.
func (Wall) NewTimer(d time.Duration) Timer { return wallTimer{time.NewTimer(d)} }

// AfterFunc calls f after d.
func (Wall) AfterFunc(d time.Duration, f func()) Timer { return wallTimer{time.AfterFunc(d, f)} }

type wallTimer struct{ *time.Timer }

func (t wallTimer) C() <-chan time.Time { return t.Timer.C }
