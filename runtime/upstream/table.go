package upstream

import (
	"sync"

	"github.com/lbconf/lbconf/ir"
)

// slotsPerBlock slots are allocated at a time. Blocks are never moved, so that a *Slot stays valid.
const slotsPerBlock = 64

// Table holds the slots of all workers of a server. It survives a reload: a worker that the new configuration has under
// the same key keeps its slot. Slots are never taken back; there are as many as distinct keys were ever configured.
type Table struct {
	mu    sync.Mutex
	block []Slot
	slots map[Key]*Slot
	beats BeatTable
}

// Key names a worker across reloads.
type Key struct {
	// Server tells the virtual hosts apart, since each has its own workers and balancers; empty for the main server.
	Server string
	// Balancer is the name, "balancer://name", or empty for a worker of its own.
	Balancer string
	// Worker is the name of the worker: "http://host:8080/path".
	Worker string
}

// State is what the configuration says of a slot.
type State struct {
	// Status holds the states of status= and those that every worker of its kind has.
	Status ir.StatusFlags
	// Factor is the load factor times 100.
	Factor int32
	// LBSet is 0 to 99.
	LBSet int
	// Check is how its health is checked.
	Check Check
}

// configured are the states that a configuration sets and a reload resets; the others belong to the running server.
const configured = ir.StatusIgnore | ir.StatusDrain | ir.StatusDisabled | ir.StatusStopped | ir.StatusHotStandby | ir.StatusHotSpare

// NewTable returns an empty table.
func NewTable() *Table { return &Table{slots: make(map[Key]*Slot)} }

// Slot returns the slot of a worker. A new one gets the state as it is. An old one may be in use by a program that runs: it
// stays as it is until Configure is called for it, so that a configuration that is never run changes nothing.
func (t *Table) Slot(key Key, state State) *Slot {
	t.mu.Lock()
	defer t.mu.Unlock()
	slot, known := t.slots[key]
	if !known {
		if len(t.block) == 0 {
			t.block = make([]Slot, slotsPerBlock)
		}
		slot = &t.block[0]
		t.block = t.block[1:]
		t.slots[key] = slot
		slot.status.Store(uint32(state.Status | ir.StatusInit))
		slot.Configure(state)
	}
	return slot
}

// Configure takes over what the configuration says. Counters, sums and failures stay.
func (s *Slot) Configure(state State) {
	s.Set(state.Status & configured)
	s.Clear(^state.Status & configured)
	s.factor.Store(state.Factor)
	s.lbSet.Store(int32(state.LBSet))
	s.SetCheck(state.Check)
	if state.Check.Method == CheckNone {
		s.Clear(ir.StatusHealthFailed &^ state.Status) // no check would ever bring it back
	}
}
