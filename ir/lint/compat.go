package lint

import (
	"iter"
	"slices"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/clib"
)

// compatAccess is what a section says with directives of mod_access_compat, and its Require beside them.
type compatAccess struct {
	section *ir.Section
	// first is the first Order, Allow, Deny or Satisfy.
	first ir.Item
	// order is the value of Order; satisfyAny says that one half of the rules suffices.
	order      string
	satisfyAny bool
	allow      []string
	deny       []string
	// denying is the Deny or Order that closes the section.
	denying ir.Item
	// require is the first Require that does not deny everybody, or a group; nil where there is none. requires counts all.
	require  ir.Item
	requires int
}

// compatSections yields the sections with directives of mod_access_compat, each once.
func (p *Pass) compatSections() iter.Seq[compatAccess] {
	return func(yield func(compatAccess) bool) {
		for _, s := range p.scopes() {
			if s.section == nil {
				continue
			}
			if access := compatOf(s.section); access.first != nil && !yield(access) {
				return
			}
		}
	}
}

func compatOf(section *ir.Section) compatAccess {
	a := compatAccess{section: section, order: "deny,allow"}
	for _, item := range section.Items {
		if order, ok := item.(*ir.AccessOrder); ok {
			a.note(order)
			if order.Satisfy {
				a.satisfyAny = order.Value == "any"
			} else {
				a.order, a.denying = order.Value, order
			}
		}
		if rule, ok := item.(*ir.AccessRule); ok {
			a.note(rule)
			if rule.Deny {
				a.deny = append(a.deny, rule.From...)
				if hasAll(rule.From) {
					a.denying = rule
				}
			} else {
				a.allow = append(a.allow, rule.From...)
			}
		}
		if require, ok := item.(*ir.Require); ok {
			a.requires++
			if !isDenied(require) && a.require == nil {
				a.require = require
			}
		}
		if group, ok := item.(*ir.Section); ok && isRequireGroup(group.Kind) {
			a.requires++
			if a.require == nil {
				a.require = group
			}
		}
	}
	return a
}

func (a *compatAccess) note(item ir.Item) {
	if a.first == nil {
		a.first = item
	}
}

// closed says that Order, Allow and Deny let nobody in.
func (a *compatAccess) closed() bool {
	switch a.order {
	case "allow,deny", "mutual-failure":
		return len(a.allow) == 0 || hasAll(a.deny)
	}
	return hasAll(a.deny) && len(a.allow) == 0
}

// contradicts says that Require grants something and nobody gets it.
func (a *compatAccess) contradicts() bool { return a.require != nil && a.closed() && !a.satisfyAny }

func hasAll(from []string) bool {
	return slices.ContainsFunc(from, func(word string) bool { return clib.EqualFold(word, "all") })
}

func isDenied(require *ir.Require) bool {
	return require.Provider == "all" && len(require.Args) == 1 && clib.EqualFold(require.Args[0], "denied")
}

func isRequireGroup(kind ir.SectionKind) bool {
	return kind == ir.SectionRequireAll || kind == ir.SectionRequireAny || kind == ir.SectionRequireNone
}
