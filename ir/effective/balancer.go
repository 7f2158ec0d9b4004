package effective

import (
	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/clib"
)

// Balancer is a balancer with its members.
type Balancer struct {
	// Name is "balancer://name" in lower case, without a path.
	Name string
	// By is the directive or section that mentioned it first.
	By ir.Item
	// Params are the merged parameters. Balancers without any share httpd's defaults, so that they must not be changed.
	Params *ir.Balancer
	// Members are in the order of definition. A BalancerMember whose URL begins with that of an earlier member is no member of
	// its own: it stands in Also of that one.
	Members []*Worker
	// Misplaced are the keys of a worker that were written for the balancer: httpd refuses them. Here they hold for every
	// member that does not set the key itself.
	Misplaced []Ignored
	// Discarded are the members that a virtual host defines for a balancer of the main server: httpd drops them.
	Discarded []*Worker
	// Server is where the members are defined: the main server's own for a balancer that a virtual host inherits.
	Server *Server

	members workerIndex
}

// Balancer returns the balancer that a target names; nil where the server has none.
func (s *Server) Balancer(target string) *Balancer {
	return findBalancer(s.Balancers, target)
}

func (s *Server) ownBalancer(target string) *Balancer {
	if len(s.Balancers) < indexFrom {
		return findBalancer(s.Balancers, target)
	}
	return s.indexes().balancers.find(s.Balancers, target)
}

func findBalancer(balancers []*Balancer, target string) *Balancer {
	name := ir.BalancerName(target)
	for _, b := range balancers {
		if b.Name == name {
			return b
		}
	}
	return nil
}

func (s *Server) defineBalancer(target string, by ir.Item) *Balancer {
	b := &Balancer{Name: ir.BalancerName(target), By: by, Params: &defaultBalancer, Server: s}
	s.Balancers = append(s.Balancers, b)
	return b
}

// defaultBalancer is what nearly all balancers of a large configuration have.
var defaultBalancer = ir.DefaultBalancer()

// balancerMember is the BalancerMember directive.
func (s *Server) balancerMember(item *ir.BalancerMember, sec *Section) {
	target := item.Balancer
	if target == "" && sec != nil {
		target = sec.Section.URL()
	}
	if !ir.IsBalancerURL(target) {
		return
	}
	b := s.ownBalancer(target)
	if b == nil {
		b = s.defineBalancer(target, item)
	}
	if sec != nil {
		sec.Balancer = b
	}
	if w := b.members.find(b.Members, item.URL, anyWorker); w != nil {
		w.share(item, item.Params)
		return
	}
	if w := defineWorker(item.URL, false, item); w != nil {
		w.Balancer = b
		w.apply(s.ofLine(item.Params))
		b.Members = append(b.Members, w)
	}
}

// apply sets parameters; the keys of a worker are kept for the members.
func (b *Balancer) apply(by ir.Item, params []ir.Param) {
	if len(params) == 0 {
		return
	}
	own := *b.Params
	for _, p := range params {
		if ir.ApplyBalancer(&own, p) != nil && ir.LookupParam(ir.ParamOfBalancer, p.Key) == nil &&
			ir.LookupParam(ir.ParamOfWorker, p.Key) != nil {
			b.Misplaced = append(b.Misplaced, Ignored{by, p})
		}
	}
	b.Params = &own
}

// finish gives the members the keys that were written for the balancer.
func (b *Balancer) finish() {
	if len(b.Misplaced) == 0 {
		return
	}
	for _, w := range b.Members {
		own := map[string]bool{}
		if member, ok := w.By.(*ir.BalancerMember); ok {
			for _, p := range member.Params {
				own[paramField(p.Key)] = true
			}
		}
		var params []ir.Param
		for _, m := range b.Misplaced {
			if !own[paramField(m.Param.Key)] {
				params = append(params, m.Param)
			}
		}
		w.apply(b.Server.withTemplates(params))
	}
}

// paramField is the key under which two spellings of the same parameter are one.
func paramField(key string) string {
	if key = clib.ToLower(key); key == "disablereuse" {
		return "enablereuse"
	}
	return key
}

// mergeBalancers joins the balancers of the main server with a virtual host's. A balancer that both have keeps the main
// server's members, and what the virtual host sets of its parameters counts.
func mergeBalancers(s *Server, main, own []*Balancer) []*Balancer {
	if len(own) == 0 || len(main) == 0 {
		return concat(main, own)
	}
	var all []*Balancer
	var ofMain, ofOwn balancerIndex
	for _, b := range main {
		if o := ofOwn.find(own, b.Name); o != nil {
			o = mergeBalancer(b, o)
			o.Server = s.View.Main()
			b = o
		}
		all = append(all, b)
	}
	for _, b := range own {
		if ofMain.find(main, b.Name) == nil {
			all = append(all, b)
		}
	}
	return all
}

func mergeBalancer(main, own *Balancer) *Balancer {
	merged := *own
	merged.Discarded = own.Members
	merged.Members = make([]*Worker, len(main.Members))
	for i, w := range main.Members {
		member := *w
		member.Balancer = &merged
		merged.Members[i] = &member
	}
	merged.Misplaced = concat(main.Misplaced, own.Misplaced)
	merged.Params = inheritParams(main.Params, own.Params)
	return &merged
}

// inheritParams merges parameters as mod_proxy's merge_balancers does. The method is the virtual host's own in any case:
// to name a balancer defines it, with byrequests, and that counts as set. The statuses of both fail a member.
func inheritParams(main, own *ir.Balancer) *ir.Balancer {
	statuses := over(main.FailOnStatus, own.FailOnStatus)
	if main.FailOnStatus.Set && own.FailOnStatus.Set {
		statuses.Value = concat(own.FailOnStatus.Value, main.FailOnStatus.Value)
	}
	return &ir.Balancer{
		LBMethod:           own.LBMethod,
		StickySession:      over(main.StickySession, own.StickySession),
		StickySeparator:    over(main.StickySeparator, own.StickySeparator),
		SemicolonPathDelim: over(main.SemicolonPathDelim, own.SemicolonPathDelim),
		NoFailover:         over(main.NoFailover, own.NoFailover),
		ForceRecovery:      over(main.ForceRecovery, own.ForceRecovery),
		FailOnTimeout:      over(main.FailOnTimeout, own.FailOnTimeout),
		Timeout:            over(main.Timeout, own.Timeout),
		MaxAttempts:        over(main.MaxAttempts, own.MaxAttempts),
		FailOnStatus:       statuses,
		Nonce:              over(main.Nonce, own.Nonce),
		Growth:             over(main.Growth, own.Growth),
	}
}

func over[T any](main, own ir.Setting[T]) ir.Setting[T] {
	if own.Set {
		return own
	}
	return main
}

// MaxAttempts is how many members are tried after the first: maxattempts, or all others.
func (b *Balancer) MaxAttempts() int {
	if b.Params.MaxAttempts.Set {
		return b.Params.MaxAttempts.Value
	}
	return max(0, len(b.Members)-1)
}
