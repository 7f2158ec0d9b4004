package emit

import (
	"fmt"

	"github.com/lbconf/lbconf/ir"
)

// State is what became of a directive in a conversion. The zero value is invalid.
type State uint8

// The states, the best first.
const (
	// Exact means the same in the target.
	Exact State = iota + 1
	// Approximated is written, and the target does something slightly different.
	Approximated
	// Moved is not in the output and belongs somewhere else, such as a flag of the target's command line.
	Moved
	// Dropped is lost.
	Dropped
)

// String returns the word that reports use.
func (s State) String() string {
	switch s {
	case Exact:
		return "exact"
	case Approximated:
		return "approximated"
	case Moved:
		return "moved"
	case Dropped:
		return "dropped"
	}
	return "invalid"
}

// Ledger holds what became of each item of a configuration. Run makes it.
type Ledger struct {
	marks map[*ir.Node]mark
	wrong []string
}

type mark struct {
	state  State
	reason string
}

// Mark says what became of an item. Every state but Exact needs a reason: a sentence without a final period that says
// what is different or lost. An item is marked once; a second mark makes Run fail.
func (l *Ledger) Mark(item ir.Item, state State, reason string) {
	_, again := l.marks[item.Head()]
	switch {
	case again:
		l.wrong = append(l.wrong, fmt.Sprintf("%s (item %d) is marked twice", Directive(item), item.Head().Seq))
	case state < Exact || state > Dropped:
		l.wrong = append(l.wrong, fmt.Sprintf("%s (item %d) has no valid state", Directive(item), item.Head().Seq))
	case state != Exact && reason == "":
		l.wrong = append(l.wrong, fmt.Sprintf("%s (item %d) is %s without a reason", Directive(item), item.Head().Seq, state))
	}
	l.marks[item.Head()] = mark{state, reason}
}
