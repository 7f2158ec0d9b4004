package lint

import "github.com/lbconf/lbconf/parser/pcre"

// groupBody returns what a group of a pattern matches, the whole pattern for 0; nil where there is no such group.
func groupBody(p *pcre.Pattern, group int) pcre.Node {
	switch {
	case p == nil:
		return nil
	case group == 0:
		return p.Root
	}
	var body pcre.Node
	pcre.Walk(p.Root, func(n pcre.Node) bool {
		if g, ok := n.(*pcre.Group); ok && g.Kind == pcre.Capture && g.Index == group && body == nil {
			body = g.Body
		}
		return true
	})
	return body
}

// canMatch reports whether what a node matches can hold a byte, as far as that is plain.
func canMatch(n pcre.Node, c byte) bool {
	found := false
	pcre.Walk(n, func(n pcre.Node) bool {
		if _, ok := n.(*pcre.AnyByte); ok {
			found = true
		}
		if class, ok := n.(*pcre.Class); ok && class.Opaque == "" && class.Set.Has(c) {
			found = true
		}
		if spells(n, c) {
			found = true
		}
		_, looks := n.(*pcre.Look)
		return !looks && !found
	})
	return found
}

// isSpelled reports whether a pattern names a byte: as a letter, or in a class of a few bytes.
func isSpelled(n pcre.Node, c byte) bool {
	found := false
	pcre.Walk(n, func(n pcre.Node) bool {
		found = found || spells(n, c)
		_, looks := n.(*pcre.Look)
		return !looks && !found
	})
	return found
}

// fewBytes is the size of a class whose bytes someone wrote one by one.
const fewBytes = 16

func spells(n pcre.Node, c byte) bool {
	if literal, ok := n.(*pcre.Literal); ok {
		for i := range len(literal.Text) {
			if literal.Text[i] == c {
				return true
			}
		}
	}
	class, ok := n.(*pcre.Class)
	return ok && class.Opaque == "" && class.Set.Has(c) && class.Set.Len() <= fewBytes
}
