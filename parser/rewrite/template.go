package rewrite

import "strings"

// Template is text with references that mod_rewrite fills in per request: a substitution, a condition's test string,
// the value of E, CO, T or H.
type Template struct {
	// Text is the template as it was written.
	Text string
	// Parts are its pieces in order; they tile Text.
	Parts []Part
}

// Part is one piece of a template. The set is closed: Literal, RuleRef, CondRef, Var, MapLookup.
//
//sumtype:decl
type Part interface {
	// Span returns the offsets of the piece, the end exclusive, in the text that its owner was parsed from.
	Span() (start, end int)
	part()
}

// Place is where a piece stands; every part embeds it.
type Place struct{ Start, End int }

// Span returns the offsets.
func (p Place) Span() (start, end int) { return p.Start, p.End }

// Literal is text that stands for itself.
type Literal struct {
	Place
	// Text is what it expands to.
	Text string
	// Escaped says that it was written as a backslash and one character. A question mark in it is not one that
	// makes later ones safe (AH10508).
	Escaped bool
}

// RuleRef is $N: what group N of the rule's pattern captured, empty when it captured nothing or the pattern is
// negated.
type RuleRef struct {
	Place
	// N is 0 to 9; 0 is the whole match.
	N int
}

// CondRef is %N: what group N of the last RewriteCond that matched captured.
type CondRef struct {
	Place
	// N is 0 to 9; 0 is the whole match.
	N int
}

// Var is %{…}.
type Var struct {
	Place
	Variable
}

// MapLookup is ${map:key|default}.
type MapLookup struct {
	Place
	// Map is the name of the RewriteMap, taken as written.
	Map string
	// Key is expanded and looked up.
	Key Template
	// Default is expanded when the lookup gives nothing; HasDefault says that a | was written.
	Default    Template
	HasDefault bool
}

func (*Literal) part()   {}
func (*RuleRef) part()   {}
func (*CondRef) part()   {}
func (*Var) part()       {}
func (*MapLookup) part() {}

// templateAt reads a template whose text begins at an offset of a larger one.
func templateAt(text string, offset int) Template {
	p := templateParser{text: text, offset: offset, braces: matchBraces(text)}
	return p.parse(0, len(text))
}

// brace is what a pair of curly braces holds at its own level.
type brace struct {
	closing    int
	colon, bar int // the first ":" and the first "|" behind it, or -1
}

// matchBraces finds all pairs in one pass, by the offset of the opening brace.
func matchBraces(text string) map[int]*brace {
	if strings.IndexByte(text, '{') < 0 {
		return nil
	}
	pairs := map[int]*brace{}
	var open []int
	for i := range len(text) {
		switch text[i] {
		case '{':
			open = append(open, i)
			pairs[i] = &brace{closing: -1, colon: -1, bar: -1}
		case '}':
			if len(open) > 0 {
				pairs[open[len(open)-1]].closing = i
				open = open[:len(open)-1]
			}
		case ':':
			if len(open) > 0 && pairs[open[len(open)-1]].colon < 0 {
				pairs[open[len(open)-1]].colon = i
			}
		case '|':
			if len(open) > 0 {
				if b := pairs[open[len(open)-1]]; b.colon >= 0 && b.bar < 0 {
					b.bar = i
				}
			}
		}
	}
	return pairs
}

type templateParser struct {
	text   string
	offset int
	braces map[int]*brace
}

// parse reads the template between two offsets of the text.
func (p *templateParser) parse(from, to int) Template {
	t := Template{Text: p.text[from:to]}
	plain := from // where the literal text that is being collected began
	flush := func(end int) {
		if end > plain {
			t.Parts = append(t.Parts, &Literal{Place: p.place(plain, end), Text: p.text[plain:end]})
		}
	}
	for i := from; i < to; {
		part, end := p.reference(i, to)
		if part == nil {
			i = end
			continue
		}
		flush(i)
		t.Parts = append(t.Parts, part)
		i, plain = end, end
	}
	flush(to)
	return t
}

func (p *templateParser) place(from, to int) Place { return Place{from + p.offset, to + p.offset} }

// reference reads what begins at i, and returns where to go on; the part is nil for text.
func (p *templateParser) reference(i, to int) (Part, int) {
	c := p.text[i]
	if c != '\\' && c != '$' && c != '%' || i+1 >= to {
		return nil, i + 1
	}
	next := p.text[i+1]
	switch {
	case c == '\\':
		return &Literal{Place: p.place(i, i+2), Text: p.text[i+1 : i+2], Escaped: true}, i + 2
	case next == '{':
		return p.braced(i, to)
	case next < '0' || next > '9':
		return nil, i + 1
	case c == '$':
		return &RuleRef{p.place(i, i+2), int(next - '0')}, i + 2
	default:
		return &CondRef{p.place(i, i+2), int(next - '0')}, i + 2
	}
}

// braced reads %{…} or ${…:…}; one that is not closed, or has no colon, is text up to behind the brace.
func (p *templateParser) braced(i, to int) (Part, int) {
	b := p.braces[i+1]
	if b == nil || b.closing < 0 || b.closing >= to {
		return nil, i + 2
	}
	end := b.closing + 1
	if p.text[i] == '%' {
		return &Var{p.place(i, end), parseVariable(p.text[i+2 : b.closing])}, end
	}
	if b.colon < 0 {
		return nil, i + 2
	}
	m := &MapLookup{Place: p.place(i, end), Map: p.text[i+2 : b.colon]}
	keyEnd := b.closing
	if b.bar >= 0 {
		keyEnd = b.bar
		m.HasDefault = true
		m.Default = p.parse(b.bar+1, b.closing)
	}
	m.Key = p.parse(b.colon+1, keyEnd)
	return m, end
}
