package effective

import "github.com/lbconf/lbconf/ir"

// indexFrom is the length from which a list is indexed: below it, walking costs less than a map.
const indexFrom = 32

// serverIndex finds the workers and balancers of a server with many.
type serverIndex struct {
	workers   workerIndex
	balancers balancerIndex
}

func (s *Server) indexes() *serverIndex {
	if s.index == nil {
		s.index = &serverIndex{}
	}
	return s.index
}

// findWorker is findWorker for the workers of the server itself, while it is being built.
func (s *Server) findWorker(target string, kind workerKind) *Worker {
	if len(s.Workers) < indexFrom {
		return findWorker(s.Workers, target, kind)
	}
	return s.indexes().workers.find(s.Workers, target, kind)
}

// workerIndex finds workers while a server or balancer is being built, when each directive asks for the workers before it:
// without it a file of many ProxyPass lines would cost the square of their number. The zero value is ready to use; the
// list may only grow between two calls.
type workerIndex struct {
	seen int
	// names holds the place of the first worker of a name, those of ProxyPassMatch apart, whose places are matches.
	names   map[string]int
	matches []int
}

// find is findWorker.
func (x *workerIndex) find(workers []*Worker, target string, kind workerKind) *Worker {
	if len(workers) < indexFrom {
		return findWorker(workers, target, kind)
	}
	key, ok := ir.WorkerKeyOf(target)
	if !ok {
		return nil
	}
	x.grow(workers)
	best, longest := -1, 0
	if kind != matchWorker {
		for name := range key.Prefixes() {
			if at, found := x.names[name]; found {
				best, longest = at, len(name)
				break
			}
		}
	}
	if kind != prefixWorker {
		for _, at := range x.matches {
			n := len(workers[at].Name)
			longer := n > longest || n == longest && at < best
			if longer && key.Finds(workers[at].WorkerName) {
				best, longest = at, n
			}
		}
	}
	if best < 0 {
		return nil
	}
	return workers[best]
}

// grow takes in the workers that were appended since the last call.
func (x *workerIndex) grow(workers []*Worker) {
	if x.names == nil {
		x.names = make(map[string]int)
	}
	for ; x.seen < len(workers); x.seen++ {
		w := workers[x.seen]
		if w.Match {
			x.matches = append(x.matches, x.seen)
		} else if _, taken := x.names[w.Name]; !taken {
			x.names[w.Name] = x.seen
		}
	}
}

// balancerIndex finds balancers by name in the same way.
type balancerIndex struct {
	seen  int
	names map[string]*Balancer
}

// find is findBalancer.
func (x *balancerIndex) find(balancers []*Balancer, target string) *Balancer {
	if len(balancers) < indexFrom {
		return findBalancer(balancers, target)
	}
	if x.names == nil {
		x.names = make(map[string]*Balancer)
	}
	for ; x.seen < len(balancers); x.seen++ {
		if b := balancers[x.seen]; x.names[b.Name] == nil {
			x.names[b.Name] = b
		}
	}
	return x.names[ir.BalancerName(target)]
}
