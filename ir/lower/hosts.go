package lower

import (
	"io/fs"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser"
)

// share is the number of virtual hosts that are worth a part of their own.
const share = 64

// top is items for those of an input. Many virtual hosts that follow each other are lowered on all cores.
func (l *lowering) top(nodes []*parser.Node, at place) []ir.Item {
	if len(nodes) == 0 {
		return nil
	}
	items := make([]ir.Item, len(nodes))
	for from := 0; from < len(nodes); {
		to := from + 1
		for isVirtualHost(nodes[from]) && to < len(nodes) && isVirtualHost(nodes[to]) {
			to++
		}
		s := stretch{nodes, items, at, from, to}
		if s.len() < 2*share || !l.inParallel(s) {
			l.stretch(s)
		}
		from = to
	}
	return items
}

func isVirtualHost(n *parser.Node) bool { return n.Section && n.Is("VirtualHost") }

// stretch is the nodes [from, to) of a scope and the room for their items.
type stretch struct {
	nodes []*parser.Node
	items []ir.Item
	at    place

	from, to int
}

func (s stretch) len() int { return s.to - s.from }

// part returns the i-th part of a stretch.
func (s stretch) part(i int) stretch {
	from := s.from + i*share
	s.from, s.to = from, min(from+share, s.to)
	return s
}

// stretch lowers one node after the other.
func (l *lowering) stretch(s stretch) {
	for i := s.from; i < s.to; i++ {
		s.at.before = s.nodes[:i]
		s.items[i] = l.item(s.nodes[i], s.at)
	}
}

// inParallel lowers virtual hosts on all cores, each part in a lowering of its own: a virtual host begins with nothing
// defined, whatever the main server and the others have, but for what is learned. Where a part learns something, those behind
// it do not know it and are lowered again, in turn. It reports whether there are several cores.
func (l *lowering) inParallel(s stretch) bool {
	parts := make([]*lowering, (s.len()+share-1)/share)
	workers := min(runtime.GOMAXPROCS(0), len(parts))
	if workers < 2 {
		return false
	}
	files := l.files
	if files != nil {
		files = &oneAtATime{files: files}
	}
	var next atomic.Int64
	work := func() {
		known := newReading()
		for i := int(next.Add(1)) - 1; i < len(parts); i = int(next.Add(1)) - 1 {
			parts[i] = &lowering{
				reading: known, learned: l.learned, borrowed: true,
				tree: l.tree, files: files, table: l.table, values: l.values, strangers: l.strangers,
			}
			parts[i].stretch(s.part(i))
		}
	}
	var others sync.WaitGroup
	for range workers - 1 {
		others.Go(work)
	}
	work()
	others.Wait()
	for i, part := range parts {
		l.join(part)
		if !part.borrowed {
			s.from = s.part(i).to
			l.stretch(s)
			break
		}
	}
	return true
}

// join adds what a part found to what was found before it.
func (l *lowering) join(part *lowering) {
	l.learned = part.learned
	for _, m := range part.misplaced {
		m.before += len(l.diags)
		l.misplaced = append(l.misplaced, m)
	}
	l.diags = append(l.diags, part.diags...)
	l.checks = append(l.checks, part.checks...)
	for _, srv := range part.logs.servers {
		l.logs.errorLog(srv, part.logs.errors[srv])
	}
	l.logs.access = append(l.logs.access, part.logs.access...)
}

// oneAtATime is files for several goroutines.
type oneAtATime struct {
	mu    sync.Mutex
	files Files
}

// Stat implements Files.
func (o *oneAtATime) Stat(name string) (fs.FileInfo, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.files.Stat(name)
}
