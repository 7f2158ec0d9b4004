// Package scoreboard holds what a server has in work and what it has done, for mod_status's page: a fixed slot for each
// request in work, which the request writes and the page reads.
//
// A request takes a slot and gives it back without a lock: free slots form a stack that is changed by atomic operations.
// Figures are atomics; texts are written under a mark that the writer never waits for.
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
	state atomic.Uint32
	// next is the slot below in the stack of free ones: its number and one, 0 for none.
	next   atomic.Uint32
	number uint32

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

// slotsPerBlock slots are made at a time. Blocks are never moved, so that a *Slot stays valid.
const slotsPerBlock = 64

// Board is the slots of a server. Its zero value is empty and ready.
type Board struct {
	// free is the top of the stack of free slots in its lower half, and a count of changes in the upper, so that a slot
	// that was taken and given back in between is noticed.
	free   atomic.Uint64
	blocks atomic.Pointer[[]*[slotsPerBlock]Slot]
	grow   sync.Mutex
}

// Take takes a free slot.
func (b *Board) Take() *Slot {
	for {
		top := b.free.Load()
		number := uint32(top)
		if number == 0 {
			b.extend()
			continue
		}
		slot := b.slot(number - 1)
		if b.free.CompareAndSwap(top, after(top)|uint64(slot.next.Load())) {
			return slot
		}
	}
}

// Give gives a slot back.
func (b *Board) Give(slot *Slot) {
	slot.Set(Idle)
	for {
		top := b.free.Load()
		slot.next.Store(uint32(top))
		if b.free.CompareAndSwap(top, after(top)|uint64(slot.number+1)) {
			return
		}
	}
}

func after(top uint64) uint64 { return (top>>32 + 1) << 32 }

func (b *Board) slot(number uint32) *Slot {
	return &(*b.blocks.Load())[number/slotsPerBlock][number%slotsPerBlock]
}

// extend makes a block of slots when there is none free.
func (b *Board) extend() {
	b.grow.Lock()
	defer b.grow.Unlock()
	if uint32(b.free.Load()) != 0 {
		return
	}
	var blocks []*[slotsPerBlock]Slot
	if old := b.blocks.Load(); old != nil {
		blocks = append(blocks, *old...)
	}
	block := new([slotsPerBlock]Slot)
	first := uint32(len(blocks) * slotsPerBlock)
	blocks = append(blocks, block)
	b.blocks.Store(&blocks)
	for i := slotsPerBlock - 1; i >= 0; i-- {
		block[i].number = first + uint32(i)
		b.Give(&block[i])
	}
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
