package lint

import (
	"cmp"
	"iter"
	"slices"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
)

// scope is a list of items that httpd executes together, with the server it belongs to.
type scope struct {
	server *effective.Server
	// section is nil for the items directly in the server.
	section *ir.Section
	items   []ir.Item
}

// scopes returns every list of items that can hold rewrite rules: the servers and the sections in them.
func (p *Pass) scopes() []*scope {
	return p.facts.scopes.get(func() []*scope {
		n := 0
		for _, s := range p.Servers {
			n += 1 + countSections(s.Items)
		}
		all := make([]*scope, 0, n)
		for _, s := range p.Servers {
			all = sections(s, s.Items, append(all, &scope{s, nil, s.Items}))
		}
		return all
	})
}

// items yields the items of the servers and all below them. A virtual host in a section that nobody knows stands among the
// items of the main server too; it is a server of its own.
func (p *Pass) items() iter.Seq[ir.Item] {
	return func(yield func(ir.Item) bool) {
		for _, s := range p.Servers {
			for item := range ir.All(s.Items) {
				if (!s.IsMain() || p.View.ServerOf(item).IsMain()) && !yield(item) {
					return
				}
			}
		}
	}
}

func countSections(items []ir.Item) int {
	n := 0
	for section := range ir.Of[*ir.Section](items) {
		n += 1 + countSections(section.Items)
	}
	return n
}

// sections appends the sections among items and in those.
func sections(s *effective.Server, items []ir.Item, all []*scope) []*scope {
	for section := range ir.Of[*ir.Section](items) {
		all = sections(s, section.Items, append(all, &scope{s, section, section.Items}))
	}
	return all
}

// perDirectory reports whether rules of the scope see a path without the directory instead of the URL's path.
func (s *scope) perDirectory() bool { return s.section != nil }

// chain is a run of RewriteConds with the rule that httpd gives them to.
type chain struct {
	conds []*ir.RewriteCond
	// rule is nil where the scope ends without one, or where the next rule is refused.
	rule *ir.RewriteRule
	// between are the items among and behind the conditions, before the rule.
	between []ir.Item
	// refused says that the next rule is one that httpd refuses, so that nothing can be said.
	refused bool
}

// chains yields the rules of a scope with their conditions, and what is left over at its end.
func chains(items []ir.Item) iter.Seq[chain] {
	return func(yield func(chain) bool) {
		var c chain
		for _, item := range items {
			if cond, ok := item.(*ir.RewriteCond); ok {
				c.conds = append(c.conds, cond)
				continue
			}
			if rule, ok := item.(*ir.RewriteRule); ok {
				c.rule = rule
				if !yield(c) {
					return
				}
				c = chain{}
				continue
			}
			c.refused = c.refused || isRefusedRewrite(item)
			if len(c.conds) > 0 {
				c.between = append(c.between, item)
			}
		}
		if len(c.conds) > 0 {
			yield(c)
		}
	}
}

func isRefusedRewrite(item ir.Item) bool {
	residue, ok := item.(*ir.Residue)
	return ok && residue.State == ir.ResidueRefused && (residue.Name == "RewriteRule" || residue.Name == "RewriteCond")
}

// inOrder sorts items by the order in which httpd executes them.
func inOrder[T ir.Item](items []T) []T {
	slices.SortStableFunc(items, func(a, b T) int { return cmp.Compare(a.Head().Seq, b.Head().Seq) })
	return items
}
