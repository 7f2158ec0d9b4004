package upstream_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/runtime/upstream"
)

func checked(c upstream.Check, status string) *upstream.Slot {
	flags, _, err := ir.ParseStatusFlags(status)
	if err != nil {
		panic(err)
	}
	return upstream.NewTable().Slot(upstream.Key{Worker: "http://a"}, upstream.State{Status: flags, Factor: 100, Check: c})
}

// TestChecksCount holds mod_proxy_hcheck's arithmetic: what is counted is not counted in a row.
func TestChecksCount(t *testing.T) {
	tests := []struct {
		name          string
		passes, fails int
		status        string
		// checks are + and -; an e is a request that fails.
		checks string
		// want is the state after each: C, E, both, or a dot.
		want string
	}{
		{"one bad check", 1, 1, "", "-", "C"},
		{"one good check brings back", 1, 1, "", "-+", "C."},
		{"a good check does not set the failures back", 1, 3, "", "-+-+-", "....C"},
		{"a bad check does not set the passes back", 3, 1, "", "-+-+-+", "CCCCC."},
		{"the count of failures begins anew", 1, 2, "", "--+--", ".C..C"},
		{"failures while it is out do not count", 1, 2, "", "----+-", ".CCC.."},
		{"a failed request is mended by a good check", 1, 1, "", "e+", "E."},
		{"and by as many as hcpasses", 2, 1, "", "e++", "EE."},
		{"a bad check adds nothing to it", 1, 1, "", "e-+", "EE."},
		{"both are cleared together", 1, 1, "", "-e+", "CB."},
		{"0 is as 1", 0, 0, "", "-+", "C."},
		{"a member that ignores errors is taken out all the same", 1, 1, "I", "-e+", "CC."},
		{"one that is disabled too", 1, 1, "D", "-+", "C."},
		{"it may begin as failed", 2, 1, "C", "++-", "C.C"},
	}
	now := time.Unix(1000, 0)
	for _, test := range tests {
		slot := checked(upstream.Check{Method: upstream.CheckGet, Interval: time.Second, Passes: test.passes, Fails: test.fails}, test.status)
		slot.StartChecks(now)
		var got strings.Builder
		for _, step := range test.checks {
			if step == 'e' {
				slot.Fail(now)
			} else {
				now = now.Add(2 * time.Second)
				if !slot.BeginCheck(now) {
					t.Fatalf("%s: no check is due", test.name)
				}
				slot.EndCheck(step == '+', now)
			}
			got.WriteByte(".CEB"[index(slot.Status())])
		}
		if got.String() != test.want {
			t.Errorf("%s: %s makes %s, want %s", test.name, test.checks, got.String(), test.want)
		}
	}
}

func index(s ir.StatusFlags) int {
	i := 0
	if s.Has(ir.StatusHealthFailed) {
		i++
	}
	if s.Has(ir.StatusError) {
		i += 2
	}
	return i
}

// TestCheckIsDue holds when a check is due: later than the interval after the end of the last one, or after the start.
func TestCheckIsDue(t *testing.T) {
	start := time.Unix(1000, 0)
	slot := checked(upstream.Check{Method: upstream.CheckTCP, Interval: time.Second}, "")
	slot.StartChecks(start)
	slot.StartChecks(start.Add(time.Hour)) // as a reload does
	due := func(at time.Duration, want bool, why string) {
		t.Helper()
		if slot.BeginCheck(start.Add(at)) != want {
			t.Errorf("%s: due is not %t", why, want)
		}
	}
	due(time.Second, false, "at the end of the interval")
	due(time.Second+time.Microsecond, true, "behind it")
	due(time.Hour, false, "while it runs")
	slot.EndCheck(true, start.Add(3*time.Second))
	due(4*time.Second, false, "an interval after the check began")
	due(4*time.Second+time.Microsecond, true, "an interval after it ended")
	slot.AbandonCheck()
	due(5*time.Second, true, "after one that was broken off")
	slot.EndCheck(true, start)
	slot.Set(ir.StatusStopped)
	due(time.Hour, false, "stopped")
	slot.Clear(ir.StatusStopped)
	slot.Set(ir.StatusDisabled | ir.StatusDrain)
	due(time.Hour, true, "disabled")
	slot.EndCheck(true, start)
	slot.SetCheck(upstream.Check{Interval: time.Second})
	due(time.Hour, false, "no method")
}

// TestReloadKeepsHealth holds that a member stays out over a reload while it is checked, and comes back when no check would
// ever bring it back.
func TestReloadKeepsHealth(t *testing.T) {
	table, key := upstream.NewTable(), upstream.Key{Worker: "http://a"}
	load := func(status ir.StatusFlags, c upstream.Check) *upstream.Slot {
		state := upstream.State{Status: status, Factor: 100, Check: c}
		slot := table.Slot(key, state)
		slot.Configure(state)
		return slot
	}
	check := upstream.Check{Method: upstream.CheckHead11, Interval: time.Second, Passes: 2, Fails: 2}
	slot := load(0, check)
	slot.EndCheck(false, time.Unix(1, 0))
	slot.EndCheck(false, time.Unix(2, 0))
	slot.EndCheck(true, time.Unix(3, 0))
	check.Passes = 3
	if load(0, check); slot.Usable() || slot.ChecksPassed() != 1 || slot.Check() != check {
		t.Errorf("usable %t, passed %d, %+v", slot.Usable(), slot.ChecksPassed(), slot.Check())
	}
	if load(0, upstream.Check{}); !slot.Usable() {
		t.Error("a member that is no longer checked stays out")
	}
	if load(ir.StatusHealthFailed, upstream.Check{}); !slot.Usable() {
		t.Error("status=+C in the configuration of a reload took out a member that runs")
	}
}

func TestCheckMethods(t *testing.T) {
	for m := upstream.CheckNone; m <= upstream.CheckGet11; m++ {
		if back, ok := upstream.CheckMethodOf(ir.HealthMethod(m.String())); !ok || back != m {
			t.Errorf("%v is %v, %t", m, back, ok)
		}
	}
	if _, ok := upstream.CheckMethodOf("PING"); ok {
		t.Error("PING is a method")
	}
}

// TestOutUntilPassed is the law behind the counts: whatever happens, a member that failed its checks is unusable until
// hcpasses good ones have come, and each count stays below its bound.
func TestOutUntilPassed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := upstream.Check{Method: upstream.CheckGet, Interval: time.Second, Passes: rapid.IntRange(0, 4).Draw(t, "passes"), Fails: rapid.IntRange(0, 4).Draw(t, "fails")}
		slot := checked(c, "")
		now := time.Unix(1000, 0)
		for range rapid.IntRange(0, 30).Draw(t, "steps") {
			now = now.Add(time.Minute)
			was := slot.Status().Has(ir.StatusHealthFailed)
			good := false
			switch rapid.IntRange(0, 3).Draw(t, "step") {
			case 0:
				slot.Fail(now)
				continue
			case 1:
				slot.Retry(now, 0)
				continue
			case 2:
				good = true
			}
			passed := slot.ChecksPassed()
			change := slot.EndCheck(good, now)
			is := slot.Status().Has(ir.StatusHealthFailed)
			if was && !is && (!good || passed+1 < c.Passes || change != upstream.Enabled) || !was && is && (good || change != upstream.Disabled) {
				t.Fatalf("failed %t became %t by a check that was good: %t (%d passed of %d)", was, is, good, passed, c.Passes)
			}
			if slot.ChecksPassed() >= max(1, c.Passes) || slot.ChecksFailed() >= max(1, c.Fails) {
				t.Fatalf("passed %d of %d, failed %d of %d", slot.ChecksPassed(), c.Passes, slot.ChecksFailed(), c.Fails)
			}
		}
	})
}
