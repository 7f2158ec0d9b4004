package upstream_test

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/lbconf/lbconf/runtime/upstream"
)

func TestStatusApply(t *testing.T) {
	tests := []struct{ text, want string }{
		{"", "O"},
		{"+H", "OH"},
		{"DN", "OND"},
		{"+H-h", "O"},
		{"-O", ""},
		{"dise", "OIDSE"},
		{"+D-SI+R", "ODR"},
		{"O+INGUDSEHRFC", "OINGUDSEHRFC"},
	}
	for _, test := range tests {
		got, err := upstream.Init.Apply(test.text)
		if err != nil || got.String() != test.want {
			t.Errorf("status=%s is %q, %v; want %q", test.text, got, err, test.want)
		}
	}
	for _, text := range []string{"+Q", "on", "H E", "1"} {
		if _, err := upstream.Init.Apply(text); text != "on" && !errors.Is(err, upstream.ErrStatus) {
			t.Errorf("status=%s is accepted", text)
		}
	}
}

func TestUsable(t *testing.T) {
	for letters, want := range map[string]bool{"": true, "I": true, "N": true, "H": true, "R": true, "D": false, "S": false, "E": false, "C": false, "U": false, "-O": false} {
		status, err := upstream.Init.Apply(letters)
		if err != nil {
			t.Fatal(err)
		}
		if status.Usable() != want {
			t.Errorf("%q usable: %t", letters, status.Usable())
		}
	}
}

func TestRetry(t *testing.T) {
	now := time.Unix(100, 0)
	tests := []struct {
		name   string
		status upstream.Status
		after  time.Duration
		retry  time.Duration
		want   bool
	}{
		{"too early", upstream.InError, time.Second, 2 * time.Second, false},
		{"just at the time", upstream.InError, 2 * time.Second, 2 * time.Second, false},
		{"a microsecond later", upstream.InError, 2*time.Second + time.Microsecond, 2 * time.Second, true},
		{"retry=0 in the same microsecond", upstream.InError, 0, 0, false},
		{"retry=0 later", upstream.InError, time.Microsecond, 0, true},
		{"stopped", upstream.InError | upstream.Stopped, time.Hour, 0, false},
	}
	for _, test := range tests {
		slot := upstream.NewTable().Slot(upstream.Key{Worker: "http://a"}, upstream.State{Status: test.status &^ upstream.InError, Factor: 100})
		slot.Fail(now)
		if got := slot.Retry(now.Add(test.after), test.retry); got != test.want {
			t.Errorf("%s: %t", test.name, got)
		}
		if got := slot.Status().Has(upstream.InError); got == test.want {
			t.Errorf("%s: in error: %t", test.name, got)
		}
	}
	slot := upstream.NewTable().Slot(upstream.Key{}, upstream.State{Status: upstream.IgnoreErrors})
	if slot.Fail(now) || !slot.Usable() {
		t.Error("a worker that ignores errors entered the error state")
	}
}

func TestTableKeepsStateOverAReload(t *testing.T) {
	table := upstream.NewTable()
	key := upstream.Key{Balancer: "balancer://b", Worker: "http://a"}
	slot := table.Slot(key, upstream.State{Factor: 100})
	slot.Fail(time.Unix(7, 0))
	slot.AddRead(5)
	slot.AddLBStatus(-100)
	again := table.Slot(key, upstream.State{Status: upstream.Standby, Factor: 300, LBSet: 2})
	if again != slot || again.Status().String() != "OEH" || again.Read() != 5 || again.LBStatus() != -100 || again.Factor() != 300 || again.LBSet() != 2 {
		t.Errorf("after the reload: %v read %d sum %d factor %d set %d", again.Status(), again.Read(), again.LBStatus(), again.Factor(), again.LBSet())
	}
	if table.Slot(key, upstream.State{Factor: 100}).Status().String() != "OE" {
		t.Error("a bit that the configuration no longer has is still set")
	}
	for i := range 1000 {
		if table.Slot(upstream.Key{Worker: string(rune('a' + i))}, upstream.State{Factor: 100}) == slot {
			t.Fatal("two workers share a slot")
		}
	}
}

// TestSlotHasNoPointers holds what lets slots lie in memory that processes share: numbers only.
func TestSlotHasNoPointers(t *testing.T) {
	slot := reflect.TypeFor[upstream.Slot]()
	for field := range slot.Fields() {
		for part := range field.Type.Fields() {
			if kind := part.Type.Kind(); kind != reflect.Uint32 && kind != reflect.Int32 && kind != reflect.Uint64 && kind != reflect.Int64 && part.Type.Size() > 0 {
				t.Errorf("%s holds a %v", field.Name, kind)
			}
		}
	}
}

func TestBusyNeverFallsBelowZero(t *testing.T) {
	var slot upstream.Slot
	slot.Begin()
	slot.End()
	slot.End()
	if slot.Busy() != 0 {
		t.Errorf("busy is %d", slot.Busy())
	}
}
