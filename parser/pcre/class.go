package pcre

import (
	"strings"
	"unicode/utf8"
)

// classItem reads [...], or PCRE2's [[:<:]] and [[:>:]] for the two sides of a word.
func (p *parser) classItem(s *sequenceState) error {
	start := p.pos
	if p.has("[[:<:]]") || p.has("[[:>:]]") {
		behind := p.peek(3) == '>'
		p.pos += len("[[:<:]]")
		at := Extent{start, p.pos}
		s.push(&Assertion{at, WordBoundary}, false)
		look := &Look{Extent: at, Behind: behind, Body: &Class{Extent: at, Set: wordSet()}}
		s.push(look, true)
		return nil
	}
	p.pos++
	if end, ok := p.posixSyntax(); ok {
		return p.fail(start, end+2, "%q is a POSIX name outside a class; write [%s]", p.src[start:end+2], p.src[start:end+2])
	}
	node, err := p.class(start)
	if err != nil {
		return err
	}
	s.push(node, true)
	return nil
}

// posixSyntax says whether ":name:]", ".x.]" or "=x=]" follows, and where its second mark is.
func (p *parser) posixSyntax() (int, bool) {
	mark := p.peek(0)
	if mark != ':' && mark != '.' && mark != '=' {
		return 0, false
	}
	for i := p.pos + 1; len(p.src)-i >= 2; i++ {
		c, next := p.src[i], p.src[i+1]
		switch {
		case c == '\\' && (next == ']' || next == '\\'):
			i++
		case c == '[' && next == mark, c == ']':
			return 0, false
		case c == mark && next == ']':
			return i, true
		}
	}
	return 0, false
}

// classReader collects a class.
type classReader struct {
	set     ByteSet
	props   []*Property
	started bool // "x-" was read
	mayRun  bool // a "-" would start a range
	low     int  // the character before
	quoted  bool
}

// class reads the class whose "[" is at start and has been taken.
func (p *parser) class(start int) (Node, error) {
	negated := p.classOpening()
	var r classReader
	for first := true; ; first = false {
		if p.pos >= len(p.src) {
			return nil, p.fail(start, p.pos, `the class is not closed; write "]" after it, or "\[" for a literal bracket`)
		}
		if p.peek(0) == ']' && !first && !r.quoted {
			break
		}
		if err := p.classPart(&r); err != nil {
			return nil, err
		}
	}
	p.pos++
	if r.started {
		r.set.Add('-')
	}
	if p.opt.caseless {
		r.set.fold()
	}
	opaque := ""
	for _, prop := range r.props {
		r.set.Union(prop.Set)
		if !prop.Known {
			opaque = prop.Name
		}
	}
	if negated {
		r.set = r.set.Not()
	}
	return &Class{Extent{start, p.pos}, r.set, opaque}, nil
}

// classOpening takes the ^ and what PCRE2 ignores around it.
func (p *parser) classOpening() bool {
	negated := false
	for {
		switch {
		case p.take(`\E`), p.take(`\Q\E`):
		case p.opt.extendedMore && (p.peek(0) == ' ' || p.peek(0) == '\t'):
			p.pos++
		case !negated && p.peek(0) == '^':
			p.pos++
			negated = true
		default:
			return negated
		}
	}
}

// classPart reads one element of a class.
func (p *parser) classPart(r *classReader) error {
	start, c := p.pos, p.peek(0)
	if r.quoted {
		if p.take(`\E`) {
			r.quoted = false
			return nil
		}
		return p.classCharacter(r, start)
	}
	if p.opt.extendedMore && (c == ' ' || c == '\t') {
		p.pos++
		return nil
	}
	if c == '[' && len(p.src)-p.pos >= 4 {
		p.pos++
		if end, ok := p.posixSyntax(); ok {
			return p.posixClass(r, start, end)
		}
		p.pos = start
	}
	switch {
	case c == '-' && r.mayRun:
		p.pos++
		r.started, r.mayRun = true, false
		return nil
	case c == '\\':
		return p.classEscape(r)
	}
	return p.classCharacter(r, start)
}

// classCharacter takes the next character as itself.
func (p *parser) classCharacter(r *classReader, start int) error {
	value, size := int(p.peek(0)), 1
	if p.utf {
		var c rune
		c, size = utf8.DecodeRuneInString(p.rest())
		value = int(c)
	}
	p.pos += size
	return p.classValue(r, start, value)
}

// classValue adds a character, or ends a range with it.
func (p *parser) classValue(r *classReader, start, value int) error {
	if !r.started {
		r.mayRun, r.low = true, value
		if value < 256 {
			r.set.Add(byte(value))
		}
		return nil
	}
	r.started, r.mayRun = false, false
	if value < r.low {
		return p.failHere(start, "the range is out of order: its end is below its start; swap them, or write \"\\-\" for a literal hyphen")
	}
	if r.low < 256 {
		r.set.AddRange(byte(r.low), byte(min(value, 255)))
	}
	return nil
}

// posixClass takes [:name:], whose "[" is before the reading position and whose second ":" is at end.
func (p *parser) posixClass(r *classReader, start, end int) error {
	const hyphen = `a range cannot have a class as its end; write "\-" for a literal hyphen`
	if r.started {
		return p.fail(start, end+2, hyphen)
	}
	if p.peek(0) != ':' {
		return p.fail(start, end+2, "POSIX collating elements are not supported; write the characters themselves")
	}
	name, negated := strings.CutPrefix(p.src[p.pos+1:end], "^")
	lookup := name
	if p.opt.caseless && (name == "upper" || name == "lower") {
		lookup = "alpha"
	}
	set, ok := posixSet(lookup)
	if !ok {
		return p.fail(start, end+2, "unknown POSIX class %q; there are alpha, lower, upper, alnum, ascii, blank, cntrl, digit, graph, print, punct, space, word, xdigit", name)
	}
	if negated {
		set = set.Not()
	}
	r.set.Union(set)
	p.pos = end + 2
	r.mayRun = false
	return p.noRangeAfterClass(start, hyphen)
}

// noRangeAfterClass refuses a hyphen behind an element that cannot start a range.
func (p *parser) noRangeAfterClass(start int, message string) error {
	if p.pos < len(p.src)-1 && p.peek(0) == '-' && p.peek(1) != ']' {
		return p.fail(start, p.pos+1, "%s", message)
	}
	return nil
}

// classEscape takes an escape in a class.
func (p *parser) classEscape(r *classReader) error {
	start := p.pos
	p.pos++
	e, err := p.escape(true)
	if err != nil {
		return err
	}
	switch e.letter {
	case 0:
		return p.classValue(r, start, e.value)
	case 'b':
		return p.classValue(r, start, '\b')
	case 'Q':
		r.quoted = true
		return nil
	case 'E':
		return nil
	case 'N':
		return p.failHere(start, `\N is not supported in a class; write [^\n] for it`)
	}
	if r.started && e.letter != 'B' && e.letter != 'R' && e.letter != 'X' {
		return p.failHere(start, `a range cannot have a class as its end; write "\-" for a literal hyphen`)
	}
	r.mayRun = false
	switch set, ok := escapeSet(e.letter); {
	case ok:
		r.set.Union(set)
	case e.letter == 'p' || e.letter == 'P':
		prop, err := p.property(start, e.letter == 'P')
		if err != nil {
			return err
		}
		r.props = append(r.props, prop)
	default:
		return p.failHere(start, `\%c has no meaning in a class; move it out of the brackets`, e.letter)
	}
	return p.noRangeAfterClass(start, `a range cannot have a class as its start; write "\-" for a literal hyphen`)
}

// escapeSet returns the set of a class escape such as \d.
func escapeSet(letter byte) (ByteSet, bool) {
	var set ByteSet
	switch letter {
	case 'd', 'D':
		set = digitSet()
	case 'w', 'W':
		set = wordSet()
	case 's', 'S':
		set = spaceSet()
	case 'h', 'H':
		set = horizontalSet()
	case 'v', 'V':
		set = verticalSet()
	default:
		return set, false
	}
	if letter < 'a' {
		set = set.Not()
	}
	return set, true
}
