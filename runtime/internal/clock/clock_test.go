package clock_test

import (
	"slices"
	"testing"
	"time"

	"github.com/lbconf/lbconf/runtime/internal/clock"
)

func TestFakeFiresInOrder(t *testing.T) {
	start := time.Unix(1000, 0)
	fake := clock.NewFake(start)
	var fired []string
	fake.AfterFunc(2*time.Second, func() { fired = append(fired, "b@"+fake.Now().Sub(start).String()) })
	fake.AfterFunc(time.Second, func() {
		fired = append(fired, "a@"+fake.Now().Sub(start).String())
		fake.AfterFunc(500*time.Millisecond, func() { fired = append(fired, "c@"+fake.Now().Sub(start).String()) })
	})
	stopped := fake.AfterFunc(time.Second, func() { fired = append(fired, "stopped") })
	if !stopped.Stop() || stopped.Stop() {
		t.Error("Stop must say that the timer was armed, and then that it is not")
	}
	fake.Advance(3 * time.Second)
	if want := []string{"a@1s", "c@1.5s", "b@2s"}; !slices.Equal(fired, want) {
		t.Errorf("fired %v, want %v", fired, want)
	}
	if got := fake.Now(); !got.Equal(start.Add(3 * time.Second)) {
		t.Errorf("the clock shows %v", got)
	}
}

func TestTimerSendsTheTime(t *testing.T) {
	for name, c := range map[string]clock.Clock{"wall": clock.Wall{}, "fake": clock.NewFake(time.Unix(5, 0))} {
		timer := c.NewTimer(time.Millisecond)
		if fake, ok := c.(*clock.Fake); ok {
			fake.Advance(time.Millisecond)
		}
		if got := <-timer.C(); got.IsZero() {
			t.Errorf("%s: no time", name)
		}
		if timer.Stop() {
			t.Errorf("%s: a timer that fired is not armed", name)
		}
		if timer.Reset(time.Hour) || !timer.Stop() {
			t.Errorf("%s: Reset must arm a timer that fired", name)
		}
	}
}
