package route

import (
	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/runtime/upstream"
)

// FindWorker returns the worker that serves a canonical URL: the longest name that is a byte prefix of it and covers at
// least scheme and authority; of equal names the first. It is nil where no worker does, and the default worker serves it.
func FindWorker(workers []*upstream.Worker, c *Canonical) *upstream.Worker {
	var best *upstream.Worker
	for _, w := range workers {
		n := len(w.Name)
		if n < c.Path || n > len(c.URL) || best != nil && n <= len(best.Name) {
			continue
		}
		if w.Match && ir.MatchWorkerName(c.URL, w.Name) || !w.Match && string(c.URL[:n]) == w.Name {
			best = w
		}
	}
	return best
}
