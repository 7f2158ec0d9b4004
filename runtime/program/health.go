package program

import (
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/runtime/upstream"
)

// Members returns the members of all balancers, each once: those whose health may be checked.
func (p *Program) Members() []*upstream.Worker {
	seen := make(map[*upstream.Slot]bool)
	var all []*upstream.Worker
	for _, h := range p.hosts {
		for _, b := range h.balancers {
			for _, w := range b.Live().Members {
				if !seen[w.Slot] {
					seen[w.Slot] = true
					all = append(all, w)
				}
			}
		}
	}
	return all
}

// ChecksAtOnce bounds the health checks that run at a time (mod_proxy_hcheck: ProxyHCTPsize, default 16).
func (p *Program) ChecksAtOnce() int { return p.checksAtOnce }

// checkOf is how a worker's health is checked; only members of balancers are.
func checkOf(w *effective.Worker) upstream.Check {
	if w.Balancer == nil {
		return upstream.Check{}
	}
	health := &w.Params.Health
	method, _ := upstream.CheckMethodOf(health.Method.Value) // checkHealth refuses the others
	return upstream.Check{
		Method: method, Interval: health.Interval.Value, Passes: health.Passes.Value, Fails: health.Fails.Value,
	}
}

// checkHealth reports health checks that are not run.
func (b *builder) checkHealth(w *effective.Worker) {
	health := &w.Params.Health
	if w.Balancer == nil {
		return // httpd does not check it either
	}
	method, ok := upstream.CheckMethodOf(health.Method.Value)
	switch {
	case !ok:
		b.report.refuse(w.By, "hcmethod=%s of %s speaks AJP, which this server does not: write TCP, OPTIONS, HEAD or GET", health.Method.Value, w.Name)
	case health.Expr.Value != "" && method != upstream.CheckNone && method != upstream.CheckTCP:
		b.report.refuse(w.By, "hcexpr=%s of %s is not run by this server, and without it %s is healthy with the statuses 200 to 399: let the health page answer one of those, and leave hcexpr out", health.Expr.Value, w.Name, w.Name)
	}
}
