package upstream

import (
	"time"

	"github.com/lbconf/lbconf/ir"
)

// Kept is what of the balancers of a process outlives it (mod_proxy: BalancerPersist): a value for each server that keeps
// any. It is data only, so that a file can hold it.
type Kept []KeptServer

// KeptServer is what is kept of the balancers of one server.
type KeptServer struct {
	// Name tells the servers apart. Another name means other balancers, whatever they are called.
	Name string
	// Slots is how many balancers there was room for (mod_proxy: BalancerGrowth).
	Slots int
	// Balancers are in the order of the configuration.
	Balancers []KeptBalancer
}

// KeptBalancer is what is kept of a balancer.
type KeptBalancer struct {
	// Name is "balancer://name".
	Name string
	// Params are the parameters, with what balancer-manager made of them.
	Params ir.Balancer
	// ResetDue says that its method is to start its sums anew.
	ResetDue bool
	// Slots is how many members there was room for: those of the configuration and growth.
	Slots int
	// Members are those of the configuration, behind them those that were added.
	Members []KeptMember
}

// KeptMember is what is kept of a member.
type KeptMember struct {
	// Name is that of the worker.
	Name string
	// Params are the parameters, with what balancer-manager made of them.
	Params ir.Worker
	// Slot is its live state.
	Slot KeptSlot
}

// KeptSlot is what is kept of a slot beside what its parameters say. Requests in work are not: they end with the process.
type KeptSlot struct {
	// Status holds all states, those of errors too.
	Status ir.StatusFlags
	// LBStatus is the running sum of the balancing method.
	LBStatus int32
	// Retries and Elected count as Slot.Retries and Slot.Elected do.
	Retries int32
	Elected uint64
	// Transferred and Read are bytes.
	Transferred, Read int64
	// FailedAt is when the worker was put into the error state; zero for never.
	FailedAt time.Time
	// Failures counts as Slot.Failures does.
	Failures uint64
	// ChecksPassed and ChecksFailed count as Slot.ChecksPassed and Slot.ChecksFailed do.
	ChecksPassed, ChecksFailed int32
}

// Keep returns what is kept of the slot.
func (s *Slot) Keep() KeptSlot {
	return KeptSlot{
		Status: s.Status(), LBStatus: s.LBStatus(), Retries: s.Retries(), Elected: s.Elected(), Transferred: s.Transferred(),
		Read: s.Read(), FailedAt: s.FailedAt(), Failures: s.Failures(),
		ChecksPassed: s.health.passed.Load(), ChecksFailed: s.health.failed.Load(),
	}
}

// Restore takes over what was kept. It is for a slot that nobody uses yet.
func (s *Slot) Restore(k KeptSlot) {
	s.status.Store(uint32(k.Status | ir.StatusInit))
	s.lbStatus.Store(k.LBStatus)
	s.retries.Store(k.Retries)
	s.elected.Store(k.Elected)
	s.transferred.Store(k.Transferred)
	s.read.Store(k.Read)
	if s.errorTime.Store(0); !k.FailedAt.IsZero() {
		s.errorTime.Store(k.FailedAt.UnixMicro())
	}
	s.failures.Store(k.Failures)
	s.health.passed.Store(k.ChecksPassed)
	s.health.failed.Store(k.ChecksFailed)
}

// Keep returns what is kept of the balancer. It is one that a program made.
func (b *Balancer) Keep() KeptBalancer {
	b.Mu.Lock()
	defer b.Mu.Unlock()
	live := b.Live()
	p := *b.Params
	p.LBMethod = changed(p.LBMethod, live.Method.String())
	sticky := live.StickyCookie
	if sticky != "" && live.StickyParam != sticky {
		sticky += "|" + live.StickyParam
	}
	p.StickySession = changed(p.StickySession, sticky)
	p.NoFailover = changed(p.NoFailover, live.NoFailover)
	p.Timeout = changed(p.Timeout, live.Timeout)
	if live.AttemptsSet {
		p.MaxAttempts = changed(p.MaxAttempts, live.MaxAttempts)
		p.MaxAttempts.Set = true
	}
	kept := KeptBalancer{Name: b.Name, Params: p, ResetDue: live.ResetDue, Slots: len(b.Members) + b.Growth}
	for _, w := range live.Members {
		kept.Members = append(kept.Members, w.keep())
	}
	return kept
}

func (w *Worker) keep() KeptMember {
	p := *w.Params
	texts, check := w.Texts(), w.Slot.Check()
	p.LoadFactor = changed(p.LoadFactor, int(w.Slot.Factor()))
	p.LBSet = changed(p.LBSet, w.Slot.LBSet())
	p.Status = changed(p.Status, w.Slot.Status()&configured)
	p.Route = changed(p.Route, texts.Route)
	p.Redirect = changed(p.Redirect, texts.Redirect)
	p.Health.URI = changed(p.Health.URI, texts.CheckURI)
	p.Health.Expr = changed(p.Health.Expr, texts.CheckExpr)
	p.Health.Method = changed(p.Health.Method, ir.HealthMethod(check.Method.String()))
	p.Health.Interval = changed(p.Health.Interval, check.Interval)
	p.Health.Passes = changed(p.Health.Passes, check.Passes)
	p.Health.Fails = changed(p.Health.Fails, check.Fails)
	return KeptMember{Name: w.Name, Params: p, Slot: w.Slot.Keep()}
}

// changed is a parameter with the value that holds now. What was written stays where that is the same.
func changed[T comparable](s ir.Setting[T], value T) ir.Setting[T] {
	if s.Value != value {
		s = ir.Setting[T]{Value: value, Set: true}
	}
	return s
}
