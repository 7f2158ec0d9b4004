package lint

import (
	"sync"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
)

// facts are what several rules of a run need and one works out: a configuration may have ten thousand virtual hosts, and
// there are many rules.
type facts struct {
	scopes    fact[[]*scope]
	rules     fact[[]proxyRule]
	mappings  fact[[]prefixMapping]
	reverses  fact[[]prefixReverse]
	targets   fact[[]balancerTarget]
	balancers fact[*balancers]
	unpooled  fact[[]unpooled]
	first     fact[map[ir.Address]*effective.Server]
	proxies   fact[bool]
	reversals fact[[]*reversal]
	shadows   fact[[]shadow]
	open      fact[[]openAuthority]
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
