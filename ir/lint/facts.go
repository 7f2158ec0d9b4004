package lint

import (
	"sync"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
)

// facts are what several rules need of the servers of a pass and one works out: a configuration may have ten thousand virtual
// hosts, and there are many rules.
type facts struct {
	scopes    fact[[]*scope]
	rules     fact[[]proxyRule]
	mappings  fact[[]prefixMapping]
	reverses  fact[[]prefixReverse]
	targets   fact[[]balancerTarget]
	balancers fact[balancers]
	unpooled  fact[[]unpooled]
	reversals fact[[]*reversal]
	shadows   fact[[]shadow]
	open      fact[[]openAuthority]
	params    fact[[]writtenParam]

	// Those below are asked of the whole configuration only.
	first          fact[map[ir.Address]*effective.Server]
	main           fact[balancers]
	firstBalancers fact[map[string]ir.Item]
	proxies        fact[bool]
	blocks         fact[map[blockKey][]block]
	used           fact[usedWorkers]
	states         fact[bool]
	probes         fact[[]writtenParam]
	written        fact[map[targetsOf][]target]
}

// fact is a value that the first who asks works out; rules run at the same time. What it leads to must not be changed.
type fact[T any] struct {
	once  sync.Once
	value T
}

func (f *fact[T]) get(find func() T) T {
	f.once.Do(func() { f.value = find() })
	return f.value
}
