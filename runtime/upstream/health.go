package upstream

import (
	"sync/atomic"
	"time"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/runtime/wire"
)

// CheckMethod is how the health of a member is checked (mod_proxy_hcheck: hcmethod). The zero value is no check.
type CheckMethod uint8

// The methods.
const (
	// CheckNone checks nothing.
	CheckNone CheckMethod = iota
	// CheckTCP opens a connection.
	CheckTCP
	// CheckOptions asks with OPTIONS * HTTP/1.0.
	CheckOptions
	// CheckHead asks with HEAD and HTTP/1.0.
	CheckHead
	// CheckGet asks with GET and HTTP/1.0, and reads the whole response.
	CheckGet
	// CheckCPing sends a ping of AJP.
	CheckCPing
	// CheckOptions11 is CheckOptions with HTTP/1.1.
	CheckOptions11
	// CheckHead11 is CheckHead with HTTP/1.1.
	CheckHead11
	// CheckGet11 is CheckGet with HTTP/1.1.
	CheckGet11
)

var checkMethods = [...]ir.HealthMethod{
	ir.HealthNone, ir.HealthTCP, ir.HealthOptions, ir.HealthHead, ir.HealthGet, ir.HealthCPing, ir.HealthOptions11, ir.HealthHead11, ir.HealthGet11,
}

// LastCheck is the last of the methods.
const LastCheck = CheckMethod(len(checkMethods) - 1)

// Responds says whether a check has a response that a condition can look at.
func (m CheckMethod) Responds() bool { return m != CheckNone && m != CheckTCP && m != CheckCPing }

// String returns the value of hcmethod=.
func (m CheckMethod) String() string { return string(checkMethods[m]) }

// CheckMethodOf returns the method that hcmethod= names, in upper case; ok is false for one that no CheckMethod stands
// for.
func CheckMethodOf(hcmethod ir.HealthMethod) (m CheckMethod, ok bool) {
	for i, name := range checkMethods {
		if name == hcmethod {
			return CheckMethod(i), true
		}
	}
	return CheckNone, false
}

// Check is how a member is checked and what follows.
type Check struct {
	// Method is CheckNone for a member that is not checked.
	Method CheckMethod
	// Interval is the least time from the end of one check to the next (hcinterval, at least 100 ms, default 30 s).
	Interval time.Duration
	// Passes is the number of good checks that bring a member back (hcpasses, default 1); 0 is as 1.
	Passes int
	// Fails is the number of bad checks that take a member out (hcfails, default 1); 0 is as 1.
	Fails int
}

// Answer is the response to a health check.
type Answer struct {
	// Method and Minor are those of the request: GET, and 1 for HTTP/1.1.
	Method string
	Minor  int
	// Status is the code of the status line.
	Status int
	// Fields are those of the head.
	Fields wire.Fields
	// Body is the whole body; empty for a method that reads none.
	Body []byte
}

// Change is what a check did to a member. The zero value is nothing.
type Change uint8

// The changes.
const (
	// Unchanged leaves the member as it was.
	Unchanged Change = iota
	// Enabled took the member out of the states that health checks and failed requests set.
	Enabled
	// Disabled took the member out: it gets no requests until its checks are good again.
	Disabled
)

// health is the part of a Slot that health checks use.
type health struct {
	method   atomic.Uint32
	passes   atomic.Int32
	fails    atomic.Int32
	passed   atomic.Int32
	failed   atomic.Int32
	running  atomic.Uint32
	interval atomic.Int64
	checked  atomic.Int64
}

// Check returns how the member is checked.
func (s *Slot) Check() Check {
	return Check{
		Method: CheckMethod(s.health.method.Load()), Interval: time.Duration(s.health.interval.Load()),
		Passes: int(s.health.passes.Load()), Fails: int(s.health.fails.Load()),
	}
}

// SetCheck changes how the member is checked. Counts and states stay.
func (s *Slot) SetCheck(c Check) {
	s.health.method.Store(uint32(c.Method))
	s.health.interval.Store(int64(c.Interval))
	s.health.passes.Store(int32(c.Passes))
	s.health.fails.Store(int32(c.Fails))
}

// ChecksPassed returns the good checks since the member was taken out or brought back (mod_proxy_hcheck: pcount). Good
// checks of a member that is not out are not counted.
func (s *Slot) ChecksPassed() int { return int(s.health.passed.Load()) }

// ChecksFailed returns the bad checks since the member was last taken out (mod_proxy_hcheck: fcount). Bad checks of a member
// that is out are not counted, and a good one does not set the count back.
func (s *Slot) ChecksFailed() int { return int(s.health.failed.Load()) }

// StartChecks makes the interval of a member that was never checked begin now.
func (s *Slot) StartChecks(now time.Time) { s.health.checked.CompareAndSwap(0, now.UnixMicro()) }

// BeginCheck says whether a check is due: the member is not stopped, it has a method, no check of it runs and the
// interval is over. After it the caller must call EndCheck.
func (s *Slot) BeginCheck(now time.Time) bool {
	if CheckMethod(s.health.method.Load()) == CheckNone || s.Status().Has(ir.StatusStopped) {
		return false
	}
	due := s.health.checked.Load() + time.Duration(s.health.interval.Load()).Microseconds()
	return now.UnixMicro() > due && s.health.running.CompareAndSwap(0, 1)
}

// EndCheck counts the outcome of a check as mod_proxy_hcheck does, and says what that changed. Good checks count while the
// member is in error or failed its checks, bad ones while it is not; neither sets the other's count back.
func (s *Slot) EndCheck(good bool, now time.Time) Change {
	change := s.judge(good, now)
	s.health.checked.Store(now.UnixMicro())
	s.health.running.Store(0)
	return change
}

// AbandonCheck ends a check that said nothing of the member, since the server stops.
func (s *Slot) AbandonCheck() { s.health.running.Store(0) }

func (s *Slot) judge(good bool, now time.Time) Change {
	const out = ir.StatusHealthFailed | ir.StatusError
	isOut := s.Status()&out != 0
	switch {
	case isOut && good:
		if s.health.passed.Add(1) < s.health.passes.Load() {
			return Unchanged
		}
		s.Clear(out)
		s.health.passed.Store(0)
		return Enabled
	case !isOut && !good:
		s.errorTime.Store(now.UnixMicro())
		if s.health.failed.Add(1) < s.health.fails.Load() {
			return Unchanged
		}
		s.Set(ir.StatusHealthFailed)
		s.health.failed.Store(0)
		return Disabled
	}
	return Unchanged
}
