package balance_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/runtime/balance"
	"github.com/lbconf/lbconf/runtime/upstream"
)

// member describes a member in a test: its name is also its route.
type member struct {
	factor int32
	status string
	set    int
}

func balancer(t *testing.T, method upstream.Method, members ...member) *upstream.Balancer {
	t.Helper()
	table := upstream.NewTable()
	b := &upstream.Balancer{Name: "balancer://b", Method: method, ForceRecovery: true}
	for i, m := range members {
		flags, _, err := ir.ParseStatusFlags(m.status)
		if err != nil {
			t.Fatal(err)
		}
		status := flags
		name := string(rune('A' + i))
		slot := table.Slot(upstream.Key{Worker: name}, upstream.State{Status: status, Factor: max(m.factor, 100), LBSet: m.set})
		slot.Set(status)
		b.Members = append(b.Members, &upstream.Worker{Name: name, Route: name, Slot: slot, Settings: upstream.Settings{Retry: time.Minute}})
	}
	return b
}

// sequence picks n times; each request ends before the next one begins.
func sequence(t *testing.T, b *upstream.Balancer, n int, now time.Time) string {
	t.Helper()
	var out strings.Builder
	for range n {
		choice, err := balance.Pick(b, balance.Session{}, now)
		if err != nil {
			out.WriteByte('!')
			continue
		}
		out.WriteString(choice.Worker.Name)
		choice.Worker.Slot.End()
	}
	return out.String()
}

var start = time.Unix(1000, 0)

func TestSequences(t *testing.T) {
	tests := []struct {
		name    string
		method  upstream.Method
		members []member
		want    string
	}{
		{"equal", upstream.ByRequests, []member{{}, {}, {}}, "ABCABC"},
		{"1 2 3", upstream.ByRequests, []member{{}, {factor: 200}, {factor: 300}}, "CBACBCCBACBC"},
		{"1 and a half", upstream.ByRequests, []member{{}, {factor: 150}}, "BABABBABAB"},
		{"busyness idle 1 2", upstream.ByBusyness, []member{{}, {factor: 200}}, "BABBABBAB"},
		{"lower set first", upstream.ByRequests, []member{{set: 7}, {}, {}}, "BCBC"},
		{"next set when the lower is down", upstream.ByRequests, []member{{status: "D"}, {set: 3}, {set: 5}}, "BBB"},
		{"standby unused", upstream.ByRequests, []member{{}, {status: "H"}}, "AAA"},
		{"standby of the set before the next set", upstream.ByRequests, []member{{status: "E"}, {status: "H"}, {set: 1}}, "BBB"},
		{"standbys share", upstream.ByRequests, []member{{status: "D"}, {status: "H"}, {status: "H"}}, "BCBC"},
		{"spare unused", upstream.ByRequests, []member{{}, {}, {status: "R"}}, "ABAB"},
		{"spare beside actives", upstream.ByRequests, []member{{}, {status: "D"}, {status: "R"}, {status: "R"}}, "ACAC"},
		{"drained gets nothing and calls a spare", upstream.ByRequests, []member{{}, {status: "N"}, {status: "R"}}, "ACAC"},
		{"drained alone", upstream.ByRequests, []member{{status: "N"}}, "!!"},
		{"health check failed", upstream.ByRequests, []member{{status: "C"}, {}}, "BB"},
		{"all disabled", upstream.ByRequests, []member{{status: "D"}, {status: "S"}}, "!"},
	}
	for _, test := range tests {
		b := balancer(t, test.method, test.members...)
		for _, m := range b.Members {
			if m.Slot.Status().Has(ir.StatusError) {
				m.Slot.Fail(start)
			}
		}
		if got := sequence(t, b, len(test.want), start); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}

func TestByTraffic(t *testing.T) {
	b := balancer(t, upstream.ByTraffic, member{}, member{factor: 300})
	var got strings.Builder
	for range 8 {
		choice, err := balance.Pick(b, balance.Session{}, start)
		if err != nil {
			t.Fatal(err)
		}
		got.WriteString(choice.Worker.Name)
		choice.Worker.Slot.AddTransferred(100)
		choice.Worker.Slot.AddRead(500)
		choice.Worker.Slot.End()
	}
	// 100/100+500/100 = 6 for each request of A, 100/300+500/300 = 1 for the first of B, then 200/300+1000/300 = 3.
	if want := "ABBBABBB"; got.String() != want {
		t.Errorf("%s, want %s", got.String(), want)
	}
}

func TestByBusynessAvoidsTheBusy(t *testing.T) {
	b := balancer(t, upstream.ByBusyness, member{}, member{}, member{})
	b.Members[0].Slot.Begin()
	if got := sequence(t, b, 4, start); strings.Contains(got, "A") {
		t.Errorf("the busy member was chosen: %s", got)
	}
}

func TestRetryAndForcedRecovery(t *testing.T) {
	b := balancer(t, upstream.ByRequests, member{}, member{})
	b.Members[0].Slot.Fail(start)
	if got := sequence(t, b, 3, start.Add(time.Second)); got != "BBB" {
		t.Errorf("before the retry time: %s", got)
	}
	if got := sequence(t, b, 3, start.Add(2*time.Minute)); !strings.Contains(got, "A") {
		t.Errorf("after the retry time: %s", got)
	}
	b.Members[0].Slot.Fail(start)
	b.Members[1].Slot.Fail(start)
	if got := sequence(t, b, 2, start); strings.Contains(got, "!") {
		t.Errorf("all in error and forcerecovery=on: %s", got)
	}
	b.ForceRecovery = false
	b.Members[0].Slot.Fail(start)
	b.Members[1].Slot.Fail(start)
	if got := sequence(t, b, 2, start); got != "!!" {
		t.Errorf("all in error and forcerecovery=off: %s", got)
	}
	b.ForceRecovery = true
	b.Members[1].Slot.Clear(ir.StatusError)
	b.Members[1].Slot.Set(ir.StatusDisabled)
	if got := sequence(t, b, 1, start); got != "!" {
		t.Errorf("a disabled member is not in error, so that nothing is recovered: %s", got)
	}
}

func TestFindSession(t *testing.T) {
	b := &upstream.Balancer{StickyCookie: "SID", StickyParam: "sid", StickySeparator: '.'}
	semicolon := &upstream.Balancer{StickyCookie: "SID", StickyParam: "sid", StickySeparator: '.', SemicolonDelimits: true}
	whole := &upstream.Balancer{StickyCookie: "SID", StickyParam: "sid"}
	tests := []struct {
		b           *upstream.Balancer
		url, cookie string
		want        string
		known       bool
	}{
		{b, "/x?sid=q.b", "", "b", true},
		{b, "/x?xsid=q.b", "", "b", true},
		{b, "/x?SID=q.b", "", "", false},
		{b, "/x?sid=q.b&c=d", "SID=1.c", "b", true},
		{b, "/x?sid=q", "SID=1.c", "", false},
		{b, "/x?sid=q.", "", "", true},
		{b, "/x?sid=", "SID=1.c", "c", true},
		{b, "/x;sid=q.b/y", "", "b/y", true},
		{b, "/x;sid=q.b;r=1", "", "b;r=1", true},
		{semicolon, "/x;sid=q.b;r=1", "", "b", true},
		{b, "/x?sid=xyz.b.c", "", "b.c", true},
		{b, "/sidx?a=sid&sid=q.b", "", "b", true},
		{b, "/", "SID=1.c", "c", true},
		{b, "/", "a=b; SID=1.c; d=e", "c", true},
		{b, "/", "a=b,SID=1.c,d=e", "c", true},
		{b, "/", "XSID=1.c", "", false},
		{b, "/", "sid=1.c", "", false},
		{b, "/", "XSID=1.d; SID  =1.c", "c", true},
		{b, "/", `SID="1.c"`, `c"`, true},
		{b, "/", "SID=", "", false},
		{b, "/", "SID", "", false},
		{whole, "/", "SID=1.c", "1.c", true},
	}
	for _, test := range tests {
		got := balance.FindSession(test.b, []byte(test.url), []byte(test.cookie))
		if string(got.Route) != test.want || got.Known != test.known {
			t.Errorf("%s %q: route %q, known %t; want %q, %t", test.url, test.cookie, got.Route, got.Known, test.want, test.known)
		}
	}
}

func TestSticky(t *testing.T) {
	tests := []struct {
		name    string
		members []member
		change  func(b *upstream.Balancer)
		route   string
		want    string
		changed bool
	}{
		{name: "its member", members: []member{{}, {}}, route: "B", want: "B"},
		{name: "unknown route", members: []member{{}, {}}, route: "X", want: "A", changed: true},
		{name: "no session", members: []member{{}, {}}, want: "A", changed: true},
		{name: "drained keeps its sessions", members: []member{{}, {status: "N"}}, route: "B", want: "B"},
		{name: "disabled loses them", members: []member{{}, {status: "D"}}, route: "B", want: "A", changed: true},
		{name: "the set does not matter", members: []member{{}, {set: 9}}, route: "B", want: "B"},
		{
			name: "nofailover", members: []member{{}, {status: "D"}}, route: "B", want: "lost",
			change: func(b *upstream.Balancer) { b.NoFailover = true },
		},
		{
			name: "nofailover and an unknown route", members: []member{{}, {}}, route: "X", want: "A", changed: true,
			change: func(b *upstream.Balancer) { b.NoFailover = true },
		},
		{
			name: "redirect", members: []member{{}, {}, {status: "D"}}, route: "C", want: "B", changed: true,
			change: func(b *upstream.Balancer) { b.Members[2].Redirect = "B" },
		},
		{
			name: "redirects in a circle", members: []member{{status: "D"}, {status: "D"}, {}}, route: "A", want: "C", changed: true,
			change: func(b *upstream.Balancer) { b.Members[0].Redirect, b.Members[1].Redirect = "B", "A" },
		},
		{
			name: "a member before a standby of the same route", members: []member{{status: "H"}, {}}, route: "B", want: "B",
			change: func(b *upstream.Balancer) { b.Members[0].Route = "B" },
		},
	}
	for _, test := range tests {
		b := balancer(t, upstream.ByRequests, test.members...)
		b.StickyCookie, b.StickyParam, b.StickySeparator = "S", "S", '.'
		if test.change != nil {
			test.change(b)
		}
		session := balance.FindSession(b, nil, []byte("S=x."+test.route))
		choice, err := balance.Pick(b, session, start)
		switch {
		case test.want == "lost":
			if !errors.Is(err, balance.ErrSessionLost) {
				t.Errorf("%s: %v", test.name, err)
			}
		case err != nil:
			t.Errorf("%s: %v", test.name, err)
		case choice.Worker.Name != test.want || choice.RouteChanged != test.changed:
			t.Errorf("%s: %s, changed %t", test.name, choice.Worker.Name, choice.RouteChanged)
		}
	}
}

func TestStickyMovesTheSums(t *testing.T) {
	b := balancer(t, upstream.ByRequests, member{}, member{}, member{})
	b.StickyCookie, b.StickyParam, b.StickySeparator = "S", "S", '.'
	session := balance.FindSession(b, nil, []byte("S=x.A"))
	if _, err := balance.Pick(b, session, start); err != nil {
		t.Fatal(err)
	}
	if got := sequence(t, b, 3, start); got != "BCA" {
		t.Errorf("after a session on A: %s, want BCA", got)
	}
}

func TestPickErrors(t *testing.T) {
	if _, err := balance.Pick(&upstream.Balancer{Method: upstream.ByRequests}, balance.Session{}, start); !errors.Is(err, balance.ErrNoMembers) {
		t.Errorf("no members: %v", err)
	}
	b := balancer(t, upstream.ByRequests, member{status: "S"})
	if _, err := balance.Pick(b, balance.Session{}, start); !errors.Is(err, balance.ErrUnavailable) {
		t.Errorf("stopped: %v", err)
	}
}

func TestPickDoesNotAllocate(t *testing.T) {
	b := balancer(t, upstream.ByRequests, member{}, member{status: "H"}, member{set: 1})
	b.StickyCookie, b.StickyParam, b.StickySeparator = "S", "S", '.'
	url, cookie := []byte("/a?b=c"), []byte("a=b; S=x.A")
	if n := testing.AllocsPerRun(1000, func() {
		choice, err := balance.Pick(b, balance.FindSession(b, url, cookie), start)
		if err == nil {
			choice.Worker.Slot.End()
		}
	}); n != 0 {
		t.Errorf("%v allocations a choice", n)
	}
}

func BenchmarkPick(b *testing.B) {
	table := upstream.NewTable()
	set := &upstream.Balancer{Method: upstream.ByRequests}
	for _, name := range []string{"A", "B"} {
		set.Members = append(set.Members, &upstream.Worker{Name: name, Slot: table.Slot(upstream.Key{Worker: name}, upstream.State{Factor: 100})})
	}
	b.ReportAllocs()
	for b.Loop() {
		choice, err := balance.Pick(set, balance.Session{}, start)
		if err != nil {
			b.Fatal(err)
		}
		choice.Worker.Slot.End()
	}
}
