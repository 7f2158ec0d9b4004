package health_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/runtime/health"
	"github.com/lbconf/lbconf/runtime/internal/clock"
	"github.com/lbconf/lbconf/runtime/internal/leaks"
	"github.com/lbconf/lbconf/runtime/upstream"
)

func TestMain(m *testing.M) { os.Exit(leaks.Main(m)) }

// script is a Prober that notes when it is asked, and answers as its functions say.
type script struct {
	start time.Time
	probe map[string]func(ctx context.Context) error

	mu     sync.Mutex
	asked  map[string][]string
	atOnce int
	most   int
}

func (s *script) Probe(ctx context.Context, w *upstream.Worker, method upstream.CheckMethod) error {
	s.mu.Lock()
	s.asked[w.Name] = append(s.asked[w.Name], method.String()+"@"+time.Since(s.start).String())
	s.atOnce++
	s.most = max(s.most, s.atOnce)
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.atOnce--
		s.mu.Unlock()
	}()
	if answer := s.probe[w.Name]; answer != nil {
		return answer(ctx)
	}
	return nil
}

// times returns when a member was asked, and how.
func (s *script) times(name string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.asked[name])
}

func newScript() *script {
	return &script{start: time.Now(), probe: make(map[string]func(context.Context) error), asked: make(map[string][]string)}
}

func member(table *upstream.Table, name string, c upstream.Check) *upstream.Worker {
	return &upstream.Worker{Name: name, Slot: table.Slot(upstream.Key{Worker: name}, upstream.State{Factor: 100, Check: c})}
}

// run runs a watchdog over members in the time of a synctest bubble until stop is called.
func run(s *script, atOnce int, members ...*upstream.Worker) (d *health.Watchdog, stop func()) {
	d = health.New(clock.Wall{}, slog.New(slog.DiscardHandler), s)
	d.Watch(slices.Values(members), atOnce)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		d.Run(ctx)
	}()
	return d, func() {
		cancel()
		<-done
	}
}

// TestIntervals: the first check comes an interval after the start, each further one an interval after the end of the one
// before, on the next tenth of a second.
func TestIntervals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, table := newScript(), upstream.NewTable()
		s.probe["slow"] = func(context.Context) error {
			time.Sleep(250 * time.Millisecond)
			return nil
		}
		quick := member(table, "quick", upstream.Check{Method: upstream.CheckGet, Interval: 150 * time.Millisecond})
		slow := member(table, "slow", upstream.Check{Method: upstream.CheckTCP, Interval: 100 * time.Millisecond})
		never := member(table, "never", upstream.Check{Interval: 100 * time.Millisecond})
		_, stop := run(s, 16, quick, slow, never)
		time.Sleep(950 * time.Millisecond)
		stop()
		for name, want := range map[string][]string{
			"quick": {"GET@200ms", "GET@400ms", "GET@600ms", "GET@800ms"},
			"slow":  {"TCP@200ms", "TCP@600ms"},
			"never": nil,
		} {
			if got := s.times(name); !slices.Equal(got, want) {
				t.Errorf("%s is asked at %v, want %v", name, got, want)
			}
		}
	})
}

// TestHangBlocksNobody: a member whose check does not end keeps no other from being checked, and the stop ends it without
// a verdict.
func TestHangBlocksNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, table := newScript(), upstream.NewTable()
		s.probe["hangs"] = func(ctx context.Context) error {
			<-ctx.Done()
			return ctx.Err()
		}
		s.probe["fails"] = func(context.Context) error { return errors.New("500") }
		c := upstream.Check{Method: upstream.CheckGet, Interval: 100 * time.Millisecond}
		hangs, fails := member(table, "hangs", c), member(table, "fails", c)
		_, stop := run(s, 2, hangs, fails)
		time.Sleep(time.Second)
		if fails.Usable() || !hangs.Usable() || len(s.times("hangs")) != 1 || len(s.times("fails")) < 4 {
			t.Errorf("fails usable %t, asked %v; hangs usable %t, asked %v", fails.Usable(), s.times("fails"), hangs.Usable(), s.times("hangs"))
		}
		stop()
		if !hangs.Usable() || !hangs.Slot.BeginCheck(time.Now()) {
			t.Error("a check that was broken off counts, or is not over")
		}
	})
}

// TestAtOnce: no more checks run at a time than ProxyHCTPsize says, and those that wait are not lost.
func TestAtOnce(t *testing.T) {
	for atOnce, most := range map[int]int{0: 1, 1: 1, 3: 3, 16: 5} {
		synctest.Test(t, func(t *testing.T) {
			s, table := newScript(), upstream.NewTable()
			var members []*upstream.Worker
			for _, name := range []string{"a", "b", "c", "d", "e"} {
				s.probe[name] = func(context.Context) error {
					time.Sleep(50 * time.Millisecond)
					return nil
				}
				members = append(members, member(table, name, upstream.Check{Method: upstream.CheckTCP, Interval: 100 * time.Millisecond}))
			}
			_, stop := run(s, atOnce, members...)
			time.Sleep(time.Second)
			stop()
			if s.most != most {
				t.Errorf("ProxyHCTPsize %d: %d checks at a time, want %d", atOnce, s.most, most)
			}
			for _, w := range members {
				if len(s.times(w.Name)) < 2 {
					t.Errorf("ProxyHCTPsize %d: %s was asked %v", atOnce, w.Name, s.times(w.Name))
				}
			}
		})
	}
}

// TestInTurn: checks that are due at the same time begin in the order of the members, however many may run.
func TestInTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, table := newScript(), upstream.NewTable()
		var members []*upstream.Worker
		var begun []string
		for i := range 20 {
			name := string(rune('a' + i))
			s.probe[name] = func(context.Context) error {
				begun = append(begun, name) // one at a time
				time.Sleep(20 * time.Millisecond)
				return nil
			}
			members = append(members, member(table, name, upstream.Check{Method: upstream.CheckTCP, Interval: 100 * time.Millisecond}))
		}
		_, stop := run(s, 1, members...)
		time.Sleep(620 * time.Millisecond)
		stop()
		if got := strings.Join(begun, ""); !strings.HasPrefix(got, "abcdefghijklmnopqrst") {
			t.Errorf("they begin in the order %s", got)
		}
	})
}

// TestWatchOthers: a reload changes who is checked without a pause for those that stay; without members nobody is woken.
func TestWatchOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, table := newScript(), upstream.NewTable()
		c := upstream.Check{Method: upstream.CheckGet, Interval: time.Second}
		stays, goes, comes := member(table, "stays", c), member(table, "goes", c), member(table, "comes", c)
		d, stop := run(s, 16, stays, goes)
		time.Sleep(950 * time.Millisecond)
		d.Watch(slices.Values([]*upstream.Worker{stays, comes}), 16)
		time.Sleep(550 * time.Millisecond)
		d.Watch(slices.Values[[]*upstream.Worker](nil), 16)
		time.Sleep(time.Hour)
		for name, want := range map[string]int{"stays": 1, "goes": 0, "comes": 0} {
			if got := s.times(name); len(got) != want {
				t.Errorf("%s is asked %v, want %d times", name, got, want)
			}
		}
		d.Watch(slices.Values([]*upstream.Worker{comes}), 16)
		time.Sleep(150 * time.Millisecond)
		stop()
		if len(s.times("comes")) != 1 {
			t.Errorf("one that comes back is asked %v", s.times("comes"))
		}
	})
}

// TestSwitchedOn: a check that the balancer manager switches on begins within a second of its interval.
func TestSwitchedOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, table := newScript(), upstream.NewTable()
		w := member(table, "w", upstream.Check{})
		_, stop := run(s, 16, w)
		defer stop()
		time.Sleep(10 * time.Second)
		w.Slot.SetCheck(upstream.Check{Method: upstream.CheckTCP, Interval: 100 * time.Millisecond})
		w.Slot.Set(ir.StatusHealthFailed)
		time.Sleep(1200 * time.Millisecond)
		if !w.Usable() {
			t.Errorf("it was asked at %v and is still out", s.times("w"))
		}
	})
}

// TestAdded: a member that comes while the watchdog runs is checked an interval later, and once, although two balancers have
// it.
func TestAdded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, table := newScript(), upstream.NewTable()
		first := member(table, "first", upstream.Check{Method: upstream.CheckTCP, Interval: time.Hour})
		added := member(table, "added", upstream.Check{Method: upstream.CheckTCP, Interval: time.Second})
		var come atomic.Bool
		d, stop := run(s, 16)
		defer stop()
		d.Watch(func(yield func(*upstream.Worker) bool) {
			if yield(first) && come.Load() && yield(added) {
				yield(added)
			}
		}, 16)
		time.Sleep(5050 * time.Millisecond)
		come.Store(true)
		time.Sleep(1500 * time.Millisecond)
		if got, want := s.times("added"), []string{"TCP@6.2s"}; !slices.Equal(got, want) {
			t.Errorf("it is asked at %v, want %v", got, want)
		}
	})
}
