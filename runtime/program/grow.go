package program

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/runtime/upstream"
)

// Balancers returns the balancers of the server, those that it inherits first. The slice must not be changed.
func (h *Host) Balancers() []*upstream.Balancer { return h.balancers }

// Workers returns the workers of the server that are no members of balancers. The slice must not be changed.
func (h *Host) Workers() []*upstream.Worker { return h.workers }

// Source returns what the configuration says of the server. It must not be changed.
func (h *Host) Source() *effective.Server { return h.scopes.server }

// Added says whether a slot belongs to a member that was added to a balancer while the program ran.
func (p *Program) Added(slot *upstream.Slot) bool {
	for _, h := range p.hosts {
		for _, b := range h.balancers {
			for _, w := range b.Live().Members[len(b.Members):] {
				if w.Slot == slot {
					return true
				}
			}
		}
	}
	return false
}

// The reasons for which a balancer takes no further member, beside a URL that is none.
var (
	// ErrMemberExists is a URL that belongs to a member that is there.
	ErrMemberExists = errors.New("it belongs to a member that is there already")
	// ErrNoRoom is a balancer with as many members as growth= allows.
	ErrNoRoom = errors.New("no member can be added: growth= of the balancer says how many may be")
)

// AddMember adds a member to a balancer of the server, as balancer-manager does: with the parameters of a BalancerMember
// without any, and disabled. The error says why that cannot be: the URL is none or belongs to a member already, its scheme
// is not served, or growth is used up.
func (h *Host) AddMember(b *upstream.Balancer, url string) error {
	source := effective.NewMember(url)
	if source == nil || source.URL.Host == "" {
		return fmt.Errorf("%q is no URL of a member: write one such as http://10.0.0.7:8080", url)
	}
	if scheme := source.URL.Scheme; !speaks(scheme) {
		return fmt.Errorf("the scheme %s of a new member is not served: write http, https, ajp or fcgi", scheme)
	}
	var err error
	b.Change(func(live *upstream.Live) {
		if w := memberOf(live.Members, source.Name); w != nil {
			err = fmt.Errorf("%s: %w: %s", source.Name, ErrMemberExists, w.Name)
			return
		}
		if len(live.Members)-len(b.Members) >= b.Growth {
			err = ErrNoRoom
			return
		}
		key := upstream.Key{Server: b.Server, Balancer: b.Name, Worker: source.Name}
		source.Balancer = &effective.Balancer{Name: b.Name}
		w := newWorker(h.table, source, h.scopes.server, key, ir.StatusDisabled, h.runtimeDir)
		w.Slot.Configure(w.State) // it may be known from an earlier configuration
		w.TLS = h.scopes.workerTLS(source)
		live.Members = append(slices.Clip(live.Members), w)
	})
	return err
}

// Member returns the member of a balancer that a URL belongs to: of those whose name it begins with the one with the
// longest name; nil for none.
func Member(b *upstream.Balancer, url string) *upstream.Worker {
	source := effective.NewMember(url)
	if source == nil {
		return nil
	}
	return memberOf(b.Live().Members, source.Name)
}

func memberOf(members []*upstream.Worker, name string) (best *upstream.Worker) {
	for _, w := range members {
		if strings.HasPrefix(name, w.Name) && (best == nil || len(w.Name) > len(best.Name)) {
			best = w
		}
	}
	return best
}
