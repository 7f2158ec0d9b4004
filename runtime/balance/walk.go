package balance

import (
	"time"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/runtime/upstream"
)

// find runs the balancing method: it walks the load balancer sets upwards until one yields a member. status is the sum of
// that before it pays for the choice.
func find(b *upstream.Live, now time.Time) (best *upstream.Worker, status int32) {
	search := search{method: b.Method}
	highest := 0
	for set := 0; search.best == nil && set <= highest; set++ {
		highest = max(highest, search.walk(b.Members, set, now))
	}
	if search.best == nil {
		return nil, 0
	}
	status = search.best.Slot.LBStatus()
	if search.total != 0 {
		search.best.Slot.AddLBStatus(-search.total)
	}
	return search.best, status
}

// search is the state of one choice.
type search struct {
	method upstream.Method
	best   *upstream.Worker
	// total is the sum of the load factors of all members that were compared.
	total int32
	// load is that of best for ByTraffic, sum for the methods that count.
	load int64
	sum  int32
}

// walk compares the members of one set and returns the highest set that it saw. A spare takes part for each member that
// is unusable, in the order of the configuration; a standby only when nobody else is left. A member that drains is
// skipped without a retry.
func (s *search) walk(members []*upstream.Worker, set int, now time.Time) (highest int) {
	missing := 0
	for _, w := range members {
		number := w.Slot.LBSet()
		highest = max(highest, number)
		if number != set {
			continue
		}
		status := w.Slot.Status()
		if status.Has(ir.StatusDrain) {
			if status&(ir.StatusHotSpare|ir.StatusHotStandby) == 0 {
				missing++
			}
			continue
		}
		usable := status.Usable()
		if !usable && w.Retry(now) {
			usable = w.Slot.Usable()
		}
		switch {
		case status&(ir.StatusHotSpare|ir.StatusHotStandby) != 0:
		case usable:
			s.compare(w)
		default:
			missing++
		}
	}
	for _, w := range members {
		if missing == 0 {
			break
		}
		if takesPart(w, set, ir.StatusHotSpare) {
			missing--
			s.compare(w)
		}
	}
	if s.best == nil {
		for _, w := range members {
			if status := w.Slot.Status(); !status.Has(ir.StatusHotSpare) && takesPart(w, set, ir.StatusHotStandby) {
				s.compare(w)
			}
		}
	}
	return highest
}

func takesPart(w *upstream.Worker, set int, role ir.StatusFlags) bool {
	status := w.Slot.Status()
	return w.Slot.LBSet() == set && status.Has(role) && status.Usable() && !status.Has(ir.StatusDrain)
}

// compare makes w the best if its method says so. Ties keep the earlier.
func (s *search) compare(w *upstream.Worker) {
	switch s.method {
	case upstream.ByTraffic:
		factor := int64(w.Slot.Factor())
		load := w.Slot.Transferred()/factor + w.Slot.Read()/factor
		if s.best == nil || load < s.load {
			s.best, s.load = w, load
		}
	case upstream.ByBusyness:
		sum, busy := s.count(w), w.Slot.Busy()
		if s.best == nil || busy < s.best.Slot.Busy() || busy == s.best.Slot.Busy() && sum > s.sum {
			s.best, s.sum = w, sum
		}
	case upstream.ByHeartbeat: // has a search of its own
	case upstream.ByRequests:
		if sum := s.count(w); s.best == nil || sum > s.sum {
			s.best, s.sum = w, sum
		}
	}
}

func (s *search) count(w *upstream.Worker) int32 {
	factor := w.Slot.Factor()
	s.total += factor
	return w.Slot.AddLBStatus(factor)
}
