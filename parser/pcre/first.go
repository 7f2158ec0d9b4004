package pcre

import "strings"

// Anchored says that every match begins at the start of the subject, because each branch begins with ^, \A or \G.
func (p *Pattern) Anchored() bool { return anchored(p.Root) }

func anchored(n Node) bool {
	switch n := n.(type) {
	case *Assertion:
		return n.Kind == BeginText || n.Kind == BeginMatch
	case *Concat:
		for _, part := range n.Parts {
			if _, look := part.(*Look); !look {
				return anchored(part)
			}
		}
		return false
	case *Alternate:
		for _, branch := range n.Branches {
			if !anchored(branch) {
				return false
			}
		}
		return true
	case *Group:
		return anchored(n.Body)
	case *Repeat:
		return n.Min > 0 && anchored(n.Body)
	case *Conditional:
		return n.Kind != Define && n.HasNo && anchored(n.Yes) && anchored(n.No)
	case *Literal, *Class, *AnyByte, *Look, *BackReference, *Recursion, *Newline, *Grapheme, *Property, *KeepOut, *Verb,
		*Callout:
		return false
	}
	return false
}

// Prefix returns the text that every match begins with, as far as the pattern says so by plain literals behind an
// optional ^; it is empty when there is none. Text that matches in either case does not count.
func (p *Pattern) Prefix() string {
	parts := []Node{p.Root}
	if c, ok := p.Root.(*Concat); ok {
		parts = c.Parts
	}
	var prefix strings.Builder
	for _, part := range parts {
		if _, ok := part.(*Assertion); ok {
			continue
		}
		lit, ok := part.(*Literal)
		if !ok || lit.Fold {
			break
		}
		prefix.WriteString(lit.Text)
	}
	return prefix.String()
}

// FirstBytes returns the bytes that the text of a group can begin with, and whether that text can be empty because the
// group can match nothing or take no part. Group 0 is the whole match; a group that does not exist is always empty. The
// answer may hold more than is possible, never less.
func (p *Pattern) FirstBytes(group int) (set ByteSet, canBeEmpty bool) {
	if unpredictable(p.Root) {
		return FullSet(), true
	}
	if group == 0 {
		return first(p.Root)
	}
	found := false
	Walk(p.Root, func(n Node) bool {
		if g, ok := n.(*Group); ok && g.Kind == Capture && g.Index == group {
			found = true
			s, empty := first(g.Body)
			set.Union(s)
			canBeEmpty = canBeEmpty || empty
		}
		return true
	})
	return set, canBeEmpty || !found || !always(p.Root, group)
}

// unpredictable says that a pattern can end a group elsewhere than at its end.
func unpredictable(n Node) bool {
	found := false
	Walk(n, func(n Node) bool {
		verb, ok := n.(*Verb)
		_, keep := n.(*KeepOut)
		found = found || keep || ok && verb.Name == "ACCEPT"
		return !found
	})
	return found
}

// first returns the bytes that a node's match can begin with.
func first(n Node) (set ByteSet, empty bool) {
	switch n := n.(type) {
	case *Literal:
		set.Add(n.Text[0])
		if n.Fold {
			set.fold()
		}
		return set, false
	case *Class:
		if n.Opaque != "" {
			return FullSet(), false
		}
		return n.Set, false
	case *AnyByte:
		set = FullSet()
		if !n.Newline {
			set.Remove('\n')
		}
		return set, false
	case *Property:
		if !n.Known {
			return FullSet(), false
		}
		return n.Set, false
	case *Newline:
		return verticalSet(), false
	case *Grapheme:
		return FullSet(), false
	case *Assertion, *Look, *Callout, *KeepOut, *Verb:
		return set, true
	case *BackReference, *Recursion:
		return FullSet(), true
	case *Group:
		return first(n.Body)
	case *Repeat:
		if n.Max == 0 {
			return set, true
		}
		set, empty = first(n.Body)
		return set, empty || n.Min == 0
	case *Concat:
		for _, part := range n.Parts {
			s, e := first(part)
			set.Union(s)
			if !e {
				return set, false
			}
		}
		return set, true
	case *Alternate:
		return firstOf(n.Branches)
	case *Conditional:
		if n.Kind == Define {
			return set, true
		}
		return firstOf([]Node{n.Yes, n.No})
	}
	return FullSet(), true
}

func firstOf(branches []Node) (set ByteSet, empty bool) {
	for _, branch := range branches {
		s, e := first(branch)
		set.Union(s)
		empty = empty || e
	}
	return set, empty
}

// CanBeEmpty says whether a node can match the empty string; it may say so of one that cannot.
func CanBeEmpty(n Node) bool {
	_, empty := first(n)
	return empty
}

// always says whether a group takes part in every match of a node.
func always(n Node, group int) bool {
	switch n := n.(type) {
	case *Group:
		return n.Kind == Capture && n.Index == group || always(n.Body, group)
	case *Concat:
		for _, part := range n.Parts {
			if always(part, group) {
				return true
			}
		}
		return false
	case *Alternate:
		for _, branch := range n.Branches {
			if !always(branch, group) {
				return false
			}
		}
		return true
	case *Repeat:
		return n.Min > 0 && always(n.Body, group)
	case *Look:
		return !n.Negative && always(n.Body, group)
	case *Conditional:
		return n.HasNo && always(n.Yes, group) && always(n.No, group)
	case *Literal, *Class, *AnyByte, *Assertion, *BackReference, *Recursion, *Newline, *Grapheme, *Property, *KeepOut, *Verb,
		*Callout:
		return false
	}
	return false
}
