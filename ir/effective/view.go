// Package effective is what httpd would have after merging: the servers of a configuration with what they inherit, the
// workers and balancers that its directives define, the order in which mappings are tried, and the settings that hold for
// one request. Lint asks it what is wrong, the runtime compiles it; both see the same answer because neither works it out.
//
// It is pure: no file is read and no name is resolved, and a View never changes after New. What needs an engine for regular
// expressions asks the caller through a function.
package effective

import (
	"runtime"
	"sort"
	"sync"
	"sync/atomic"

	"github.com/lbconf/lbconf/ir"
)

// View is a configuration after merging. It is safe for concurrent use.
type View struct {
	servers []*Server
	listens []*ir.Listen
}

// New merges a configuration. The configuration must not be changed afterwards.
func New(c *ir.Config) *View {
	vhosts := virtualHosts(c.Items)
	v := &View{servers: make([]*Server, 1+len(vhosts))}
	collectListens(c.Items, &v.listens)
	main := newServer(v, nil, c.Items)
	v.servers[0] = main
	main.collect()
	inParallel(len(vhosts), func(i int) {
		s := newServer(v, vhosts[i], vhosts[i].Items)
		s.Index = 1 + i
		v.servers[s.Index] = s
		s.collect()
		s.inherit(main)
	})
	for _, s := range v.servers {
		s.finish()
	}
	return v
}

// inParallel calls do for each number below n. Virtual hosts do not know of each other, so that ten thousand are built on
// all cores.
func inParallel(n int, do func(i int)) {
	const share = 64
	var next atomic.Int64
	work := func() {
		for from := int(next.Add(share)) - share; from < n; from = int(next.Add(share)) - share {
			for i := from; i < min(from+share, n); i++ {
				do(i)
			}
		}
	}
	var others sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), (n+share-1)/share) - 1 {
		others.Go(work)
	}
	work()
	others.Wait()
}

// Servers returns the main server and the virtual hosts in the order of the configuration. The slice must not be changed.
func (v *View) Servers() []*Server { return v.servers }

// Main returns the main server.
func (v *View) Main() *Server { return v.servers[0] }

// Listens returns the Listen directives in order. The slice must not be changed.
func (v *View) Listens() []*ir.Listen { return v.listens }

// ServerOf returns the server in which an item stands, the main server for one that is not part of the configuration.
func (v *View) ServerOf(item ir.Item) *Server {
	seq := item.Head().Seq
	hosts := v.servers[1:]
	behind := sort.Search(len(hosts), func(i int) bool { return hosts[i].VirtualHost.Seq > seq })
	if behind > 0 && seq <= hosts[behind-1].last {
		return hosts[behind-1]
	}
	return v.servers[0]
}

func virtualHosts(items []ir.Item) []*ir.VirtualHost {
	var all []*ir.VirtualHost
	for item := range ir.All(items) {
		if vhost, ok := item.(*ir.VirtualHost); ok {
			all = append(all, vhost)
		}
	}
	return all
}

func collectListens(items []ir.Item, to *[]*ir.Listen) {
	for item := range ir.All(items) {
		if listen, ok := item.(*ir.Listen); ok {
			*to = append(*to, listen)
		}
	}
}
