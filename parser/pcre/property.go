package pcre

import (
	"strings"
	"unicode"
)

// property reads what follows \p or \P, which has been taken. A byte counts as the Latin-1 character of its value.
func (p *parser) property(start int, negated bool) (*Property, error) {
	const usage = `\p wants a property, as in \p{Lu} or \pL`
	var name string
	switch c := p.peek(0); {
	case c == '{':
		p.pos++
		if p.take("^") {
			negated = !negated
		}
		inside, _, closed := strings.Cut(p.rest(), "}")
		if !closed {
			p.pos = len(p.src)
			return nil, p.failHere(start, usage)
		}
		name = inside
		p.pos += len(inside) + 1
	case upper(c) >= 'A' && upper(c) <= 'Z':
		name = p.rest()[:1]
		p.pos++
	default:
		return nil, p.failHere(start, usage)
	}
	prop := &Property{Extent: Extent{start, p.pos}, Name: name, Negated: negated}
	if !prop.resolve() {
		return nil, p.failHere(start, "unknown Unicode property %q; write a general category such as Lu, or a script such as Latin", name)
	}
	return prop, nil
}

// resolve looks the name up as PCRE2 does, loosely, and fills the set where Go's tables know the property.
func (n *Property) resolve() bool {
	name := looseName(n.Name)
	kind, value, qualified := strings.Cut(strings.Replace(name, "=", ":", 1), ":")
	if qualified {
		switch kind {
		case "bidiclass", "bc":
			name = "bidi" + value
		case "script", "sc", "scriptextensions", "scx":
			name = value
			if _, ok := findTable(unicode.Scripts, name); !ok && len(name) != 4 {
				return false
			}
		default:
			return false
		}
	}
	if name == "" || !strings.Contains(propertyNames, " "+name+" ") {
		return false
	}
	test, known := propertyTest(name)
	n.Known = known
	if known {
		for c := range 256 {
			if test(rune(c)) != n.Negated {
				n.Set.Add(byte(c))
			}
		}
	}
	return true
}

func looseName(name string) string {
	return strings.Map(func(r rune) rune {
		if r == '_' || r == '-' || r == ' ' || '\t' <= r && r <= '\r' {
			return -1
		}
		return unicode.ToLower(r)
	}, name)
}

// propertyTest returns the test of a property for Latin-1 characters, if it is one of those that Go knows.
func propertyTest(name string) (func(rune) bool, bool) {
	switch name {
	case "any":
		return func(rune) bool { return true }, true
	case "l&", "lc":
		return func(r rune) bool { return unicode.In(r, unicode.Lu, unicode.Ll, unicode.Lt) }, true
	case "xan":
		return func(r rune) bool { return unicode.In(r, unicode.L, unicode.N) }, true
	case "xwd":
		return func(r rune) bool { return r == '_' || unicode.In(r, unicode.L, unicode.N) }, true
	case "xsp", "xps":
		return func(r rune) bool {
			return '\t' <= r && r <= '\r' || r == 0x85 || unicode.In(r, unicode.Z)
		}, true
	case "xuc":
		return func(r rune) bool { return r == '$' || r == '@' || r == '`' || r >= 0xa0 }, true
	case "c":
		return func(r rune) bool { return unicode.In(r, unicode.C) }, true
	}
	for _, tables := range []map[string]*unicode.RangeTable{unicode.Categories, unicode.Scripts} {
		if table, ok := findTable(tables, name); ok {
			return func(r rune) bool { return unicode.Is(table, r) }, true
		}
	}
	return nil, false
}

func findTable(tables map[string]*unicode.RangeTable, name string) (*unicode.RangeTable, bool) {
	for key, table := range tables {
		if looseName(key) == name {
			return table, true
		}
	}
	return nil, false
}
