package upstream

import (
	"time"

	"github.com/lbconf/lbconf/ir"
)

// Live is what balancer-manager can change of a balancer while the server runs (mod_proxy: proxy_balancer_shared). A
// reload starts again with what the configuration says.
type Live struct {
	// Members are in the order of the configuration, behind them those that were added.
	Members []*Worker
	// Method is how it chooses.
	Method Method
	// StickyCookie and StickyParam are the names under which the session is looked for; empty for none.
	StickyCookie, StickyParam string
	// NoFailover answers 503 when the member of the session is unusable.
	NoFailover bool
	// Timeout is how long a request waits for a usable member; 0 does not wait.
	Timeout time.Duration
	// MaxAttempts bounds the tries after the first where AttemptsSet says that somebody chose it: the configuration, or httpd for
	// a balancer that begins with several members. What balancer-manager says has no effect on another one, as in httpd.
	MaxAttempts int
	AttemptsSet bool
	// ResetDue says that a member became usable again, or that the method is another one: httpd starts the sums anew when it next
	// looks, which is when the method was changed, or when it starts with what it kept (mod_proxy_balancer: need_reset).
	ResetDue bool
}

// Live returns what holds now. Its Members must not be changed.
func (b *Balancer) Live() Live {
	if live := b.live.Load(); live != nil {
		return *live
	}
	return Live{
		Members: b.Members, Method: b.Method, StickyCookie: b.StickyCookie, StickyParam: b.StickyParam,
		NoFailover: b.NoFailover, Timeout: b.Timeout, MaxAttempts: b.MaxAttempts,
		AttemptsSet: len(b.Members) > 1 || b.Params != nil && b.Params.MaxAttempts.Set,
	}
}

// Sticky says whether the balancer looks for sessions.
func (b *Balancer) Sticky() bool {
	if live := b.live.Load(); live != nil {
		return live.StickyCookie != ""
	}
	return b.StickyCookie != ""
}

// Change lets change work on what holds and makes the result hold. change must not keep or change the slice of members,
// but may replace it; it runs while no member is chosen.
func (b *Balancer) Change(change func(*Live)) {
	b.Mu.Lock()
	defer b.Mu.Unlock()
	live := b.Live()
	change(&live)
	b.live.Store(&live)
}

// Unsync says that the method is another one, so that the next Sync looks whether a reset is due.
func (b *Balancer) Unsync() { b.unsynced.Store(true) }

// Sync resets what is due since Unsync. It comes before each choice and whenever balancer-manager is asked for, as in httpd
// (mod_proxy: ap_proxy_sync_balancer).
func (b *Balancer) Sync() {
	if b.unsynced.Load() && b.unsynced.CompareAndSwap(true, false) {
		b.Begin()
	}
}

// Begin makes the balancer ready for requests: it resets what is due.
func (b *Balancer) Begin() {
	if live := b.live.Load(); live != nil && live.ResetDue {
		b.Change((*Live).Restart)
	}
}

// Free returns how many members may still be added.
func (b *Balancer) Free() int { return b.Growth - (len(b.Live().Members) - len(b.Members)) }

// Attempts returns how many members may be tried after the first.
func (l *Live) Attempts() int {
	if l.AttemptsSet {
		return l.MaxAttempts
	}
	return 0
}

// Restart sets the sums that a method chooses by to zero, as httpd does when the method is another one
// (mod_proxy_balancer: need_reset).
func (l *Live) Restart() {
	l.ResetDue = false
	for _, w := range l.Members {
		switch l.Method {
		case ByTraffic:
			w.Slot.transferred.Store(0)
			w.Slot.read.Store(0)
		case ByBusyness:
			w.Slot.lbStatus.Store(0)
			w.Slot.busy.Store(0)
		case ByRequests:
			w.Slot.lbStatus.Store(0)
		case ByHeartbeat: // has none
		}
	}
}

// SetFactor sets the load factor of a member, times 100 and 100 to 10000, and starts the sums of all members anew. The
// factor of a member that is alone is always 100 (mod_proxy_balancer: recalc_factors).
func (l *Live) SetFactor(w *Worker, factor int32) {
	w.Slot.factor.Store(factor)
	if len(l.Members) == 1 {
		w.Slot.factor.Store(100)
	}
	for _, m := range l.Members {
		m.Slot.lbStatus.Store(m.Slot.factor.Load())
	}
}

// Texts are what balancer-manager can change of a worker beside its slot.
type Texts struct {
	// Route and Redirect are its names in sessions; both may be empty.
	Route, Redirect string
	// CheckURI is what a health check asks for, behind the path of the worker; it may be empty.
	CheckURI string
	// CheckExpr is the name of the condition of a health check, and Healthy what it says of an answer; empty and nil where the
	// statuses 200 to 399 are good.
	CheckExpr string
	Healthy   func(Answer) bool
}

// Texts returns what holds now. It must not be changed.
func (w *Worker) Texts() *Texts {
	if texts := w.texts.Load(); texts != nil {
		return texts
	}
	texts := &Texts{Route: w.Route, Redirect: w.Redirect, CheckURI: w.HealthURI, Healthy: w.Healthy}
	if w.Params != nil {
		texts.CheckExpr = w.Params.Health.Expr.Value
	}
	return texts
}

// Labels returns the route of the worker and its redirect, as they hold now; both may be empty.
func (w *Worker) Labels() (route, redirect string) {
	if texts := w.texts.Load(); texts != nil {
		return texts.Route, texts.Redirect
	}
	return w.Route, w.Redirect
}

// SetTexts makes texts hold. It belongs into the function of Balancer.Change, so that no other change is lost.
func (w *Worker) SetTexts(texts Texts) { w.texts.Store(&texts) }

// SetLBSet moves the worker to another load balancer set, 0 to 99.
func (s *Slot) SetLBSet(set int) { s.lbSet.Store(int32(set)) }

// Switch sets or clears states.
func (s *Slot) Switch(states ir.StatusFlags, on bool) {
	if on {
		s.Set(states)
	} else {
		s.Clear(states)
	}
}

// Failures returns how often the worker was put into the error state.
func (s *Slot) Failures() uint64 { return s.failures.Load() }

// Retries returns how often the worker was taken out of the error state to be tried again, since a connection to it could
// last be opened.
func (s *Slot) Retries() int32 { return s.retries.Load() }

// FailedAt returns when the worker was put into the error state; the zero time for never, or when a connection to it
// could be opened since.
func (s *Slot) FailedAt() time.Time {
	if at := s.errorTime.Load(); at != 0 {
		return time.UnixMicro(at)
	}
	return time.Time{}
}
