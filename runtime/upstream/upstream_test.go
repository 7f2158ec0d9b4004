package upstream_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/runtime/upstream"
)

func TestUsable(t *testing.T) {
	for letters, want := range map[string]bool{
		"": true, "I": true, "N": true, "H": true, "R": true, "IHR": true,
		"D": false, "S": false, "E": false, "C": false, "U": false,
	} {
		flags, _, err := ir.ParseStatusFlags(letters)
		if got := (ir.StatusInit | flags).Usable(); err != nil || got != want {
			t.Errorf("%q usable: %t, %v", letters, got, err)
		}
	}
	if ir.StatusHotStandby.Usable() {
		t.Error("a worker that is not initialised is usable")
	}
}

func TestRetry(t *testing.T) {
	now := time.Unix(100, 0)
	tests := []struct {
		name   string
		status ir.StatusFlags
		after  time.Duration
		retry  time.Duration
		want   bool
	}{
		{"too early", ir.StatusError, time.Second, 2 * time.Second, false},
		{"just at the time", ir.StatusError, 2 * time.Second, 2 * time.Second, false},
		{"a microsecond later", ir.StatusError, 2*time.Second + time.Microsecond, 2 * time.Second, true},
		{"retry=0 in the same microsecond", ir.StatusError, 0, 0, false},
		{"retry=0 later", ir.StatusError, time.Microsecond, 0, true},
		{"stopped", ir.StatusError | ir.StatusStopped, time.Hour, 0, false},
	}
	for _, test := range tests {
		slot := upstream.NewTable().Slot(upstream.Key{Worker: "http://a"}, upstream.State{Status: test.status &^ ir.StatusError, Factor: 100})
		slot.Fail(now)
		if got := slot.Retry(now.Add(test.after), test.retry); got != test.want {
			t.Errorf("%s: %t", test.name, got)
		}
		if got := slot.Status().Has(ir.StatusError); got == test.want {
			t.Errorf("%s: in error: %t", test.name, got)
		}
	}
	slot := upstream.NewTable().Slot(upstream.Key{}, upstream.State{Status: ir.StatusIgnore})
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
	next := upstream.State{Status: ir.StatusHotStandby, Factor: 300, LBSet: 2}
	again := table.Slot(key, next)
	if again.Status().String() != "OE" || again.Factor() != 100 || again.LBSet() != 0 {
		t.Errorf("a configuration that does not run changed the slot: %v factor %d set %d", again.Status(), again.Factor(), again.LBSet())
	}
	again.Configure(next)
	if again != slot || again.Status().String() != "OEH" || again.Read() != 5 || again.LBStatus() != -100 || again.Factor() != 300 || again.LBSet() != 2 {
		t.Errorf("after the reload: %v read %d sum %d factor %d set %d", again.Status(), again.Read(), again.LBStatus(), again.Factor(), again.LBSet())
	}
	if again.Configure(upstream.State{Factor: 100}); again.Status().String() != "OE" {
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
	var look func(name string, of reflect.Type)
	look = func(name string, of reflect.Type) {
		switch kind := of.Kind(); {
		case kind == reflect.Struct:
			for field := range of.Fields() {
				look(name+"."+field.Name, field.Type)
			}
		case kind != reflect.Uint32 && kind != reflect.Int32 && kind != reflect.Uint64 && kind != reflect.Int64 && of.Size() > 0:
			t.Errorf("%s is a %v", name, kind)
		}
	}
	look("Slot", reflect.TypeFor[upstream.Slot]())
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
