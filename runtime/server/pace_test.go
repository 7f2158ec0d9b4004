package server

import (
	"testing"
	"time"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/runtime/internal/clock"
	"github.com/lbconf/lbconf/runtime/program"
)

// TestHeadBy: a head may take its first time and what its bytes earn, up to the longest; each wait ends with Timeout.
func TestHeadBy(t *testing.T) {
	start := time.Unix(1000, 0)
	usual := ir.ReadTimeout{First: 20 * time.Second, Most: 40 * time.Second, PerByte: 2 * time.Millisecond}
	for _, test := range []struct {
		name          string
		bound         ir.ReadTimeout
		received      int
		since, allows time.Duration
	}{
		{"nothing sent", usual, 0, 0, 20 * time.Second},
		{"bytes earn time", usual, 1000, time.Second, 22 * time.Second},
		{"not more than the most", usual, 1 << 20, time.Second, 40 * time.Second},
		{"no most", ir.ReadTimeout{First: time.Second, PerByte: time.Second}, 50, 10 * time.Second, 51 * time.Second},
		{"no rate", ir.ReadTimeout{First: time.Second}, 1 << 20, 0, time.Second},
		{"Timeout is sooner", ir.ReadTimeout{First: time.Hour}, 0, 30 * time.Second, 90 * time.Second},
		{"off", ir.ReadTimeout{}, 100, 5 * time.Second, 65 * time.Second},
	} {
		fake := clock.NewFake(start)
		fake.Advance(test.since)
		c := &conn{server: &Server{clock: fake}, pace: pace{wait: time.Minute, header: test.bound}}
		if got := c.headBy(start, test.received).Sub(start); got != test.allows {
			t.Errorf("%s: %v, want %v", test.name, got, test.allows)
		}
	}
}

// TestHandshakeTime: without a rate the first time counts, with one the longest that can be earned.
func TestHandshakeTime(t *testing.T) {
	for bound, want := range map[ir.ReadTimeout]time.Duration{
		{}:                               time.Minute,
		{First: time.Second}:             time.Second,
		{First: time.Hour}:               time.Minute,
		{First: time.Second, PerByte: 1}: time.Minute,
		{First: 1, Most: time.Second, PerByte: 1}: time.Second,
	} {
		if got := handshakeTime(&program.Settings{Timeout: time.Minute, Reading: program.Reading{Handshake: bound}}); got != want {
			t.Errorf("%v: %v, want %v", bound, got, want)
		}
	}
}
