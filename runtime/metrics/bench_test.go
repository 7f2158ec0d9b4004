package metrics

import (
	"testing"
	"time"

	"github.com/lbconf/lbconf/runtime/exchange"
	"github.com/lbconf/lbconf/runtime/program"
	"github.com/lbconf/lbconf/runtime/proxy"
)

func BenchmarkObserve(b *testing.B) {
	m, p := mount(b)
	main := p.Hosts()[0]
	plan := &program.Plan{Host: main, Balancer: main.Balancers()[0]}
	x := &exchange.Exchange{Start: time.Unix(1, 0), Done: time.Unix(2, 0)}
	x.Response.Status = 200
	job := &proxy.Job{Tried: main.Balancers()[0].Members[0], TriedAt: time.Unix(1, 0)}
	for b.Loop() {
		m.Observe(x, plan, job)
	}
}
