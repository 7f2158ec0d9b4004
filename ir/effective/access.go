package effective

import "github.com/lbconf/lbconf/ir"

// Access is who may do a request. Both halves must agree to it, unless Satisfy says any.
type Access struct {
	// Require are *ir.Require and *ir.Section of the kinds RequireAll, RequireAny and RequireNone, of which one that grants
	// suffices. Without any, access is granted.
	Require []ir.Item
	// Merging is AuthMerging of a section: "And" or "Or" joins Require with that of the sections before, else it takes its
	// place; empty where the section does not say.
	Merging string
	// Orders are Order and Satisfy in order: the last of each counts.
	Orders []*ir.AccessOrder
	// Rules are Allow and Deny in order. Without any, access is granted.
	Rules []*ir.AccessRule
}

func (a *Access) add(item ir.Item) {
	if order, ok := item.(*ir.AccessOrder); ok {
		a.Orders = append(a.Orders, order)
	}
	if rule, ok := item.(*ir.AccessRule); ok {
		a.Rules = append(a.Rules, rule)
	}
	if require, ok := item.(*ir.Require); ok {
		a.Require = append(a.Require, require)
	}
	if group, ok := item.(*ir.Section); ok {
		a.Require = append(a.Require, group)
		for inner := range ir.All(group.Items) {
			a.setMerging(inner)
		}
	}
}

// setMerging takes AuthMerging, which holds for the whole section even inside of a group.
func (a *Access) setMerging(item ir.Item) {
	if isMerging(item) {
		a.Merging = item.(*ir.Word).Value
	}
}

func isMerging(item ir.Item) bool {
	word, ok := item.(*ir.Word)
	return ok && word.Name == ir.WordAuthMerging
}

// accessOf returns the access of a server or section, which most have none of their own.
func accessOf(a **Access) *Access {
	if *a == nil {
		*a = &Access{}
	}
	return *a
}

// get returns the rules, none where there are none.
func (a *Access) get() Access {
	if a == nil {
		return Access{}
	}
	return *a
}

func (a *Access) empty() bool { return a == nil || len(a.Require)+len(a.Orders)+len(a.Rules) == 0 }

// merge lets what a later section says replace what an earlier one said, each module's directives as a whole; AuthMerging
// joins Require instead.
func (a *Access) merge(later Access) {
	switch {
	case later.Merging == "" && len(later.Require) == 0:
	case later.Merging == "", later.Merging == "Off", len(a.Require) == 0:
		a.Require = later.Require
	case len(later.Require) > 0:
		kind := ir.SectionRequireAny
		if later.Merging == "And" {
			kind = ir.SectionRequireAll
		}
		a.Require = []ir.Item{&ir.Section{Kind: kind, Items: []ir.Item{anyOf(a.Require), anyOf(later.Require)}}}
	}
	if len(later.Orders)+len(later.Rules) > 0 {
		a.Orders, a.Rules = later.Orders, later.Rules
	}
}

// anyOf is the group that the requirements of a section are.
func anyOf(list []ir.Item) ir.Item {
	if len(list) == 1 {
		return list[0]
	}
	return &ir.Section{Kind: ir.SectionRequireAny, Items: list}
}
