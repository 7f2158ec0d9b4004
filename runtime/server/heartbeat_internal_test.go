package server

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/lbconf/lbconf/runtime/internal/clock"
	"github.com/lbconf/lbconf/runtime/program"
)

// TestHeartbeatsBeginOnce: what is known before run begins is followed once, so that a mistake in it is said once.
func TestHeartbeatsBeginOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log strings.Builder
		b := &heartbeats{clock: clock.Wall{}, log: slog.New(slog.NewTextHandler(&log, nil)), changed: make(chan struct{}, 1)}
		b.follow(program.Heartbeat{Listen: "239.0.0.27"}) // a group without a port
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		done := make(chan struct{})
		go func() {
			defer close(done)
			b.run(ctx)
		}()
		synctest.Wait()
		stop()
		<-done
		if n := strings.Count(log.String(), "AH02090"); n != 1 {
			t.Errorf("it is said %d times:\n%s", n, log.String())
		}
	})
}
