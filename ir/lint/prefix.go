package lint

import (
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/diag"
)

// prefixed is a ProxyPass or ProxyPassReverse with a plain path: its own, or in a Location, which then is the section of its
// scope, that of the Location.
type prefixed[T ir.Item] struct {
	*scope

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

// prefixMappings returns each ProxyPass to a URL that compares a plain path: no regular expression, no wildcards.
func (p *Pass) prefixMappings() []prefixMapping {
	return p.facts.mappings.get(func() []prefixMapping {
		return prefixes(p, func(pass *ir.ProxyPass) (string, bool) { return pass.Path, pass.Regex == nil && !pass.Exclude })
	})
}

// prefixReverses returns each ProxyPassReverse that puts a plain path into responses.
func (p *Pass) prefixReverses() []prefixReverse {
	return p.facts.reverses.get(func() []prefixReverse {
		return prefixes(p, func(pass *ir.ProxyPassReverse) (string, bool) { return pass.Path, true })
	})
}

// prefixes returns the items of a type in the servers and in each Location without wildcards, in the order of the servers;
// own is the path of an item outside of a Location, and whether the item counts.
func prefixes[T ir.Item](p *Pass, own func(T) (path string, counts bool)) []prefixed[T] {
	n := 0
	for _, s := range p.scopes() {
		for range ir.Of[T](s.items) {
			n++
		}
	}
	all := make([]prefixed[T], 0, n)
	for _, s := range p.scopes() {
		if l := s.section; l != nil && (l.Kind != ir.SectionLocation || l.Regex != nil || strings.ContainsAny(l.Pattern, "*?[")) {
			continue
		}
		for pass := range ir.Of[T](s.items) {
			path, counts := own(pass)
			if !counts {
				continue
			}
			if s.section != nil {
				path = s.section.Pattern
			}
			all = append(all, prefixed[T]{s, pass, path})
		}
	}
	return all
}
