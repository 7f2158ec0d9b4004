package lint

import (
	"strings"

	"github.com/lbconf/lbconf/parser/pcre"
)

// pathShape is what a regular expression on a URL path says about where its matches begin. The empty shape says nothing.
type pathShape struct {
	// prefix is what every match begins with; it is "/" where nothing longer is known and the whole of a path is matched
	// from its start.
	prefix string
	// open says that everything which begins with prefix matches.
	open bool
}

// shapeOf returns the shape of a pattern that is matched against a path, which begins with a slash.
func shapeOf(p *pcre.Pattern) pathShape {
	if p == nil || len(p.Start) > 0 || p.Options.Caseless {
		return pathShape{}
	}
	parts := flatten(p.Root, nil)
	anchored := false
	if len(parts) > 0 {
		if a, ok := parts[0].(*pcre.Assertion); ok && a.Kind == pcre.BeginText {
			anchored, parts = true, parts[1:]
		}
	}
	prefix := ""
	for len(parts) > 0 {
		literal, ok := parts[0].(*pcre.Literal)
		if !ok || literal.Fold {
			break
		}
		prefix, parts = prefix+literal.Text, parts[1:]
	}
	open := isAnything(parts)
	switch {
	case anchored && prefix == "":
		return pathShape{"/", open}
	case anchored:
		return pathShape{prefix, open}
	case prefix == "" || prefix == "/":
		return pathShape{"/", open}
	}
	return pathShape{}
}

// flatten appends the parts that n matches one after another, going into groups that match once.
func flatten(n pcre.Node, parts []pcre.Node) []pcre.Node {
	switch n := n.(type) {
	case *pcre.Concat:
		for _, part := range n.Parts {
			parts = flatten(part, parts)
		}
		return parts
	case *pcre.Group:
		if n.Kind == pcre.Capture || n.Kind == pcre.NonCapture {
			return flatten(n.Body, parts)
		}
	case *pcre.Literal, *pcre.Class, *pcre.AnyByte, *pcre.Assertion, *pcre.Alternate, *pcre.Repeat, *pcre.Look,
		*pcre.BackReference, *pcre.Recursion, *pcre.Conditional, *pcre.Newline, *pcre.Grapheme, *pcre.Property, *pcre.KeepOut,
		*pcre.Verb, *pcre.Callout:
	}
	return append(parts, n)
}

// isAnything reports whether parts match whatever comes: nothing at all, or .* with or without $ behind it.
func isAnything(parts []pcre.Node) bool {
	if len(parts) == 0 {
		return true
	}
	repeat, ok := parts[0].(*pcre.Repeat)
	if !ok || repeat.Min != 0 || repeat.Max != pcre.Unlimited {
		return false
	}
	if dot, ok := repeat.Body.(*pcre.AnyByte); !ok || !dot.Newline {
		return false
	}
	if len(parts) == 1 {
		return true
	}
	end, ok := parts[1].(*pcre.Assertion)
	return ok && len(parts) == 2 && end.Kind == pcre.EndText
}

// groupBeginsWithSlash reports whether what a group captures is empty or begins with a slash. fromStart says that the
// pattern is matched against a path, which begins with one.
func groupBeginsWithSlash(p *pcre.Pattern, group int, fromStart bool) bool {
	if p == nil {
		return false
	}
	found := false
	pcre.Walk(p.Root, func(n pcre.Node) bool {
		if g, ok := n.(*pcre.Group); ok && g.Index == group {
			found = beginsWithSlash(g.Body)
		}
		return true
	})
	return found || fromStart && isFirstGroup(p.Root, group)
}

// isFirstGroup reports whether the group captures from the start of the subject: ^(.*)$, and (.*) as well, since what can
// begin anywhere begins at the first place.
func isFirstGroup(root pcre.Node, group int) bool {
	anchored := false
	node := root
	for {
		switch n := node.(type) {
		case *pcre.Group:
			if n.Index == group {
				return anchored || takesAnything(n.Body)
			}
			node = n.Body
		case *pcre.Concat:
			i := 0
			for i < len(n.Parts) {
				a, ok := n.Parts[i].(*pcre.Assertion)
				if !ok {
					break
				}
				anchored = anchored || a.Kind == pcre.BeginText
				i++
			}
			if i == len(n.Parts) {
				return false
			}
			node = n.Parts[i]
		case *pcre.Literal, *pcre.Class, *pcre.AnyByte, *pcre.Assertion, *pcre.Alternate, *pcre.Repeat, *pcre.Look,
			*pcre.BackReference, *pcre.Recursion, *pcre.Conditional, *pcre.Newline, *pcre.Grapheme, *pcre.Property,
			*pcre.KeepOut, *pcre.Verb, *pcre.Callout:
			return false
		default:
			return false
		}
	}
}

// takesAnything reports whether a pattern begins with .* or .+.
func takesAnything(n pcre.Node) bool {
	if concat, ok := n.(*pcre.Concat); ok && len(concat.Parts) > 0 {
		n = concat.Parts[0]
	}
	repeat, ok := n.(*pcre.Repeat)
	if !ok || repeat.Max != pcre.Unlimited {
		return false
	}
	dot, ok := repeat.Body.(*pcre.AnyByte)
	return ok && dot.Newline
}

// beginsWithSlash reports whether every match of n is empty or begins with a slash, as far as that is plain.
func beginsWithSlash(n pcre.Node) bool {
	switch n := n.(type) {
	case *pcre.Literal:
		return strings.HasPrefix(n.Text, "/")
	case *pcre.Concat:
		return len(n.Parts) == 0 || beginsWithSlash(n.Parts[0]) && (len(n.Parts) == 1 || !canBeEmpty(n.Parts[0]))
	case *pcre.Group:
		return beginsWithSlash(n.Body)
	case *pcre.Alternate:
		for _, branch := range n.Branches {
			if !beginsWithSlash(branch) {
				return false
			}
		}
		return true
	case *pcre.Repeat:
		return beginsWithSlash(n.Body)
	case *pcre.Class, *pcre.AnyByte, *pcre.Assertion, *pcre.Look, *pcre.BackReference, *pcre.Recursion, *pcre.Conditional,
		*pcre.Newline, *pcre.Grapheme, *pcre.Property, *pcre.KeepOut, *pcre.Verb, *pcre.Callout:
		return false
	}
	return false
}

func canBeEmpty(n pcre.Node) bool {
	switch n := n.(type) {
	case *pcre.Repeat:
		return n.Min == 0
	case *pcre.Literal:
		return n.Text == ""
	case *pcre.Concat, *pcre.Group, *pcre.Alternate, *pcre.Class, *pcre.AnyByte, *pcre.Assertion, *pcre.Look,
		*pcre.BackReference, *pcre.Recursion, *pcre.Conditional, *pcre.Newline, *pcre.Grapheme, *pcre.Property, *pcre.KeepOut,
		*pcre.Verb, *pcre.Callout:
		return true
	}
	return true
}
