package metrics

import (
	"runtime/debug"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/runtime/program"
	"github.com/lbconf/lbconf/runtime/scoreboard"
	"github.com/lbconf/lbconf/runtime/server"
	"github.com/lbconf/lbconf/runtime/upstream"
)

// figure is one metric that is read when somebody asks.
type figure struct {
	desc *prometheus.Desc
	kind prometheus.ValueType
}

func newFigure(kind prometheus.ValueType, name, help string, labels ...string) *figure {
	return &figure{prometheus.NewDesc(name, help, labels, nil), kind}
}

// workerFigure is a figure that each worker has.
type workerFigure struct {
	*figure
	value func(*upstream.Worker) float64
}

// collector reads the live state of a server.
type collector struct {
	server *server.Server
	// workers are the figures of each worker, state those of each of its flags, pool those of its connections.
	workers                              []workerFigure
	state, pool, waiting                 *figure
	members, usable                      *figure
	connections, accepted, busy, dropped *figure
	loads, started, build                *figure
	version, revision                    string
}

func newCollector(s *server.Server) *collector {
	worker := workerLabels()
	gauge := func(name, help string, value func(*upstream.Worker) float64) workerFigure {
		return workerFigure{newFigure(prometheus.GaugeValue, name, help, worker...), value}
	}
	counter := func(name, help string, value func(*upstream.Worker) float64) workerFigure {
		return workerFigure{newFigure(prometheus.CounterValue, name, help, worker...), value}
	}
	c := &collector{
		server: s,
		workers: []workerFigure{
			gauge("lbconf_worker_usable", "1 when requests may be sent to the worker, else 0.", func(w *upstream.Worker) float64 { return truth(w.Slot.Usable()) }),
			gauge("lbconf_worker_busy_requests", "Requests that a balancer sent to the member and that are in work.", func(w *upstream.Worker) float64 { return float64(w.Slot.Busy()) }),
			counter("lbconf_worker_elected_total", "How often a balancer chose the member.", func(w *upstream.Worker) float64 { return float64(w.Slot.Elected()) }),
			counter("lbconf_worker_sent_bytes_total", "Bytes of requests that were sent to the worker.", func(w *upstream.Worker) float64 { return float64(w.Slot.Transferred()) }),
			counter("lbconf_worker_received_bytes_total", "Bytes of status lines and bodies that came from the worker.", func(w *upstream.Worker) float64 { return float64(w.Slot.Read()) }),
			counter("lbconf_worker_failures_total", "How often the worker was put into the error state.", func(w *upstream.Worker) float64 { return float64(w.Slot.Failures()) }),
			gauge("lbconf_worker_retries", "Retries since a connection to the worker could last be opened.", func(w *upstream.Worker) float64 { return float64(w.Slot.Retries()) }),
			gauge("lbconf_worker_load_factor", "The load factor of the member (loadfactor).", func(w *upstream.Worker) float64 { return float64(w.Slot.Factor()) / 100 }),
			gauge("lbconf_worker_lb_set", "The load balancer set of the member (lbset).", func(w *upstream.Worker) float64 { return float64(w.Slot.LBSet()) }),
			gauge("lbconf_worker_lb_status", "The running sum that the balancing method chooses by.", func(w *upstream.Worker) float64 { return float64(w.Slot.LBStatus()) }),
			gauge("lbconf_worker_health_checks_passed", "Good health checks towards the number that brings the member back (hcpasses).", func(w *upstream.Worker) float64 { return float64(w.Slot.ChecksPassed()) }),
			gauge("lbconf_worker_health_checks_failed", "Bad health checks towards the number that takes the member out (hcfails).", func(w *upstream.Worker) float64 { return float64(w.Slot.ChecksFailed()) }),
		},
		state: newFigure(prometheus.GaugeValue, "lbconf_worker_state",
			"1 for each state that the worker is in, else 0: init, ignore_errors, drain, disabled, stopped, error, hot_standby, hot_spare, health_failed.", append(worker, "state")...),
		pool: newFigure(prometheus.GaugeValue, "lbconf_worker_connections",
			"Connections to the worker: idle in its pool, or used by a request or being opened.", append(worker, "state")...),
		waiting:     newFigure(prometheus.GaugeValue, "lbconf_worker_waiting_requests", "Requests that wait for one of the max= connections to the worker.", worker...),
		members:     newFigure(prometheus.GaugeValue, "lbconf_balancer_members", "Members of the balancer.", "server", "balancer"),
		usable:      newFigure(prometheus.GaugeValue, "lbconf_balancer_usable_members", "Members of the balancer that requests may be sent to.", "server", "balancer"),
		connections: newFigure(prometheus.GaugeValue, "lbconf_client_connections", "Connections of clients: busy with a request, idle, or closing.", "state"),
		accepted:    newFigure(prometheus.CounterValue, "lbconf_client_connections_total", "Connections of clients that were accepted."),
		busy:        newFigure(prometheus.GaugeValue, "lbconf_requests_in_work", "Requests in work."),
		dropped:     newFigure(prometheus.CounterValue, "lbconf_access_log_dropped_lines_total", "Lines of access logs that could not be written, since the configuration was loaded.", "server"),
		loads:       newFigure(prometheus.CounterValue, "lbconf_config_loads_total", "Configurations that were loaded, the present one included."),
		started:     newFigure(prometheus.GaugeValue, "lbconf_start_time_seconds", "When the server was started, in seconds since 1970."),
		build:       newFigure(prometheus.GaugeValue, "lbconf_build_info", "1, with the version of the program and of Go.", "version", "goversion"),
		version:     "unknown", revision: "unknown",
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		c.version, c.revision = info.Main.Version, info.GoVersion
	}
	return c
}

// figures returns all of them.
func (c *collector) figures() []*figure {
	all := make([]*figure, 0, len(c.workers))
	for _, f := range c.workers {
		all = append(all, f.figure)
	}
	return append(all, c.state, c.pool, c.waiting, c.members, c.usable, c.connections, c.accepted, c.busy, c.dropped, c.loads, c.started, c.build)
}

// Describe implements prometheus.Collector.
func (c *collector) Describe(to chan<- *prometheus.Desc) {
	for _, f := range c.figures() {
		to <- f.desc
	}
}

// Collect implements prometheus.Collector.
func (c *collector) Collect(to chan<- prometheus.Metric) {
	send := func(f *figure, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(f.desc, f.kind, value, labels...)
	}
	p := c.server.Program()
	c.clients(send)
	seen := make(map[*upstream.Slot]bool)
	dropped := make(map[string]float64)
	balancers := make(map[[2]string]bool)
	for _, h := range p.Hosts() {
		dropped[h.Label] += float64(h.DroppedLines())
		for _, w := range h.Workers() {
			c.worker(send, seen, h, nil, w)
		}
		for _, b := range h.Balancers() {
			c.balancer(send, seen, balancers, h, b)
		}
	}
	for name, lines := range dropped {
		send(c.dropped, lines, name)
	}
	send(c.loads, float64(c.server.Loads()))
	send(c.started, float64(c.server.Started().UnixMilli())/1000)
	send(c.build, 1, c.version, c.revision)
}

type sender func(f *figure, value float64, labels ...string)

func (c *collector) clients(send sender) {
	busy := 0
	for _, row := range c.server.Board().Rows() {
		if row.State != scoreboard.Idle {
			busy++
		}
	}
	connections := c.server.Connections()
	send(c.busy, float64(busy))
	send(c.accepted, float64(connections.Accepted))
	send(c.connections, float64(busy), "busy")
	send(c.connections, float64(connections.Lingering), "closing")
	send(c.connections, float64(max(0, connections.Open-busy-connections.Lingering)), "idle")
}

// balancer sends the figures of a balancer and its members. What virtual hosts inherit is sent once, for the first of them.
func (c *collector) balancer(send sender, seen map[*upstream.Slot]bool, known map[[2]string]bool, h *program.Host, b *upstream.Balancer) {
	name := printable(b.Name[len("balancer://"):])
	members := b.Live().Members
	usable, fresh := 0, len(members) == 0
	for _, w := range members {
		usable += int(truth(w.Slot.Usable()))
		fresh = c.worker(send, seen, h, b, w) || fresh
	}
	if key := [2]string{h.Label, name}; fresh && !known[key] {
		known[key] = true
		send(c.members, float64(len(members)), h.Label, name)
		send(c.usable, float64(usable), h.Label, name)
	}
}

// worker sends the figures of a worker, unless that was done for another server, and says whether it did.
func (c *collector) worker(send sender, seen map[*upstream.Slot]bool, h *program.Host, b *upstream.Balancer, w *upstream.Worker) bool {
	if seen[w.Slot] {
		return false
	}
	seen[w.Slot] = true
	labels := labelsOf(h.Label, b, w)
	for _, f := range c.workers {
		send(f.figure, f.value(w), labels...)
	}
	status := w.Slot.Status()
	for _, s := range states {
		send(c.state, truth(status.Has(s.flag)), append(labels, s.name)...)
	}
	pool := c.server.Pool(w.Slot)
	send(c.pool, float64(pool.Idle), append(labels, "idle")...)
	send(c.pool, float64(pool.Open-pool.Idle), append(labels, "used")...)
	send(c.waiting, float64(pool.Waiting), labels...)
	return true
}

// states are the states of a worker by the values of the label.
var states = [...]struct {
	name string
	flag ir.StatusFlags
}{
	{"init", ir.StatusInit},
	{"ignore_errors", ir.StatusIgnore},
	{"drain", ir.StatusDrain},
	{"disabled", ir.StatusDisabled},
	{"stopped", ir.StatusStopped},
	{"error", ir.StatusError},
	{"hot_standby", ir.StatusHotStandby},
	{"hot_spare", ir.StatusHotSpare},
	{"health_failed", ir.StatusHealthFailed},
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
