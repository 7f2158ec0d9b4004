package wire

import (
	"errors"
	"net"
	"os"
	"testing"
	"time"

	"github.com/lbconf/lbconf/runtime/internal/clock"
)

// drip is a connection on which bytes come at even intervals.
type drip struct {
	net.Conn

	clock    *clock.Fake
	interval time.Duration
	deadline time.Time
}

func (d *drip) SetReadDeadline(t time.Time) error {
	d.deadline = t
	return nil
}

func (d *drip) Read(p []byte) (int, error) {
	if left := d.deadline.Sub(d.clock.Now()); left < d.interval {
		d.clock.Advance(max(left, 0))
		return 0, os.ErrDeadlineExceeded
	}
	d.clock.Advance(d.interval)
	return min(len(p), 1), nil
}

// TestDemand: a peer that always sends a little before its time is up does not keep a body going for ever, and one that is
// fast enough may go on.
func TestDemand(t *testing.T) {
	for _, test := range []struct {
		name     string
		interval time.Duration
		most     time.Duration
		ends     bool
	}{
		{"a byte each 19 s", 19 * time.Second, 0, true},
		{"400 bytes a second", time.Second / 400, 0, true},
		{"600 bytes a second", time.Second / 600, 0, false},
		{"600 bytes a second, and no longer than 30 s", time.Second / 600, 30 * time.Second, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			fake := clock.NewFake(time.Unix(1000, 0))
			conn := NewConn(&drip{clock: fake, interval: test.interval}, fake)
			var r BodyReader
			r.Reset(conn, Framing{FramingLength, 1 << 20}, nil, make([]byte, 16), 20*time.Second)
			r.Demand(20*time.Second, test.most, time.Second/500)
			start := fake.Now()
			var err error
			for range 100_000 {
				if _, err = r.Next(); err != nil {
					break
				}
			}
			took := fake.Now().Sub(start)
			if ended := errors.Is(err, os.ErrDeadlineExceeded); ended != test.ends || ended && took > 101*time.Second {
				t.Errorf("%v after %v", err, took)
			}
		})
	}
}
