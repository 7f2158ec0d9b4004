package balance_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/runtime/balance"
	"github.com/lbconf/lbconf/runtime/upstream"
)

// TestChangesWhilePicking: whatever balancer-manager changes while requests run, each request gets a member that there is,
// and none is lost: what was begun is ended.
func TestChangesWhilePicking(t *testing.T) {
	b := balancer(t, upstream.ByRequests, member{}, member{}, member{})
	table := upstream.NewTable()
	stop := make(chan struct{})
	var running sync.WaitGroup
	for range 4 {
		running.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				session := balance.FindSession(b, []byte("/?S=x.A"), nil)
				if choice, err := balance.Pick(b, session, start); err == nil {
					choice.Worker.Slot.End()
				}
			}
		})
	}
	for i := range 300 {
		b.Change(func(live *upstream.Live) {
			w := live.Members[i%len(live.Members)]
			route, redirect := w.Labels()
			w.SetTexts(upstream.Texts{Route: redirect, Redirect: route})
			live.SetFactor(w, int32(100+i))
			w.Slot.SetLBSet(i % 3)
			w.Slot.Switch(ir.StatusDisabled, i%2 == 0)
			live.Method = upstream.Method(i%3 + 1)
			live.StickyCookie, live.StickyParam = "S", "S"
			live.MaxAttempts, live.Timeout = i%5, time.Duration(i)
			if i%100 == 50 {
				name := fmt.Sprintf("http://added-%d", i)
				slot := table.Slot(upstream.Key{Worker: name}, upstream.State{Factor: 100})
				live.Members = append(append([]*upstream.Worker{}, live.Members...), &upstream.Worker{Name: name, Slot: slot})
			}
			live.Restart()
		})
	}
	close(stop)
	running.Wait()
	live := b.Live()
	if len(live.Members) != 6 || len(b.Members) != 3 {
		t.Errorf("%d members now, %d of the configuration", len(live.Members), len(b.Members))
	}
	for _, w := range live.Members {
		if w.Slot.Busy() != 0 {
			t.Errorf("%s has %d requests in work", w.Name, w.Slot.Busy())
		}
	}
}
