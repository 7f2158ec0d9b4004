package pcre

// Walk calls visit for n and then, when visit returns true, for what lies below it, in the order of the pattern.
func Walk(n Node, visit func(Node) bool) {
	if n == nil || !visit(n) {
		return
	}
	for _, child := range children(n) {
		Walk(child, visit)
	}
}

// children returns the nodes directly below n.
func children(n Node) []Node {
	switch n := n.(type) {
	case *Concat:
		return n.Parts
	case *Alternate:
		return n.Branches
	case *Group:
		return []Node{n.Body}
	case *Repeat:
		return []Node{n.Body}
	case *Look:
		return []Node{n.Body}
	case *Conditional:
		if n.Look != nil {
			return []Node{n.Look, n.Yes, n.No}
		}
		return []Node{n.Yes, n.No}
	case *Literal, *Class, *AnyByte, *Assertion, *BackReference, *Recursion, *Newline, *Grapheme, *Property, *KeepOut,
		*Verb, *Callout:
		return nil
	}
	return nil
}
