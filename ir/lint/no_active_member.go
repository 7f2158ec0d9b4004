package lint

import (
	"fmt"
	"iter"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/diag"
)

var noActiveMember = &Rule{
	ID:       "LB214",
	Name:     "no-active-member",
	Class:    diag.Defect,
	Severity: diag.Error,
	Title:    "a balancer whose members never get a request, because of their status=",
	Why: `status= takes members out of the choice: D and S for good, N for requests without a session of theirs, C until health
checks are good. H is a standby, which answers when nobody else can, also alone. R is a spare: it takes the place of a member
of its set that cannot answer, and where there is none to replace, it gets nothing, also alone. A balancer of which nobody is
left answers 503, and apache2 -t says "Syntax OK". Where the balancer manager is configured the rule is silent, since
members may be meant to be enabled there.`,
	Bad: `<Proxy "balancer://cluster">
    BalancerMember "http://b1.example.com:8080" status=+R
    BalancerMember "http://b2.example.com:8080" status=+R
</Proxy>
ProxyPass "/" "balancer://cluster/"
`,
	Good: `<Proxy "balancer://cluster">
    BalancerMember "http://b1.example.com:8080"
    BalancerMember "http://b2.example.com:8080" status=+R
</Proxy>
ProxyPass "/" "balancer://cluster/"
`,
	Refs: []string{"https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#status_table"},
	Run: func(p *Pass) {
		idle := map[*effective.Balancer]bool{} // those that are not reported yet
		for _, s := range p.Servers {
			for b := range ownBalancers(s) {
				if len(b.Members) > 0 && !grows(b) && !serves(b) {
					idle[b] = true
				}
			}
		}
		if len(idle) == 0 || p.changesStates() {
			return // nearly always, without a look at the targets
		}
		at := p
		if p.Servers[0].IsMain() {
			at = p.whole // all virtual hosts inherit its balancers
		}
		for t := range at.balancerTargets() {
			if idle[t.balancer] && !p.filledUnseen(t) {
				delete(idle, t.balancer)
				reportNobodyActive(p, t)
			}
		}
	},
}

// ownBalancers yields the balancers of a server that are not the main server's as they are.
func ownBalancers(s *effective.Server) iter.Seq[*effective.Balancer] {
	return func(yield func(*effective.Balancer) bool) {
		inherited := s.View.Main().Balancers
		for i, b := range s.Balancers {
			own := s.IsMain() || i >= len(inherited) || inherited[i] != b
			if own && !yield(b) {
				return
			}
		}
	}
}

// changesStates reports whether something may take members back while httpd runs: the balancer manager, or states kept
// from an earlier run.
func (p *Pass) changesStates() bool {
	return p.whole.facts.states.get(func() bool {
		for item := range ir.All(p.Config.Items) {
			if word, ok := item.(*ir.Word); ok && word.Name == ir.WordSetHandler && clib.EqualFold(word.Value, "balancer-manager") {
				return true
			}
			if kept, ok := item.(*ir.Switch); ok && kept.Name == ir.SwitchBalancerPersist && kept.On {
				return true
			}
		}
		return false
	})
}

// serves reports whether a request gets a member, as the walk of mod_proxy_balancer goes: in some set there is a member
// that takes part, a standby, or a spare with somebody to replace. With a session also the others answer that are not out.
func serves(b *effective.Balancer) bool {
	missing := map[int]bool{}
	for _, w := range b.Members {
		if state := stateOf(w); !state.Has(ir.StatusHotSpare) && !state.Has(ir.StatusHotStandby) && (isOut(w) || state.Has(ir.StatusDrain)) {
			missing[w.Params.LBSet.Value] = true
		}
	}
	for _, w := range b.Members {
		state := stateOf(w)
		sticky := b.Params.StickySession.Value != "" && w.Params.Route.Value != ""
		spare := state.Has(ir.StatusHotSpare) && !missing[w.Params.LBSet.Value]
		if !isOut(w) && (sticky || !state.Has(ir.StatusDrain) && !spare) {
			return true
		}
	}
	return false
}

func stateOf(w *effective.Worker) ir.StatusFlags { return w.Params.Status.Value }

// isOut reports whether a member gets no request at all: it is disabled, stopped or shut down, or failed health checks that
// are never sent.
func isOut(w *effective.Worker) bool {
	health := w.Params.Health
	unchecked := !health.Template.Set && (health.Method.Value == ir.HealthNone || health.Method.Value == "")
	state := stateOf(w)
	return state.Has(ir.StatusDisabled) || state.Has(ir.StatusStopped) || state.Has(ir.StatusShutdown) ||
		state.Has(ir.StatusHealthFailed) && unchecked
}

func reportNobodyActive(p *Pass, t balancerTarget) {
	b := t.balancer
	d := diag.Diagnostic{
		Span:    t.span,
		Message: fmt.Sprintf("no member of %s takes requests", b.Name),
		Label:   "nobody answers",
		Notes: []diag.Note{
			{Kind: "effect", Text: "503 for every request"},
			{Kind: "help", Text: "leave out status= for a member that is to answer, or write +H for one that answers when no other can"},
		},
	}
	for _, member := range membersOf(b) {
		for _, param := range member.Params {
			if param.Key == "status" {
				d.Related = append(d.Related, diag.Related{Span: param.Span, Message: meaning(param.Value)})
			}
		}
	}
	if !p.Config.Server {
		d.Severity = diag.Warning // another file of the server may have the balancer manager
	}
	p.Report(d)
}

// meaning says what the state of a member that gets no request is.
func meaning(status string) string {
	set, _, err := ir.ParseStatusFlags(status)
	switch {
	case err != nil:
		return "its state"
	case set.Has(ir.StatusStopped):
		return "stopped"
	case set.Has(ir.StatusDisabled):
		return "disabled"
	case set.Has(ir.StatusHealthFailed):
		return "failed health checks, and none is sent"
	case set.Has(ir.StatusDrain):
		return "only for sessions of its own"
	case set.Has(ir.StatusHotSpare):
		return "a spare with nobody to replace"
	}
	return "its state"
}
