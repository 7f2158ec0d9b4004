package route

import "github.com/lbconf/lbconf/runtime/upstream"

// FindWorker returns the worker that serves a canonical URL: the longest name that is a byte prefix of it and covers at
// least scheme and authority; of equal names the first. It is nil where no worker does, and the default worker serves it.
func FindWorker(workers []*upstream.Worker, c *Canonical) *upstream.Worker {
	var best *upstream.Worker
	for _, w := range workers {
		n := len(w.Name)
		if n < c.Path || n > len(c.URL) || best != nil && n <= len(best.Name) {
			continue
		}
		if w.Match && matchesName(c.URL, w.Name) || !w.Match && string(c.URL[:n]) == w.Name {
			best = w
		}
	}
	return best
}

// matchesName compares a URL with the name of a ProxyPassMatch: $ and a digit stand for any text, a backslash takes the
// next byte literally, and what follows the name in the URL does not matter.
func matchesName(url []byte, name string) bool {
	for i := 0; i < len(name); i++ {
		switch {
		case name[i] == '$' && i+1 < len(name) && isDigit(name[i+1]):
			rest := name[i+2:]
			if rest == "" {
				return true
			}
			for k := range len(url) + 1 {
				if matchesName(url[k:], rest) {
					return true
				}
			}
			return false
		case name[i] == '\\' && i+1 < len(name):
			i++
		}
		if len(url) == 0 || url[0] != name[i] {
			return false
		}
		url = url[1:]
	}
	return true
}
