package scoreboard

import (
	"bytes"
	"time"
)

// Row is a slot at one moment.
type Row struct {
	// Number counts the slots from 0.
	Number int
	// State is what it is doing.
	State State
	// Accesses, Bytes and Duration are the sums over the requests that are done.
	Accesses uint64
	Bytes    int64
	Duration time.Duration
	// Request is the one in work, or the last one.
	Request Request
}

// Rows returns all slots that there are.
func (b *Board) Rows() []Row {
	slots := b.all()
	rows := make([]Row, 0, len(slots))
	for _, slot := range slots {
		rows = append(rows, slot.row())
	}
	return rows
}

func (s *Slot) row() Row {
	r := Row{
		Number: s.number, State: State(s.state.Load()), Accesses: s.accesses.Load(),
		Bytes: s.bytes.Load(), Duration: time.Duration(s.duration.Load()),
	}
	if r.State == 0 {
		r.State = Idle
	}
	// The writer holds the mark for the length of a copy.
	for range 1000 {
		if s.mark.CompareAndSwap(0, 1) {
			r.Request = s.request
			r.Request.Line = bytes.Clone(s.request.Line)
			s.mark.Store(0)
			break
		}
	}
	return r
}
