package balance_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/runtime/balance"
	"github.com/lbconf/lbconf/runtime/upstream"
)

// beats are heartbeats whose random numbers a test chooses.
type beats struct {
	all  map[string]upstream.Beat
	err  error
	pick uint32
	most uint32
}

func (b *beats) Beats() (map[string]upstream.Beat, error) { return b.all, b.err }

func (b *beats) Random(most uint32) uint32 {
	b.most = most
	return b.pick
}

// byHeartbeat is a balancer whose members are on hosts of their names.
func byHeartbeat(t *testing.T, all map[string]upstream.Beat, members ...member) (*upstream.Balancer, *beats) {
	t.Helper()
	b := balancer(t, upstream.ByHeartbeat, members...)
	for _, w := range b.Members {
		w.Host = w.Name
	}
	from := &beats{all: all}
	b.Heartbeats = from
	return b, from
}

func slots(ready int32) upstream.Beat { return upstream.Beat{Ready: ready, Busy: 1} }

// every returns whom each number from 0 on chooses, until all are through.
func every(b *upstream.Balancer, from *beats) string {
	var out strings.Builder
	for from.pick, from.most = 0, 0; from.pick <= from.most; from.pick++ {
		choice, err := balance.Pick(b, balance.Session{}, start)
		if err != nil {
			return "!"
		}
		out.WriteString(choice.Worker.Name)
		choice.Worker.Slot.End()
	}
	return out.String()
}

// TestByHeartbeat: which member each random number chooses. There is one number more than slots, and one that stands on a
// border belongs to the later member.
func TestByHeartbeat(t *testing.T) {
	for _, c := range []struct {
		name    string
		beats   map[string]upstream.Beat
		members []member
		want    string
	}{
		{"weights", map[string]upstream.Beat{"A": slots(1), "B": slots(2), "C": slots(3)}, []member{{}, {}, {}}, "ABBCCCC"},
		{"alone", map[string]upstream.Beat{"A": slots(1)}, []member{{}}, "AA"},
		{"one is unknown", map[string]upstream.Beat{"B": slots(2)}, []member{{}, {}}, "BBB"},
		{"nothing ready", map[string]upstream.Beat{"A": slots(0), "B": slots(0)}, []member{{}, {}}, "!"},
		{"nobody known", nil, []member{{}, {}}, "!"},
		{"one without slots is last", map[string]upstream.Beat{"A": slots(0), "B": slots(1), "C": slots(0)}, []member{{}, {}, {}}, "BC"},
		{"a quarter", map[string]upstream.Beat{"A": {Ready: 11}, "B": slots(1)}, []member{{}, {}}, "AABB"},
		{"a quarter of little", map[string]upstream.Beat{"A": {Ready: 3}}, []member{{}}, "!"},
		{"disabled", map[string]upstream.Beat{"A": slots(2), "B": slots(1)}, []member{{status: "D"}, {}}, "BB"},
		{"roles and sets do not count", map[string]upstream.Beat{"A": slots(1), "B": slots(1), "C": slots(1)}, []member{{status: "H"}, {status: "NR", set: 4}, {factor: 900}}, "ABCC"},
		{"old", map[string]upstream.Beat{"A": {Ready: 3, Busy: 1, Age: 10 * time.Second}, "B": {Ready: 2, Busy: 1, Age: 9 * time.Second}}, []member{{}, {}}, "BBB"},
		{"seen long ago", map[string]upstream.Beat{
			"A": {Ready: 3, Busy: 1, Seen: start.Add(-10 * time.Second)}, "B": {Ready: 2, Busy: 1, Seen: start.Add(-10*time.Second + 1)},
		}, []member{{}, {}}, "BBB"},
	} {
		b, from := byHeartbeat(t, c.beats, c.members...)
		if got := every(b, from); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// TestByHeartbeatOverflow: slots that are more than 32 bits hold are as if they were not there, and a number below 0 is a
// very large one.
func TestByHeartbeatOverflow(t *testing.T) {
	b, from := byHeartbeat(t, map[string]upstream.Beat{"A": slots(math.MaxInt32), "B": slots(math.MaxInt32), "C": slots(math.MaxInt32)}, member{}, member{}, member{})
	for pick, want := range map[uint32]string{0: "A", math.MaxInt32 - 1: "A", math.MaxInt32: "B", math.MaxUint32 - 1: "B"} {
		from.pick = pick
		if choice, err := balance.Pick(b, balance.Session{}, start); err != nil || choice.Worker.Name != want || from.most != math.MaxUint32-1 {
			t.Errorf("%d of %d: %v, %v, want %s", pick, from.most, choice.Worker, err, want)
		}
	}
	b, from = byHeartbeat(t, map[string]upstream.Beat{"A": slots(-10), "B": slots(10)}, member{}, member{})
	from.pick = 5
	if choice, err := balance.Pick(b, balance.Session{}, start); err != nil || choice.Worker.Name != "A" {
		t.Errorf("below 0: %v, %v", choice.Worker, err)
	}
}

// TestByHeartbeatOneHost: the last usable member of a host stands for all of them, each of which brings the slots of the host.
func TestByHeartbeatOneHost(t *testing.T) {
	b, from := byHeartbeat(t, map[string]upstream.Beat{"host": slots(2), "C": slots(1)}, member{}, member{}, member{})
	b.Members[0].Host, b.Members[1].Host = "host", "host"
	if got := every(b, from); got != "BBBBCC" {
		t.Errorf("%s", got)
	}
	b.Members[1].Slot.Set(ir.StatusDisabled)
	if got := every(b, from); got != "AACC" {
		t.Errorf("without the last one: %s", got)
	}
}

// TestByHeartbeatMany: more members than are compared without memory of their own.
func TestByHeartbeatMany(t *testing.T) {
	all := make(map[string]upstream.Beat)
	members := make([]member, 26)
	var want strings.Builder
	for i := range members {
		all[string(rune('A'+i))] = slots(1)
		want.WriteRune(rune('A' + i))
	}
	b, from := byHeartbeat(t, all, members...)
	if got := every(b, from); got != want.String()+"Z" {
		t.Errorf("%s", got)
	}
}

// TestByHeartbeatErrors: without heartbeats there is nobody, and a member in error is tried again in its time.
func TestByHeartbeatErrors(t *testing.T) {
	b, from := byHeartbeat(t, map[string]upstream.Beat{"A": slots(1), "B": slots(1)}, member{}, member{})
	b.Members[0].Slot.Fail(start)
	if got := every(b, from); got != "BB" {
		t.Errorf("with A in error: %s", got)
	}
	from.pick = 0
	if choice, err := balance.Pick(b, balance.Session{}, start.Add(2*time.Minute)); err != nil || choice.Worker.Name != "A" {
		t.Errorf("behind its retry: %v %v", choice.Worker, err)
	}
	from.err = errors.New("no file")
	from.all = nil
	if _, err := balance.Pick(b, balance.Session{}, start); !errors.Is(err, balance.ErrUnavailable) {
		t.Errorf("without heartbeats: %v", err)
	}
	b.Heartbeats = nil
	if _, err := balance.Pick(b, balance.Session{}, start); !errors.Is(err, balance.ErrUnavailable) {
		t.Errorf("with nobody who knows them: %v", err)
	}
}

// TestRandomUpTo: both ends are among the numbers, and each is as likely.
func TestRandomUpTo(t *testing.T) {
	var counts [4]int
	for range 40_000 {
		counts[upstream.RandomUpTo(3)]++
	}
	for i, n := range counts {
		if n < 9_500 || n > 10_500 {
			t.Errorf("%d came %d times of 40000: %s", i, n, fmt.Sprint(counts))
		}
	}
	if first, second := upstream.RandomUpTo(math.MaxUint32), upstream.RandomUpTo(math.MaxUint32); first == second {
		t.Errorf("%d twice of 2^32 numbers", first)
	}
	if n := upstream.RandomUpTo(0); n != 0 {
		t.Errorf("%d of up to 0", n)
	}
}

func TestByHeartbeatDoesNotAllocate(t *testing.T) {
	b, _ := byHeartbeat(t, map[string]upstream.Beat{"A": slots(1), "B": slots(2)}, member{}, member{})
	if n := testing.AllocsPerRun(1000, func() {
		if choice, err := balance.Pick(b, balance.Session{}, start); err == nil {
			choice.Worker.Slot.End()
		}
	}); n != 0 {
		t.Errorf("%v allocations a choice", n)
	}
}
