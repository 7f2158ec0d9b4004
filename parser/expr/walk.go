package expr

import "iter"

// Words yields all words of a condition, each before those in it, in the order of writing.
func Words(c Condition) iter.Seq[Word] {
	return func(yield func(Word) bool) { walkCondition(c, yield) }
}

func walkCondition(c Condition, yield func(Word) bool) bool {
	switch c := c.(type) {
	case *Not:
		return walkCondition(c.Of, yield)
	case *And:
		return walkCondition(c.Left, yield) && walkCondition(c.Right, yield)
	case *Or:
		return walkCondition(c.Left, yield) && walkCondition(c.Right, yield)
	case *Compare:
		return walkWords(yield, c.Left, c.Right)
	case *Member:
		return walkWords(yield, c.Word) && walkWords(yield, c.List...)
	case *Match:
		return walkWords(yield, c.Word)
	case *Test:
		return walkWords(yield, c.Word)
	case *Relation:
		return walkWords(yield, c.Left, c.Right)
	case *Constant:
	}
	return true
}

func walkWords(yield func(Word) bool, words ...Word) bool {
	for _, w := range words {
		if !yield(w) {
			return false
		}
		switch w := w.(type) {
		case *Call:
			if !walkWords(yield, w.Argument) {
				return false
			}
		case *Concat:
			if !walkWords(yield, w.Parts...) {
				return false
			}
		case *Literal, *Variable, *BackRef:
		}
	}
	return true
}
