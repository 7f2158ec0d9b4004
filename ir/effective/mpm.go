package effective

import (
	"fmt"

	"github.com/lbconf/lbconf/ir"
)

// Bound is how many requests httpd has in work at a time; what is beyond waits.
type Bound struct {
	// Requests is 1 or more.
	Requests int
	// Changed tells which numbers of the configuration httpd replaces, in its words.
	Changed []Replaced
}

// Replaced is a number that httpd does not take as it was written.
type Replaced struct {
	// By is the directive that is at odds with others.
	By ir.Item
	// Message says what was written and what holds instead.
	Message string
}

// The bounds that are compiled into httpd (event.c: MAX_SERVER_LIMIT, MAX_THREAD_LIMIT; prefork.c: DEFAULT_SERVER_LIMIT,
// MAX_SERVER_LIMIT).
const (
	maxServers        = 20000
	maxThreads        = 100000
	preforkServers    = 256
	maxPreforkServers = 200000
)

// Bound returns what the MPM's directives make of each other (event.c and prefork.c: check_config). The MPM is event,
// which counts as worker does, unless prefork is loaded.
func (v *View) Bound() Bound {
	m := mpm{settings: v.Main().Settings}
	for load := range ir.Of[*ir.LoadModule](v.Main().Items) {
		if load.Module == "mpm_prefork_module" {
			return m.ofProcesses()
		}
	}
	return m.ofThreads()
}

// mpm computes a Bound.
type mpm struct {
	settings *Settings
	changed  []Replaced
}

// ofThreads is the bound of the MPMs event and worker.
func (m *mpm) ofThreads() Bound {
	servers := m.limited(ir.NumberServerLimit, m.settings.Number(ir.NumberServerLimit).Value, maxServers)
	limit := m.limited(ir.NumberThreadLimit, m.settings.Number(ir.NumberThreadLimit).Value, maxThreads)
	threads := m.limited(ir.NumberThreadsPerChild, m.settings.Number(ir.NumberThreadsPerChild).Value, limit)
	workers := m.settings.Number(ir.NumberMaxRequestWorkers).Value
	if workers < threads {
		m.replace("MaxRequestWorkers of %d is less than ThreadsPerChild of %d, increasing to %d", workers, threads, threads)
		workers = threads
	}
	if rest := workers % threads; rest > 0 {
		m.replace("MaxRequestWorkers of %d is not an integer multiple of ThreadsPerChild of %d, decreasing to %d", workers, threads, workers-rest)
		workers -= rest
	}
	if needed := workers / threads; needed > servers {
		m.replace("MaxRequestWorkers of %d would require %d servers and exceed ServerLimit of %d, decreasing to %d", workers, needed, servers, servers*threads)
		workers = servers * threads
	}
	return Bound{Requests: int(workers), Changed: m.changed}
}

// ofProcesses is the bound of the MPM prefork, where a process has one request in work.
func (m *mpm) ofProcesses() Bound {
	number := func(name ir.NumberName) int64 {
		if v := m.settings.Number(name); v.IsSet() {
			return v.Value
		}
		return preforkServers
	}
	servers := m.limited(ir.NumberServerLimit, number(ir.NumberServerLimit), maxPreforkServers)
	workers := m.limited(ir.NumberMaxRequestWorkers, number(ir.NumberMaxRequestWorkers), servers)
	return Bound{Requests: int(workers), Changed: m.changed}
}

// limited returns n where it lies between 1 and most, and notes what is beyond.
func (m *mpm) limited(name ir.NumberName, n, most int64) int64 {
	switch {
	case n < 1:
		m.replace("%s of %d not allowed, increasing to 1", name, n)
		return 1
	case n > most:
		m.replace("%s of %d exceeds the limit of %d, decreasing to match", name, n, most)
		return most
	}
	return n
}

// replace notes a number that is replaced, at the first of the MPM's directives that is written.
func (m *mpm) replace(format string, args ...any) {
	for _, name := range []ir.NumberName{ir.NumberMaxRequestWorkers, ir.NumberThreadsPerChild, ir.NumberServerLimit, ir.NumberThreadLimit} {
		if v := m.settings.Number(name); v.IsSet() {
			m.changed = append(m.changed, Replaced{v.By, fmt.Sprintf(format, args...)})
			return
		}
	}
}
