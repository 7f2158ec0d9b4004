package balance

import (
	"math"
	"time"

	"github.com/lbconf/lbconf/runtime/upstream"
)

// candidate is a host that may be chosen, as often as it has members.
type candidate struct {
	host  string
	slots uint32
}

// atOnce is how many candidates are compared without memory of their own.
const atOnce = 16

// findByHeartbeat chooses at random, a host as often as it has slots (mod_lbmethod_heartbeat: find_best_hb). Sets, standbys,
// spares, draining and load factors do not count. Of the members of one host the last one that is usable stands for all.
func findByHeartbeat(members []*upstream.Worker, from upstream.Heartbeats, beats map[string]upstream.Beat, now time.Time) *upstream.Worker {
	var room [atOnce]candidate
	candidates, open := room[:0], uint32(0)
	for _, w := range members {
		beat, known := beats[w.Host]
		if !known {
			continue
		}
		usable := w.Slot.Usable() || w.Retry(now) && w.Slot.Usable()
		if slots := beat.Slots(); usable && beat.Fresh(now) && slots <= math.MaxUint32-open {
			open += slots
			candidates = append(candidates, candidate{w.Host, slots})
		}
	}
	if open == 0 {
		return nil
	}
	return lastUsable(members, candidates[chooseSlot(candidates, from.Random(open))].host)
}

// chooseSlot returns which candidate has the slot of that number. Both ends of a range count, so that a number on the border
// of two belongs to the later one, and the last number of all to the last candidates.
func chooseSlot(candidates []candidate, pick uint32) (chosen int) {
	first := uint32(0)
	for i, c := range candidates {
		if first <= pick && pick <= first+c.slots {
			chosen = i
		}
		first += c.slots
	}
	return chosen
}

// lastUsable is nil where all have become unusable meanwhile.
func lastUsable(members []*upstream.Worker, host string) (last *upstream.Worker) {
	for _, w := range members {
		if w.Host == host && w.Slot.Usable() {
			last = w
		}
	}
	return last
}
