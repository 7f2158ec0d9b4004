package pcre

import "strings"

// groupItem reads what begins with "(".
func (p *parser) groupItem(s *sequenceState) error {
	start := p.pos
	switch {
	case p.has("(?"):
		p.pos += 2
		return p.questionItem(s, start)
	case p.has("(*") && p.peek(2) != ')' && p.peek(2) != 0:
		p.pos += 2
		return p.starItem(s, start)
	}
	p.pos++
	if p.peek(0) == '*' {
		return p.fail(p.pos, p.pos+1, `quantifier "*" has nothing to repeat; write "\*" for a literal star`)
	}
	if p.opt.noCapture {
		return p.plainGroup(s, start, NonCapture)
	}
	return p.captureGroup(s, start, "")
}

// questionItem reads what begins with "(?".
func (p *parser) questionItem(s *sequenceState, start int) error {
	c := p.peek(0)
	switch {
	case c == 0:
		return p.unclosed(start)
	case c == '|':
		p.pos++
		p.resetOn = true
		return p.plainGroup(s, start, BranchReset)
	case c == '>':
		p.pos++
		return p.plainGroup(s, start, Atomic)
	case c == '=', c == '!', c == '*':
		p.pos++
		return p.lookGroup(s, &Look{Extent: Extent{Start: start}, Negative: c == '!', NonAtomic: c == '*'}, true)
	case c == '<' && (p.peek(1) == '=' || p.peek(1) == '!' || p.peek(1) == '*'):
		sign := p.peek(1)
		p.pos += 2
		look := &Look{Extent: Extent{Start: start}, Behind: true, Negative: sign == '!', NonAtomic: sign == '*'}
		return p.lookGroup(s, look, true)
	case c == '<':
		p.pos++
		return p.namedGroup(s, start, '>')
	case c == '\'':
		p.pos++
		return p.namedGroup(s, start, '\'')
	case c == 'P':
		return p.pythonItem(s, start)
	case c == '&':
		p.pos++
		return p.callByName(s, start)
	case c == 'R':
		p.pos++
		if !p.take(")") {
			return p.failHere(start, `(?R must be closed by ")"`)
		}
		p.recursion(s, start, 0)
		return nil
	case c == '+' && !isDigit(p.peek(1)):
		return p.fail(start, p.pos+1, "a digit must follow (?+ to call a group")
	case isDigit(c), c == '+', c == '-' && isDigit(p.peek(1)):
		return p.callByNumber(s, start)
	case c == 'C':
		p.pos++
		return p.callout(s, start)
	case c == '(':
		p.pos++
		return p.conditional(s, start)
	}
	return p.optionItem(s, start)
}

func (p *parser) unclosed(start int) error {
	return p.fail(start, len(p.src), `the group is not closed; write ")" after it, or "\(" for a literal parenthesis`)
}

// body reads the inside of a group and its ")". Options that change inside end with it.
func (p *parser) body(start int, reset bool) (Node, error) {
	saved := p.opt
	p.nesting++
	inside := p.pos
	n, err := p.alternatives(inside, reset)
	if err != nil {
		return nil, err
	}
	if !p.take(")") {
		return nil, p.unclosed(start)
	}
	p.nesting--
	p.opt = saved
	return n, nil
}

func (p *parser) plainGroup(s *sequenceState, start int, kind GroupKind) error {
	n, err := p.body(start, kind == BranchReset)
	if err != nil {
		return err
	}
	s.push(&Group{Extent: Extent{start, p.pos}, Kind: kind, Body: n}, true)
	return nil
}

func (p *parser) captureGroup(s *sequenceState, start int, name string) error {
	if p.groups >= maxGroups {
		return p.fail(start, start+1, "a pattern has at most %d capturing groups; write (?:…) where nothing is referred to", maxGroups)
	}
	p.groups++
	p.total = max(p.total, p.groups)
	if name != "" {
		if err := p.define(start, name); err != nil {
			return err
		}
	}
	g := &Group{Kind: Capture, Index: p.groups, Name: name}
	if p.captures == nil {
		p.captures = map[int]*Group{}
	}
	if p.captures[g.Index] == nil {
		p.captures[g.Index] = g
	}
	body, err := p.body(start, false)
	if err != nil {
		return err
	}
	g.Extent, g.Body = Extent{start, p.pos}, body
	s.push(g, true)
	return nil
}

func (p *parser) namedGroup(s *sequenceState, start int, terminator byte) error {
	name, err := p.name(start, terminator)
	if err != nil {
		return err
	}
	return p.captureGroup(s, start, name)
}

// lookGroup reads the inside of a look-around. A condition of (?(…) cannot be repeated.
func (p *parser) lookGroup(s *sequenceState, look *Look, repeatable bool) error {
	p.look++
	n, err := p.body(look.Start, false)
	if err != nil {
		return err
	}
	p.look--
	look.End, look.Body = p.pos, n
	s.push(look, repeatable)
	return nil
}

// pythonItem reads what follows "(?" when it is P.
func (p *parser) pythonItem(s *sequenceState, start int) error {
	p.pos++
	switch c := p.peek(0); c {
	case 0:
		return p.unclosed(start)
	case '<':
		p.pos++
		return p.namedGroup(s, start, '>')
	case '>':
		p.pos++
		return p.callByName(s, start)
	case '=':
		p.pos++
		name, err := p.name(start, ')')
		if err != nil {
			return err
		}
		p.referenceByName(s, start, name)
		return nil
	}
	return p.fail(start, p.pos+1, "(?P is followed by <name>, =name or >name")
}

func (p *parser) callByName(s *sequenceState, start int) error {
	name, err := p.name(start, ')')
	if err != nil {
		return err
	}
	p.recursionByName(s, start, name)
	return nil
}

func (p *parser) callByNumber(s *sequenceState, start int) error {
	n, _, err := p.groupNumber(start, p.groups)
	if err != nil {
		return err
	}
	if !p.take(")") {
		return p.unclosed(start)
	}
	p.recursion(s, start, n)
	return nil
}

// callout reads what follows "(?C".
func (p *parser) callout(s *sequenceState, start int) error {
	const opening, closing = "`'\"^%#${", "`'\"^%#$}"
	if p.peek(0) == 0 {
		return p.unclosed(start)
	}
	if c := p.peek(0); c != ')' && !isDigit(c) {
		i := strings.IndexByte(opening, c)
		if i < 0 {
			return p.fail(start, p.pos+1, "(?C is followed by a number or by text in quotes")
		}
		if !p.calloutText(closing[i]) {
			return p.failHere(start, "the text of the callout is not closed by %q", closing[i:i+1])
		}
	} else {
		from := p.pos
		for isDigit(p.peek(0)) {
			p.pos++
		}
		if _, ok := boundedNumber(p.src[from:p.pos], 255); !ok {
			return p.failHere(start, "the number after (?C is at most 255")
		}
	}
	if !p.take(")") {
		return p.failHere(start, `(?C must be closed by ")"`)
	}
	s.push(&Callout{Extent{start, p.pos}}, false)
	return nil
}

// calloutText takes the text between delimiters; a doubled closing one stands for itself.
func (p *parser) calloutText(closing byte) bool {
	for p.pos++; p.pos < len(p.src); p.pos++ {
		if p.src[p.pos] != closing {
			continue
		}
		p.pos++
		if p.peek(0) != closing {
			return true
		}
	}
	return false
}

// optionItem reads (?imnsxJU), (?^i-s:…) and the like.
func (p *parser) optionItem(s *sequenceState, start int) error {
	saved := p.opt
	if err := p.optionLetters(start); err != nil {
		return err
	}
	if p.take(")") {
		s.push(nil, false)
		return nil
	}
	p.pos++
	p.nesting++
	n, err := p.alternatives(p.pos, false)
	if err != nil {
		return err
	}
	if !p.take(")") {
		return p.unclosed(start)
	}
	p.nesting--
	p.opt = saved
	s.push(&Group{Extent: Extent{start, p.pos}, Kind: NonCapture, Body: n}, true)
	return nil
}

// optionLetters applies the letters up to ")" or ":" to the current options.
func (p *parser) optionLetters(start int) error {
	hyphen := true
	value := true
	next := p.opt
	if p.take("^") {
		next = options{ungreedy: next.ungreedy, dupNames: next.dupNames}
		hyphen = false
	}
	var unset options
	for c := p.peek(0); c != ')' && c != ':'; c = p.peek(0) {
		if c == 0 {
			return p.unclosed(start)
		}
		p.pos++
		target := &next
		if !value {
			target = &unset
		}
		switch c {
		case '-':
			if !hyphen {
				return p.failHere(start, "one hyphen at most, and none after ^, may stand among options")
			}
			hyphen, value = false, false
		case 'i':
			target.caseless = true
		case 'm':
			target.multiline = true
		case 's':
			target.dotAll = true
		case 'n':
			target.noCapture = true
		case 'U':
			target.ungreedy = true
		case 'J':
			target.dupNames = true
		case 'x':
			target.extended = true
			more := p.take("x")
			target.extendedMore = more || !value && target.extendedMore
		default:
			return p.failHere(start, "%q is no option and opens no kind of group; the options are i m n s x J U, a plain group is (?:…)", p.src[p.pos-1:p.pos])
		}
	}
	p.opt = next.without(unset)
	return nil
}

// without returns the options with those in unset switched off.
func (o options) without(unset options) options {
	return options{
		caseless:     o.caseless && !unset.caseless,
		multiline:    o.multiline && !unset.multiline,
		dotAll:       o.dotAll && !unset.dotAll,
		ungreedy:     o.ungreedy && !unset.ungreedy,
		extended:     o.extended && !unset.extended,
		extendedMore: o.extendedMore && !unset.extended,
		noCapture:    o.noCapture && !unset.noCapture,
		dupNames:     o.dupNames && !unset.dupNames,
	}
}
