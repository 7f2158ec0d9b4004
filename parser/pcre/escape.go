package pcre

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// escaped is what a backslash sequence means: a character, a reference to a group, or a letter with a meaning.
type escaped struct {
	letter byte // 0: a character
	value  int
	ref    int // above 0: a back-reference
}

// escape reads what follows a backslash, which has been taken.
func (p *parser) escape(inClass bool) (escaped, error) {
	start := p.pos - 1
	if p.pos >= len(p.src) {
		return escaped{}, p.fail(start, p.pos, `a backslash ends the pattern; write "\\" for a literal one`)
	}
	c := p.src[p.pos]
	size := 1
	value := int(c)
	if p.utf {
		var r rune
		r, size = utf8.DecodeRuneInString(p.rest())
		value = int(r)
	}
	p.pos += size
	switch c {
	case 'a':
		return escaped{value: 7}, nil
	case 'e':
		return escaped{value: 27}, nil
	case 'f':
		return escaped{value: '\f'}, nil
	case 'n':
		return escaped{value: '\n'}, nil
	case 'r':
		return escaped{value: '\r'}, nil
	case 't':
		return escaped{value: '\t'}, nil
	case 'A', 'B', 'C', 'D', 'E', 'G', 'H', 'K', 'P', 'Q', 'R', 'S', 'V', 'W', 'X', 'Z', 'b', 'd', 'h', 'k', 'p', 's',
		'v', 'w', 'z':
		return escaped{letter: c}, nil
	case 'N':
		return p.notNewline(start)
	case 'F', 'l', 'L', 'u', 'U':
		return escaped{}, p.failHere(start, `PCRE2 does not support \%c; write the character itself or \x and two hexadecimal digits`, c)
	case 'g':
		if inClass {
			return escaped{value: 'g'}, nil
		}
		return p.groupEscape(start)
	case 'c':
		return p.controlEscape(start)
	case 'o':
		return p.octalBraces(start)
	case 'x':
		return p.hexEscape(start)
	}
	if isDigit(c) {
		return p.digitEscape(start, inClass)
	}
	if c < 0x80 && IsWord(c) && c != '_' {
		return escaped{}, p.failHere(start, `\%c has no meaning; write "%c" without the backslash`, c, c)
	}
	return escaped{value: value}, nil
}

// notNewline reads \N, which only a quantifier's brace may follow.
func (p *parser) notNewline(start int) (escaped, error) {
	if p.peek(0) != '{' {
		return escaped{letter: 'N'}, nil
	}
	if p.has("{U+") {
		if !p.utf {
			return escaped{}, p.failHere(start, `\N{U+…} needs UTF mode; write the bytes with \x`)
		}
		p.pos += len("{U+") - 1
		return p.bracedHex(start)
	}
	if _, _, ok, err := p.repeatCounts(p.pos + 1); err != nil {
		return escaped{}, err
	} else if !ok {
		return escaped{}, p.failHere(start, `PCRE2 does not support \N{name}; write the character itself`)
	}
	return escaped{letter: 'N'}, nil
}

// groupEscape reads what follows \g: a back-reference by number, or the letters g (a call) and k (a name).
func (p *parser) groupEscape(start int) (escaped, error) {
	const usage = `\g wants a number or a name: \g1, \g{-1}, \g{name} refer back, \g<1> and \g<name> call a group`
	switch p.peek(0) {
	case 0:
		return escaped{}, p.failHere(start, usage)
	case '<', '\'':
		return escaped{letter: 'g'}, nil
	}
	open := p.pos
	braced := p.take("{")
	n, ok, err := p.groupNumber(start, p.groups)
	if err != nil {
		return escaped{}, err
	}
	if !ok {
		p.pos = open
		if braced {
			return escaped{letter: 'k'}, nil
		}
		return escaped{}, p.failHere(start, usage)
	}
	if braced && !p.take("}") {
		return escaped{}, p.failHere(start, usage)
	}
	if n <= 0 {
		return escaped{}, p.failHere(start, "there is no group %d to refer to; groups count from 1", n)
	}
	return escaped{ref: n}, nil
}

// groupNumber reads a group's number. With relative >= 0 a sign makes it relative to that many groups.
func (p *parser) groupNumber(start, relative int) (n int, ok bool, err error) {
	at := p.pos
	sign := byte(0)
	if c := p.peek(0); relative >= 0 && (c == '+' || c == '-') {
		sign = c
		p.pos++
	}
	digits := p.pos
	for isDigit(p.peek(0)) {
		p.pos++
	}
	if digits == p.pos {
		p.pos = at
		return 0, false, nil
	}
	limit := maxGroups
	if sign == '+' {
		limit -= relative
	}
	n, ok = boundedNumber(p.src[digits:p.pos], limit)
	switch {
	case !ok:
		return 0, false, p.failHere(start, "a group's number is at most %d", maxGroups)
	case sign == 0:
		return n, true, nil
	case n == 0:
		return 0, false, p.failHere(start, "a relative number of 0 refers to no group; write -1 for the one before")
	case sign == '+':
		return n + relative, true, nil
	case n > relative:
		return 0, false, p.failHere(start, "-%d refers to a group before the first; %d groups come before it", n, relative)
	}
	return relative + 1 - n, true, nil
}

// digitEscape reads a backslash and digits: a back-reference or an octal character.
func (p *parser) digitEscape(start int, inClass bool) (escaped, error) {
	first := p.src[p.pos-1]
	if first != '0' && !inClass {
		end := p.pos
		for end < len(p.src) && isDigit(p.src[end]) {
			end++
		}
		n, err := strconv.Atoi(p.src[p.pos-1 : end])
		if err == nil && n <= 1<<31/10-1 && (n < 10 || first >= '8' || n <= p.groups) {
			p.pos = end
			if n > maxGroups {
				return escaped{}, p.failHere(start, "a group's number is at most %d", maxGroups)
			}
			return escaped{ref: n}, nil
		}
	}
	if first >= '8' {
		return escaped{value: int(first)}, nil
	}
	value := int(first - '0')
	for i := 0; i < 2 && '0' <= p.peek(0) && p.peek(0) <= '7'; i++ {
		value = value*8 + int(p.peek(0)-'0')
		p.pos++
	}
	if value > 0xff && !p.utf {
		return escaped{}, p.failHere(start, `an octal escape is at most \377, one byte`)
	}
	return escaped{value: value}, nil
}

func (p *parser) controlEscape(start int) (escaped, error) {
	c := p.peek(0)
	if c < 32 || c > 126 {
		p.pos = min(p.pos+1, len(p.src))
		return escaped{}, p.failHere(start, `\c wants a printable ASCII character, as in \cA`)
	}
	p.pos++
	return escaped{value: int(upper(c) ^ 0x40)}, nil
}

func upper(c byte) byte {
	if 'a' <= c && c <= 'z' {
		return c - 'a' + 'A'
	}
	return c
}

func (p *parser) octalBraces(start int) (escaped, error) {
	if !p.take("{") {
		return escaped{}, p.failHere(start, `\o wants braces, as in \o{101}`)
	}
	return p.bracedNumber(start, 8, "octal")
}

func (p *parser) hexEscape(start int) (escaped, error) {
	if p.peek(0) == '{' {
		return p.bracedHex(start)
	}
	value := 0
	for i := 0; i < 2 && isHex(p.peek(0)); i++ {
		digit, _ := strconv.ParseUint(p.rest()[:1], 16, 8)
		value = value*16 + int(digit)
		p.pos++
	}
	return escaped{value: value}, nil
}

func isHex(c byte) bool {
	return isDigit(c) || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

// bracedHex reads {ddd} or, behind \N{U, +ddd}.
func (p *parser) bracedHex(start int) (escaped, error) {
	p.pos++
	return p.bracedNumber(start, 16, "hexadecimal")
}

func (p *parser) bracedNumber(start, base int, word string) (escaped, error) {
	inside, _, closed := strings.Cut(p.rest(), "}")
	limit := uint64(0xff)
	if p.utf {
		limit = 0x10ffff
	}
	digits := 0
	for digits < len(inside) && isHex(inside[digits]) && (base == 16 || inside[digits] <= '7') {
		digits++
	}
	p.pos += digits
	if digits == 0 && (inside == "") {
		return escaped{}, p.failHere(start, "digits are missing between the braces")
	}
	if !closed || digits != len(inside) {
		return escaped{}, p.failHere(start, `only %s digits may stand before the closing "}"`, word)
	}
	value, err := strconv.ParseUint(inside, base, 64)
	if err != nil || value > limit {
		return escaped{}, p.failHere(start, "the character's code is too large: httpd matches bytes, 0 to ff; write each byte of a UTF-8 character on its own")
	}
	if 0xd800 <= value && value <= 0xdfff {
		return escaped{}, p.failHere(start, "a surrogate code point is no character")
	}
	p.pos++
	return escaped{value: int(value)}, nil
}

// escapeItem reads an escape outside a class.
func (p *parser) escapeItem(s *sequenceState) error {
	start := p.pos
	p.pos++
	if p.take("Q") {
		p.quotedItem(s)
		return nil
	}
	e, err := p.escape(false)
	if err != nil {
		return err
	}
	at := Extent{start, p.pos}
	switch {
	case e.ref > 0:
		ref := &BackReference{Extent: at, Groups: []int{e.ref}, Fold: p.opt.caseless}
		p.pending = append(p.pending, pendingName{at: at, number: e.ref})
		s.push(ref, true)
	case e.letter == 0:
		s.push(p.literal(start, p.character(e.value)), true)
	case e.letter == 'g' || e.letter == 'k':
		return p.namedEscape(s, start, e.letter)
	case e.letter == 'p' || e.letter == 'P':
		prop, err := p.property(start, e.letter == 'P')
		if err != nil {
			return err
		}
		s.push(prop, true)
	default:
		return p.simpleEscape(s, at, e.letter)
	}
	return nil
}

// character returns the bytes of a character.
func (p *parser) character(value int) string {
	if p.utf {
		return string(rune(value))
	}
	return string([]byte{byte(value)})
}

// quotedItem takes \Q…\E, each character an item of its own so that a quantifier applies to the last.
func (p *parser) quotedItem(s *sequenceState) {
	for p.pos < len(p.src) && !p.take(`\E`) {
		p.literalByte(s)
	}
}

// simpleEscape makes the node of an escape that is a letter only.
func (p *parser) simpleEscape(s *sequenceState, at Extent, letter byte) error {
	if set, ok := escapeSet(letter); ok {
		s.push(&Class{Extent: at, Set: set}, true)
		return nil
	}
	switch letter {
	case 'N':
		set := FullSet()
		set.Remove('\n')
		s.push(&Class{Extent: at, Set: set}, true)
	case 'C':
		s.push(&Class{Extent: at, Set: FullSet()}, true)
	case 'R':
		s.push(&Newline{at}, true)
	case 'X':
		s.push(&Grapheme{at}, true)
	case 'K':
		if p.look > 0 {
			return p.fail(at.Start, at.End, `\K is not allowed in a look-around; put it outside`)
		}
		s.push(&KeepOut{at}, false)
	case 'A':
		s.push(&Assertion{at, BeginText}, false)
	case 'G':
		s.push(&Assertion{at, BeginMatch}, false)
	case 'z':
		s.push(&Assertion{at, EndText}, false)
	case 'Z':
		s.push(&Assertion{at, EndTextOrFinalNewline}, false)
	case 'b':
		s.push(&Assertion{at, WordBoundary}, false)
	case 'B':
		s.push(&Assertion{at, NotWordBoundary}, false)
	}
	return nil
}
