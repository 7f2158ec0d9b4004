package program

import (
	"iter"

	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/runtime/upstream"
)

// Members yields the members of all balancers as they are now: those whose health may be checked. Virtual hosts share
// members, so that one may come more than once.
func (p *Program) Members() iter.Seq[*upstream.Worker] {
	return func(yield func(*upstream.Worker) bool) {
		for _, b := range p.balancers {
			for _, w := range b.Live().Members {
				if !yield(w) {
					return
				}
			}
		}
	}
}

// ChecksAtOnce bounds the health checks that run at a time (mod_proxy_hcheck: ProxyHCTPsize, default 16).
func (p *Program) ChecksAtOnce() int { return p.checksAtOnce }

// checkOf is how a worker's health is checked; only members of balancers are.
func checkOf(w *effective.Worker) upstream.Check {
	if w.Balancer == nil {
		return upstream.Check{}
	}
	health := &w.Params.Health
	method, _ := upstream.CheckMethodOf(health.Method.Value) // all methods are known
	return upstream.Check{
		Method: method, Interval: health.Interval.Value, Passes: health.Passes.Value, Fails: health.Fails.Value,
	}
}
