package heartbeat

import (
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/lbconf/lbconf/runtime/upstream"
)

// Store is where heartbeats are kept for the balancing method: a File, or the upstream.BeatTable.
type Store interface {
	upstream.Heartbeats
	// Put keeps what a host said and the port that it named.
	Put(host string, beat upstream.Beat, port int32) error
}

var (
	_ Store = (*File)(nil)
	_ Store = (*upstream.BeatTable)(nil)
)

// Interval is how often a Monitor stores what it received (mod_heartmonitor: HM_UPDATE_SEC).
const Interval = 5 * time.Second

// Monitor takes the heartbeats that come by UDP together, and stores them from time to time. Its methods may be called at
// the same time.
type Monitor struct {
	store Store
	log   *slog.Logger

	mu    sync.Mutex
	hosts map[string]*host
}

// host is one that sends.
type host struct {
	name string
	beat upstream.Beat
	// port is the one of its first message.
	port int32
}

// NewMonitor returns a monitor that knows nobody. log gets messages that are none.
func NewMonitor(store Store, log *slog.Logger) *Monitor {
	return &Monitor{store: store, log: log, hosts: make(map[string]*host)}
}

// Receive takes a message that from sent.
func (m *Monitor) Receive(from string, message []byte, now time.Time) {
	report, ok := ParseDatagram(message)
	if !ok {
		m.log.Error("malformed message from "+from, "id", "AH02087", "message", string(message[:min(len(message), 80)]))
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	h := m.hosts[from]
	if h == nil {
		h = &host{name: from, port: report.Port}
		m.hosts[from] = h
	}
	h.beat = upstream.Beat{Ready: report.Ready, Busy: report.Busy, Seen: now}
}

// Flush stores what was received. Hosts that are silent for more than 30 seconds are left out of a file and dropped from
// memory, and forgotten.
func (m *Monitor) Flush(now time.Time) error {
	live, silent := m.sort(now)
	switch store := m.store.(type) {
	case *File:
		return store.replaceAll(live, now)
	case *upstream.BeatTable:
		for _, h := range silent {
			store.Drop(h.name)
		}
		for _, h := range live {
			_ = store.Put(h.name, h.beat, h.port) // memory does not fail
		}
	}
	return nil
}

// sort forgets those that are silent and returns them, and copies of the others, by name.
func (m *Monitor) sort(now time.Time) (live, silent []host) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for name, h := range m.hosts {
		if h.beat.Silent(now) {
			silent = append(silent, *h)
			delete(m.hosts, name)
		} else {
			live = append(live, *h)
		}
	}
	slices.SortFunc(live, func(a, b host) int { return strings.Compare(a.name, b.name) })
	return live, silent
}

// replaceAll writes a file of these hosts and no others, as httpd does: what came by POST lasts until then.
func (f *File) replaceAll(hosts []host, now time.Time) error {
	var out []byte
	for _, h := range hosts {
		out = appendLine(out, h.name, h.beat.Ready, h.beat.Busy, now.Sub(h.beat.Seen), h.port)
	}
	f.writing.Lock()
	defer f.writing.Unlock()
	return f.replace(out)
}
