// Package metrics makes the figures of a server readable for Prometheus: SetHandler prometheus-metrics, which httpd does
// not have.
//
// Requests count into counters and histograms that are found once for each virtual host and worker; what the server keeps
// anyway, such as the state of workers, is read when somebody asks. Nothing is counted before a configuration runs that
// has the handler.
package metrics

import (
	"fmt"
	"maps"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/lbconf/lbconf/runtime/exchange"
	"github.com/lbconf/lbconf/runtime/program"
	"github.com/lbconf/lbconf/runtime/proxy"
	"github.com/lbconf/lbconf/runtime/server"
	"github.com/lbconf/lbconf/runtime/upstream"
)

// Metrics are the figures of a server: its handler, and the observer of its requests.
type Metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	failed   *prometheus.CounterVec
	aborted  *prometheus.CounterVec
	duration *prometheus.HistogramVec
	worker   *prometheus.HistogramVec

	// hosts and workers are what is found already; they are replaced as a whole.
	mu      sync.Mutex
	hosts   atomic.Pointer[map[*program.Host]*hostFigures]
	workers atomic.Pointer[map[*upstream.Slot]prometheus.Observer]
}

// hostFigures are those of a virtual host.
type hostFigures struct {
	// classes are the counters by the first digit of the status.
	classes         [6]prometheus.Counter
	failed, aborted prometheus.Counter
	duration        prometheus.Observer
}

// buckets are the bounds of the histograms in seconds: from what a backend beside takes to what a client waits for.
func buckets() []float64 {
	return []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60}
}

// Mount makes the figures of a server readable. It comes before Server.Listen. It fails when the process can tell nothing
// about itself under the names that are needed.
func Mount(s *server.Server) (*Metrics, error) {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "lbconf_requests_total", Help: "Requests that were answered, by virtual host and class of the status.",
		}, []string{"server", "code"}),
		failed: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "lbconf_proxy_errors_total", Help: "Requests that no backend gave a response to, so that this server made one.",
		}, []string{"server"}),
		aborted: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "lbconf_requests_aborted_total", Help: "Requests whose client was gone before the response was sent.",
		}, []string{"server"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "lbconf_request_duration_seconds", Help: "Time from the head of a request to the end of the response.", Buckets: buckets(),
		}, []string{"server"}),
		worker: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "lbconf_worker_duration_seconds", Help: "Time from the choice of a worker to the end of the response, for the last worker that was tried.",
			Buckets: buckets(),
		}, workerLabels()),
	}
	m.hosts.Store(&map[*program.Host]*hostFigures{})
	m.workers.Store(&map[*upstream.Slot]prometheus.Observer{})
	for _, c := range []prometheus.Collector{
		m.requests, m.failed, m.aborted, m.duration, m.worker, newCollector(s),
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	} {
		if err := m.registry.Register(c); err != nil {
			return nil, fmt.Errorf("metrics: %w", err)
		}
	}
	s.Handle(program.HandlerMetrics, m)
	s.ObserveBy(m)
	return m, nil
}

// Observe implements server.Observer.
func (m *Metrics) Observe(x *exchange.Exchange, p *program.Plan, job *proxy.Job) {
	h := (*m.hosts.Load())[p.Host]
	if h == nil {
		h = m.host(p.Host)
	}
	if class := x.Response.Status / 100; class > 0 && class < len(h.classes) {
		h.classes[class].Inc()
	} else {
		h.classes[0].Inc()
	}
	if job.Failed {
		h.failed.Inc()
	}
	if x.Aborted {
		h.aborted.Inc()
	}
	h.duration.Observe(x.Done.Sub(x.Start).Seconds())
	if job.Tried == nil || job.Tried.Slot == nil {
		return
	}
	w := (*m.workers.Load())[job.Tried.Slot]
	if w == nil {
		w = m.workerOf(p.Host, p.Balancer, job.Tried)
	}
	w.Observe(x.Done.Sub(job.TriedAt).Seconds())
}

// host finds the figures of a virtual host that had no request yet. Hosts of programs that ended are forgotten: their
// names lead to the same figures.
func (m *Metrics) host(h *program.Host) *hostFigures {
	m.mu.Lock()
	defer m.mu.Unlock()
	f := &hostFigures{
		failed: m.failed.WithLabelValues(h.Label), aborted: m.aborted.WithLabelValues(h.Label),
		duration: m.duration.WithLabelValues(h.Label),
	}
	for class := range f.classes {
		name := "other"
		if class > 0 {
			name = fmt.Sprintf("%dxx", class)
		}
		f.classes[class] = m.requests.WithLabelValues(h.Label, name)
	}
	next := make(map[*program.Host]*hostFigures)
	if old := *m.hosts.Load(); len(old) < maxKnown {
		maps.Copy(next, old)
	}
	next[h] = f
	m.hosts.Store(&next)
	return f
}

// maxKnown bounds how many hosts and workers are remembered, since reloads bring new ones.
const maxKnown = 10000

func (m *Metrics) workerOf(h *program.Host, b *upstream.Balancer, w *upstream.Worker) prometheus.Observer {
	m.mu.Lock()
	defer m.mu.Unlock()
	observer := m.worker.WithLabelValues(labelsOf(h.Label, b, w)...)
	next := make(map[*upstream.Slot]prometheus.Observer)
	if old := *m.workers.Load(); len(old) < maxKnown {
		maps.Copy(next, old)
	}
	next[w.Slot] = observer
	m.workers.Store(&next)
	return observer
}

// printable is a text as Prometheus takes it, which wants UTF-8.
func printable(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

// workerLabels are the labels of a worker.
func workerLabels() []string { return []string{"server", "balancer", "worker"} }

// labelsOf are their values: the virtual host, the name of the balancer without its scheme or nothing, and the name of the
// worker.
func labelsOf(server string, b *upstream.Balancer, w *upstream.Worker) []string {
	balancer := ""
	if b != nil {
		balancer = b.Name[len("balancer://"):]
	}
	return []string{server, printable(balancer), printable(w.Name)}
}
