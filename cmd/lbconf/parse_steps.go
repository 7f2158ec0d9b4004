package main

import (
	"slices"

	"github.com/lbconf/lbconf/emit"
	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/parser/directive"
)

// step is a directive or section of an input in the order of execution, or a region that is not executed.
type step struct {
	// node is the syntax; nil for an input in YAML.
	node *parser.Node
	// item is the typed form; nil for what does its work while reading.
	item ir.Item
	// skipped is the region, where the other two are nil.
	skipped *parser.Skipped
	// refused says that httpd refuses what should have done its work while reading.
	refused bool
	inside  []step
}

// stepsOf returns the steps of an input.
func stepsOf(in *input) []step {
	if in.tree == nil {
		return itemSteps(in.config.Items)
	}
	j := joiner{asides: map[*parser.Node][]parser.Aside{}}
	for _, aside := range in.tree.Asides {
		j.asides[aside.Scope] = append(j.asides[aside.Scope], aside)
	}
	for _, d := range in.tree.Diagnostics {
		if d.Class == diag.Refusal {
			j.refused = append(j.refused, d.Span.Start)
		}
	}
	slices.Sort(j.refused)
	return j.steps(nil, in.tree.Nodes, in.config.Items)
}

// joiner brings together what reading and lowering say of an input.
type joiner struct {
	asides map[*parser.Node][]parser.Aside
	// refused are the places at which httpd stops reading, sorted.
	refused []diag.Pos
}

func itemSteps(items []ir.Item) []step {
	steps := make([]step, len(items))
	for i, item := range items {
		steps[i].item = item
		if box, ok := item.(ir.Container); ok {
			steps[i].inside = itemSteps(box.Children())
		}
	}
	return steps
}

// steps joins the nodes of a scope with their items, of which lowering makes one for each, and with what stands between
// them.
func (j *joiner) steps(scope *parser.Node, nodes []*parser.Node, items []ir.Item) []step {
	between := j.asides[scope]
	steps := make([]step, 0, len(nodes)+len(between))
	for i := 0; i <= len(nodes); i++ {
		for len(between) > 0 && between[0].Before <= i {
			steps = append(steps, j.aside(between[0]))
			between = between[1:]
		}
		if i == len(nodes) {
			break
		}
		s := step{node: nodes[i], item: items[i]}
		if box, ok := s.item.(ir.Container); ok {
			s.inside = j.steps(s.node, s.node.Children, box.Children())
		}
		steps = append(steps, s)
	}
	return steps
}

func (j *joiner) aside(a parser.Aside) step {
	s := step{node: a.Node, skipped: a.Skipped}
	if a.Node != nil {
		span := a.Node.Span()
		i, found := slices.BinarySearch(j.refused, span.Start)
		s.refused = found || i < len(j.refused) && span.Contains(j.refused[i])
	}
	return s
}

// The states of a step beside those of a residue.
const (
	stateModelled = "modelled"
	stateRead     = "read"
)

// state says what lbconf makes of a step.
func (s *step) state() string {
	residue, kept := s.item.(*ir.Residue)
	switch {
	case s.refused:
		return ir.ResidueRefused.String()
	case s.item == nil:
		return stateRead
	case kept:
		return residue.State.String()
	}
	return stateModelled
}

// guards says that leaving the step out may open a door, and that it is not modelled.
func (s *step) guards() bool {
	residue, ok := s.item.(*ir.Residue)
	return ok && residue.Guards
}

// section says that the step can hold others.
func (s *step) section() bool {
	if s.node != nil {
		return s.node.Section
	}
	residue, ok := s.item.(*ir.Residue)
	if ok {
		return residue.Section
	}
	_, box := s.item.(ir.Container)
	return box
}

// span is the place of the step.
func (s *step) span() diag.Span {
	switch {
	case s.skipped != nil:
		return s.skipped.Span
	case s.node != nil:
		return s.node.Span()
	}
	return s.item.Head().Origin.Span
}

// name returns the name of the directive in the spelling of httpd's manual, and the module that has it: "" for a name that
// httpd does not know.
func (s *step) name() (name, module string) {
	name = emitted(s)
	find := directive.Lookup
	if s.section() {
		find = directive.LookupSection
	}
	if d, ok := find(name); ok && d.Section == s.section() {
		return d.Spelling(), d.ModuleName()
	}
	return name, ""
}

func emitted(s *step) string {
	if s.node != nil {
		return s.node.Name
	}
	return emit.Directive(s.item)
}
