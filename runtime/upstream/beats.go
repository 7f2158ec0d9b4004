package upstream

import (
	"maps"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"
)

// BeatTable keeps heartbeats in memory, as many as it has room for (mod_heartmonitor: HeartbeatMaxServers above 0). It is
// part of a Table, so that a reload loses none. The zero value has no room.
type BeatTable struct {
	mu   sync.Mutex
	room int
	now  atomic.Pointer[map[string]Beat]
}

// Beats returns the table of heartbeats.
func (t *Table) Beats() *BeatTable { return &t.beats }

// SetRoom bounds the hosts that the table has room for. Those that it has stay.
func (t *BeatTable) SetRoom(hosts int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.room = hosts
}

// Put keeps what a host said. A host for which there is no room is left out.
func (t *BeatTable) Put(host string, beat Beat, _ int32) error {
	t.change(func(all map[string]Beat) {
		if _, known := all[host]; known || len(all) < t.room {
			all[host] = beat
		}
	})
	return nil
}

// Drop forgets a host.
func (t *BeatTable) Drop(host string) { t.change(func(all map[string]Beat) { delete(all, host) }) }

// change replaces the map, so that those who read it need no lock.
func (t *BeatTable) change(change func(map[string]Beat)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	before, _ := t.Beats()
	all := maps.Clone(before)
	if all == nil {
		all = make(map[string]Beat)
	}
	change(all)
	t.now.Store(&all)
}

// Beats implements Heartbeats.
func (t *BeatTable) Beats() (map[string]Beat, error) {
	if all := t.now.Load(); all != nil {
		return *all, nil
	}
	return nil, nil
}

// Random implements Heartbeats.
func (*BeatTable) Random(most uint32) uint32 { return RandomUpTo(most) }

// RandomUpTo returns a number from 0 to most, each as likely.
func RandomUpTo(most uint32) uint32 { return uint32(rand.Uint64N(uint64(most) + 1)) } //nolint:gosec // nothing depends on its being a secret

// silent is how long a host may be silent before it is forgotten (mod_heartmonitor: SEEN_TIMEOUT).
const silent = 30 * time.Second

// Silent says whether a host is to be forgotten.
func (b Beat) Silent(now time.Time) bool { return now.Sub(b.Seen).Truncate(time.Second) > silent }
