package lint

import (
	"iter"
	"slices"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/diag"
)

// prefixed is a ProxyPass or ProxyPassReverse with a plain path: its own, or in a Location, which then is the section of its
// scope, that of the Location.
type prefixed[T ir.Item] struct {
	scope

	pass T
	path string
}

type (
	prefixMapping = prefixed[*ir.ProxyPass]
	prefixReverse = prefixed[*ir.ProxyPassReverse]
)

// urlSpan is the place of the URL.
func (m prefixed[T]) urlSpan() diag.Span {
	if m.section != nil {
		return m.pass.Head().Origin.Arg(0)
	}
	return m.pass.Head().Origin.Arg(1)
}

// pathSpan is the place of the path.
func (m prefixed[T]) pathSpan() diag.Span {
	if m.section != nil {
		return m.section.Origin.Arg(0)
	}
	return m.pass.Head().Origin.Arg(0)
}

// prefixMappings yields each ProxyPass to a URL that compares a plain path: no regular expression, no wildcards.
func (p *Pass) prefixMappings() iter.Seq[prefixMapping] {
	return slices.Values(p.facts.mappings.get(func() []prefixMapping {
		all := prefixes(p, func(pass *ir.ProxyPass) string { return pass.Path })
		return slices.DeleteFunc(all, func(m prefixMapping) bool { return m.pass.Regex != nil || m.pass.Exclude })
	}))
}

// prefixReverses yields each ProxyPassReverse that puts a plain path into responses.
func (p *Pass) prefixReverses() iter.Seq[prefixReverse] {
	return slices.Values(p.facts.reverses.get(func() []prefixReverse {
		return prefixes(p, func(pass *ir.ProxyPassReverse) string { return pass.Path })
	}))
}

// prefixes returns the items of a type in the servers and in each Location without wildcards; own is the path of an item
// outside of a Location.
func prefixes[T ir.Item](p *Pass, own func(T) string) []prefixed[T] {
	var all []prefixed[T]
	for s := range p.scopes() {
		if l := s.section; l != nil && (l.Kind != ir.SectionLocation || l.Regex != nil || strings.ContainsAny(l.Pattern, "*?[")) {
			continue
		}
		for pass := range ir.Of[T](s.items) {
			m := prefixed[T]{s, pass, own(pass)}
			if s.section != nil {
				m.path = s.section.Pattern
			}
			all = append(all, m)
		}
	}
	return all
}
