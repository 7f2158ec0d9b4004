package regex

import (
	"strings"

	"github.com/lbconf/lbconf/parser/pcre"
)

// shapeKind is a form of pattern that needs no matcher.
type shapeKind uint8

const (
	noShape shapeKind = iota
	// hasPrefix is ^literal.
	hasPrefix
	// equals is ^literal$.
	equals
	// equalsSlash is ^literal/?$.
	equalsSlash
	// prefixRest is ^literal.* with or without $.
	prefixRest
	// prefixGroup is ^literal(.*) with or without $.
	prefixGroup
	// contains is literal.
	contains
	// hasSuffix is literal$.
	hasSuffix
)

// shape is such a form with its literal.
type shape struct {
	kind    shapeKind
	literal string
}

// shapeOf recognizes the forms that occur in nearly every configuration.
func shapeOf(p *pcre.Pattern) (shape, bool) {
	if len(p.Start) > 0 {
		return shape{}, false
	}
	parts := []pcre.Node{p.Root}
	if c, ok := p.Root.(*pcre.Concat); ok {
		parts = c.Parts
	}
	parts, begin := cutAssertion(parts, pcre.BeginText, false)
	parts, end := cutAssertion(parts, pcre.EndText, true)
	literal := ""
	if len(parts) > 0 {
		if l, ok := parts[0].(*pcre.Literal); ok {
			if l.Fold {
				return shape{}, false
			}
			literal, parts = l.Text, parts[1:]
		}
	}
	var kind shapeKind
	switch {
	case len(parts) > 1:
		return shape{}, false
	case len(parts) == 1 && !begin:
		return shape{}, false
	case len(parts) == 1:
		kind = tailShape(parts[0], end)
	case begin && end:
		kind = equals
	case begin:
		kind = hasPrefix
	case end:
		kind = hasSuffix
	default:
		kind = contains
	}
	return shape{kind, literal}, kind != noShape
}

// cutAssertion takes an assertion off the start, or the end, of the parts.
func cutAssertion(parts []pcre.Node, kind pcre.AssertionKind, last bool) ([]pcre.Node, bool) {
	if len(parts) == 0 {
		return parts, false
	}
	at := 0
	if last {
		at = len(parts) - 1
	}
	a, ok := parts[at].(*pcre.Assertion)
	if !ok || a.Kind != kind {
		return parts, false
	}
	if last {
		return parts[:at], true
	}
	return parts[1:], true
}

// tailShape recognizes what may follow ^literal.
func tailShape(n pcre.Node, end bool) shapeKind {
	kind := prefixRest
	if g, ok := n.(*pcre.Group); ok && g.Kind == pcre.Capture {
		kind = prefixGroup
		n = g.Body
	}
	r, ok := n.(*pcre.Repeat)
	if !ok || r.Min != 0 {
		return noShape
	}
	switch body := r.Body.(type) {
	case *pcre.AnyByte:
		if r.Max == pcre.Unlimited && body.Newline && (end || r.Mode != pcre.Lazy) {
			return kind
		}
	case *pcre.Literal:
		if r.Max == 1 && body.Text == "/" && end && kind == prefixRest && r.Mode != pcre.Possessive {
			return equalsSlash
		}
	case *pcre.Class, *pcre.Assertion, *pcre.Concat, *pcre.Alternate, *pcre.Group, *pcre.Repeat, *pcre.Look,
		*pcre.BackReference, *pcre.Recursion, *pcre.Conditional, *pcre.Newline, *pcre.Grapheme, *pcre.Property, *pcre.KeepOut,
		*pcre.Verb, *pcre.Callout:
	}
	return noShape
}

// match compares the subject with the form.
func (s *shape) match(subject string, caps []int) ([]int, bool) {
	from, to := 0, len(subject)
	ok := false
	switch s.kind {
	case hasPrefix:
		ok, to = strings.HasPrefix(subject, s.literal), len(s.literal)
	case equals:
		ok = subject == s.literal
	case equalsSlash:
		rest, found := strings.CutPrefix(subject, s.literal)
		ok = found && (rest == "" || rest == "/")
	case prefixRest:
		ok = strings.HasPrefix(subject, s.literal)
	case prefixGroup:
		if !strings.HasPrefix(subject, s.literal) {
			return caps, false
		}
		return append(caps, 0, to, len(s.literal), to), true
	case contains:
		from = strings.Index(subject, s.literal)
		ok, to = from >= 0, from+len(s.literal)
	case hasSuffix:
		ok, from = strings.HasSuffix(subject, s.literal), len(subject)-len(s.literal)
	case noShape:
	}
	if !ok {
		return caps, false
	}
	return append(caps, from, to), true
}
