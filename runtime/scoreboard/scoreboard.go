// Package scoreboard holds what a server has in work and what it has done, for mod_status's page: a fixed slot for each
// request in work, which the request writes and the page reads.
//
// A request takes a slot and gives it back without a lock, by its state alone. Slots are taken in turn, so that those that
// are free show the latest requests. Figures are atomics; texts are written under a mark that the writer never waits for.
package scoreboard

import (
	"sync"
	"sync/atomic"
	"time"
)

// State is what a slot is doing. Its value is the letter that mod_status shows.
type State uint32

// The states (mod_status: Scoreboard Key). A slot that waits for a request, and one whose request is done, is Idle.
const (
	// Idle is _: waiting for a connection.
	Idle State = '_'
	// Reading is R: reading a request.
	Reading State = 'R'
	// Writing is W: making and sending the response, which includes the backend's part.
	Writing State = 'W'
	// Logging is L: writing the access log.
	Logging State = 'L'
)

// The limits of the texts that a slot keeps, in bytes. What is longer is cut, as httpd cuts it to 64.
const maxLine = 160

// Slot is one request in work, and when that is done the last one. It belongs to the goroutine that took it.
type Slot struct {
	// state is 0 for Idle.
	state  atomic.Uint32
	number int

	accesses atomic.Uint64
	bytes    atomic.Int64
	duration atomic.Int64

	// mark is 0 when nobody is at the fields below.
	mark    atomic.Uint32
	request Request
	line    [maxLine]byte
}

// Request is what a slot says of a request. The texts must not be changed.
type Request struct {
	// Client is the address of the client, Host the name of the virtual host.
	Client, Host string
	// Port is that of the virtual host.
	Port int
	// Line is the request line, cut where it is long.
	Line []byte
	// Start is when the head was read; Took is how long it took, 0 while it is in work.
	Start time.Time
	Took  time.Duration
	// Served is how many requests the connection carried before.
	Served int
	// Bytes is what was sent for it, 0 while it is in work.
	Bytes int64
}

// leastSlots is how many slots there are once there are any.
const leastSlots = 64

// Board is the slots of a server. Its zero value is empty and ready.
type Board struct {
	// slots only ever grows; a *Slot stays valid.
	slots atomic.Pointer[[]*Slot]
	// turn counts the slots that were taken.
	turn atomic.Uint64
	grow sync.Mutex
}

// Take takes a free slot, which is Reading then.
func (b *Board) Take() *Slot {
	for {
		slots := b.all()
		for range slots {
			slot := slots[b.turn.Add(1)%uint64(len(slots))]
			if slot.state.Load() == 0 && slot.state.CompareAndSwap(0, uint32(Reading)) {
				return slot
			}
		}
		b.extend(len(slots))
	}
}

// Release gives the slot back to its board.
func (s *Slot) Release() { s.state.Store(0) }

func (b *Board) all() []*Slot {
	if slots := b.slots.Load(); slots != nil {
		return *slots
	}
	return nil
}

// extend doubles the slots where there are still as many as the caller saw.
func (b *Board) extend(seen int) {
	b.grow.Lock()
	defer b.grow.Unlock()
	old := b.all()
	if len(old) > seen {
		return
	}
	fresh := make([]Slot, max(leastSlots, len(old)))
	slots := append(make([]*Slot, 0, len(old)+len(fresh)), old...)
	for i := range fresh {
		fresh[i].number = len(slots)
		slots = append(slots, &fresh[i])
	}
	b.slots.Store(&slots)
}

// Set says what the slot is doing.
func (s *Slot) Set(state State) { s.state.Store(uint32(state)) }

// Begin notes the request that the slot is about. Where the page reads the slot at this moment, it goes on showing the
// request before.
func (s *Slot) Begin(r Request) {
	if !s.mark.CompareAndSwap(0, 1) {
		return
	}
	n := copy(s.line[:], r.Line)
	r.Line = s.line[:n]
	s.request = r
	s.mark.Store(0)
}

// End counts the request that is done: bytes were sent in took.
func (s *Slot) End(bytes int64, took time.Duration) {
	s.accesses.Add(1)
	s.bytes.Add(bytes)
	s.duration.Add(int64(took))
	if s.mark.CompareAndSwap(0, 1) {
		s.request.Took, s.request.Bytes = took, bytes
		s.mark.Store(0)
	}
}
