package program

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/runtime/upstream"
)

// keptFile is the file with the state of balancers, in the folder that DefaultRuntimeDir names.
const keptFile = "lbconf-balancers.json"

// Keeper gives a program what was kept of balancers, nil for nothing. fresh says that their slots are to begin with it: else
// they are in use, and know better.
type Keeper func(file string) (kept upstream.Kept, fresh bool)

// Keep returns what is to be kept of the balancers, and the file for it; it is empty where BalancerPersist is nowhere On.
func (p *Program) Keep() (kept upstream.Kept, file string) {
	if p.keepIn == "" {
		return nil, ""
	}
	index := map[string]int{}
	for _, b := range p.kept {
		i, known := index[b.server.Name]
		if !known {
			i = len(kept)
			index[b.server.Name] = i
			kept = append(kept, b.server)
		}
		kept[i].Balancers = append(kept[i].Balancers, b.balancer.Keep())
	}
	return kept, p.keepIn
}

// Begin makes the balancers ready for requests, before the first one.
func (p *Program) Begin() {
	for _, b := range p.balancers {
		b.Begin()
	}
}

// Persists says whether the state of balancers outlives the process (mod_proxy: BalancerPersist).
func (p *Program) Persists() bool { return p.keepIn != "" }

// keptBalancer is a balancer whose state outlives the process, with the server that defines it.
type keptBalancer struct {
	balancer *upstream.Balancer
	server   upstream.KeptServer
}

// keeping is what a compilation knows of the state that an earlier process or program left.
type keeping struct {
	servers upstream.Kept
	fresh   bool
	// params are the parameters that balancers had.
	params map[*effective.Balancer]*upstream.KeptBalancer
	// named are the servers as they are kept, without balancers.
	named map[*effective.Server]upstream.KeptServer
}

// keeps says whether the state of the balancers that a server defines outlives the process. Those of the main server are in
// use by virtual hosts too, and each of them can ask for that.
func (b *builder) keeps(s *effective.Server) bool {
	for _, server := range b.view.Servers() {
		if server != s && !s.IsMain() {
			continue
		}
		if persist := server.Settings.Switch(ir.SwitchBalancerPersist); persist.Value && (server.IsMain() || server.Settings.Own(ir.SwitchBalancerPersist)) {
			return true
		}
	}
	return false
}

// loadKept asks for the state that was kept, where a server wants it.
func (b *builder) loadKept() {
	if b.options.Kept == nil || !slices.ContainsFunc(b.view.Servers(), b.keeps) {
		return
	}
	b.program.keepIn = filepath.Join(b.runtimeDir(b.view.Main()), keptFile)
	b.keeping = keeping{
		params: make(map[*effective.Balancer]*upstream.KeptBalancer), named: make(map[*effective.Server]upstream.KeptServer),
	}
	b.keeping.servers, b.keeping.fresh = b.options.Kept(b.program.keepIn)
	for _, s := range b.view.Servers() {
		if b.keeps(s) {
			b.claimBalancers(s)
		}
	}
}

// ownBalancers are the balancers that a server defines itself.
func ownBalancers(s *effective.Server) (own []*effective.Balancer) {
	for _, source := range s.Balancers {
		if source.Server == s {
			own = append(own, source)
		}
	}
	return own
}

// keptServer is the entry of a server, without balancers.
func (b *builder) keptServer(s *effective.Server) upstream.KeptServer {
	if known, ok := b.keeping.named[s]; ok {
		return known
	}
	name := "main"
	if !s.IsMain() {
		name = "virtual host"
	}
	if addresses := s.Addresses(); len(addresses) > 0 { // httpd looks at the first one, too
		name += fmt.Sprintf(" %s:%d", addresses[0].Host, addresses[0].Port)
	}
	if s.Name != nil {
		name += " " + s.Name.Host
	}
	server := upstream.KeptServer{Name: name, Slots: len(ownBalancers(s)) + b.growth(s)}
	b.keeping.named[s] = server
	return server
}

// growth is for how many further balancers there is room (mod_proxy: BalancerGrowth, default 5).
func (b *builder) growth(s *effective.Server) int {
	for _, items := range [][]ir.Item{s.Items, b.view.Main().Items} {
		growth := -1
		for residue := range ir.Of[*ir.Residue](items) {
			if clib.EqualFold(residue.Name, "BalancerGrowth") {
				growth = clib.Atoi(residue.Args)
			}
		}
		if growth >= 0 {
			return growth
		}
	}
	return 5
}

// kept returns what was kept of a server; nil for nothing.
func (k *keeping) kept(name string) *upstream.KeptServer {
	for i := range k.servers {
		if k.servers[i].Name == name {
			return &k.servers[i]
		}
	}
	return nil
}

// claimBalancers finds the parameters of the balancers of a server among those that were kept.
func (b *builder) claimBalancers(s *effective.Server) {
	server := b.keptServer(s)
	kept := b.keeping.kept(server.Name)
	if kept == nil || kept.Slots > server.Slots {
		return
	}
	own := ownBalancers(s)
	was, is := make([]string, server.Slots), make([]string, len(own))
	for i := range kept.Balancers {
		was[i] = kept.Balancers[i].Name
	}
	for i, source := range own {
		is[i] = source.Name
	}
	claims, _ := claim(was, is)
	for i, source := range own {
		if claims[i] >= 0 {
			b.keeping.params[source] = &kept.Balancers[claims[i]]
		}
	}
}

// claim gives each name its slot as httpd does when it starts: one with the name, or else the first that nobody has taken,
// whose state is lost with that, also where its name comes later. The slot is negative where it holds nothing of the name.
// left are the slots with a name that nobody took.
func claim(slots, names []string) (claims []int, left []int) {
	taken := make([]bool, len(slots))
	claims = make([]int, len(names))
	for i, name := range names {
		claims[i] = -1
		free := -1
		for k := range slots {
			if slots[k] == name {
				claims[i] = k
				break
			}
			if free < 0 && !taken[k] {
				free = k
			}
		}
		switch {
		case claims[i] >= 0:
			taken[claims[i]] = true
		case free >= 0:
			taken[free], slots[free] = true, ""
		}
	}
	for k := range slots {
		if !taken[k] && slots[k] != "" {
			left = append(left, k)
		}
	}
	return claims, left
}

// keptMembers returns what was kept of each member of a balancer, nil for nothing, and of the members that were added.
func (b *builder) keptMembers(source *effective.Balancer) (members []*upstream.KeptMember, added []*upstream.KeptMember) {
	members = make([]*upstream.KeptMember, len(source.Members))
	if len(b.keeping.servers) == 0 {
		return members, nil
	}
	server := b.keeping.kept(b.keptServer(source.Server).Name)
	if server == nil {
		return members, nil
	}
	for i := range server.Balancers {
		kept := &server.Balancers[i]
		room := len(source.Members) + source.Params.Growth.Value
		if kept.Name != source.Name || kept.Slots > room || len(kept.Members) > room {
			continue
		}
		was, is := make([]string, room), make([]string, len(source.Members))
		for k := range kept.Members {
			was[k] = kept.Members[k].Name
		}
		for k, m := range source.Members {
			is[k] = m.Public()
		}
		claims, left := claim(was, is)
		for k, slot := range claims {
			if slot >= 0 {
				members[k] = &kept.Members[slot]
			}
		}
		for _, slot := range left {
			added = append(added, &kept.Members[slot])
		}
	}
	return members, added
}

// restoredParams are those of a balancer with what was kept of them. What httpd keeps nowhere is that of the configuration.
func (b *builder) restoredParams(source *effective.Balancer) *effective.Balancer {
	kept := b.keeping.params[source]
	if kept == nil {
		return source
	}
	params := kept.Params
	params.FailOnStatus, params.FailOnTimeout, params.Growth = source.Params.FailOnStatus, source.Params.FailOnTimeout, source.Params.Growth
	if _, ok := upstream.MethodOf(params.LBMethod.Value); !ok {
		params.LBMethod = source.Params.LBMethod
	}
	restored := *source
	restored.Params = &params
	return &restored
}

// restore puts what was kept of a member into its slot, unless that is in use.
func (b *builder) restore(w *upstream.Worker, kept *upstream.KeptMember) {
	if b.keeping.fresh {
		w.Slot.Restore(kept.Slot)
		w.Slot.Configure(w.State)
	}
}

// restoreAdded makes the members again that were added while an earlier program ran, and what else balancer-manager left.
func (b *builder) restoreAdded(set *upstream.Balancer, source *effective.Balancer, s *effective.Server, added []*upstream.KeptMember) {
	due := b.keeping.params[source] != nil && b.keeping.params[source].ResetDue
	var workers []*upstream.Worker
	for _, kept := range added {
		m := effective.NewMember(kept.Name)
		if m == nil || !speaks(m.URL.Scheme) || strings.Contains(kept.Name, "***@") {
			b.report.tell(source.By, "the member %s was added to %s and cannot be added again: its URL is not known in full, or is not served", kept.Name, source.Name)
			continue
		}
		params := kept.Params
		m.Params, m.Balancer = &params, source
		key := upstream.Key{Server: set.Server, Balancer: source.Name, Worker: m.Name}
		w := newWorker(b.program.table, m, s, key, 0, b.runtimeDir(s))
		w.TLS, w.Healthy = b.workerTLS(m, s), b.condition(m, false)
		b.restore(w, kept)
		workers = append(workers, w)
	}
	if len(workers) == 0 && !due {
		return
	}
	set.Change(func(live *upstream.Live) {
		live.Members = append(slices.Clip(live.Members), workers...)
		live.ResetDue = due
		if !set.Params.MaxAttempts.Set && len(live.Members) > 1 {
			live.MaxAttempts, live.AttemptsSet = len(live.Members)-1, true
		}
	})
}
