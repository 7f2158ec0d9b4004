package pcre

import "slices"

// name reads a group's name and its terminator from the reading position. start is where the item began.
func (p *parser) name(start int, terminator byte) (string, error) {
	from := p.pos
	if c := p.peek(0); isDigit(c) {
		return "", p.fail(start, p.pos+1, "a group's name cannot start with a digit; begin it with a letter")
	}
	for IsWord(p.peek(0)) || p.utf && p.peek(0) >= 0x80 {
		p.pos++
	}
	name := p.src[from:p.pos]
	switch {
	case len(name) > maxNameLength:
		return "", p.failHere(start, "a group's name has at most %d characters; shorten %q", maxNameLength, name)
	case name == "":
		return "", p.failHere(start, "a group's name is missing; "+nameCharacters)
	case p.peek(0) != terminator:
		return "", p.failHere(start, "the name %q is not closed by %q; "+nameCharacters, name, string(terminator))
	}
	p.pos++
	return name, nil
}

// numbersOf returns the numbers of all groups of a name, in the order of the pattern.
func (p *parser) numbersOf(name string) []int {
	var numbers []int
	for _, n := range p.names {
		if n.Name == name {
			numbers = append(numbers, n.Index)
		}
	}
	return numbers
}

// define adds a name for the group that was numbered last.
func (p *parser) define(start int, name string) error {
	if len(p.names) >= maxNames {
		return p.failHere(start, "a pattern has at most %d named groups", maxNames)
	}
	for _, n := range p.names {
		switch {
		case n.Name == name && n.Index == p.groups:
			return nil
		case n.Name == name && !p.opt.dupNames:
			return p.failHere(start, "two groups are named %q under (?-J); rename one", name)
		case n.Name != name && n.Index == p.groups:
			return p.failHere(start, "group %d is named %q already; groups of one number need one name", n.Index, n.Name)
		}
	}
	p.names = append(p.names, GroupName{name, p.groups})
	return nil
}

// namedEscape reads what follows \k or \g: a reference by name, or a call.
func (p *parser) namedEscape(s *sequenceState, start int, letter byte) error {
	var terminator byte
	switch p.peek(0) {
	case '{':
		terminator = '}'
	case '<':
		terminator = '>'
	case '\'':
		terminator = '\''
	default:
		return p.failHere(start, `\k wants a name, as in \k<name>, \k'name' or \k{name}`)
	}
	p.pos++
	if letter == 'g' && terminator != '}' {
		n, ok, err := p.groupNumber(start, p.groups)
		if err != nil {
			return err
		}
		if ok {
			if p.peek(0) != terminator {
				return p.failHere(start, `the call is not closed by %q`, string(terminator))
			}
			p.pos++
			p.recursion(s, start, n)
			return nil
		}
	}
	name, err := p.name(start, terminator)
	if err != nil {
		return err
	}
	if letter == 'g' && terminator != '}' {
		p.recursionByName(s, start, name)
	} else {
		p.referenceByName(s, start, name)
	}
	return nil
}

func (p *parser) referenceByName(s *sequenceState, start int, name string) {
	at := Extent{start, p.pos}
	ref := &BackReference{Extent: at, Name: name, Fold: p.opt.caseless}
	p.pending = append(p.pending, pendingName{at: at, name: name, resolve: func(n []int) { ref.Groups = n }})
	s.push(ref, true)
}

func (p *parser) recursion(s *sequenceState, start, group int) {
	at := Extent{start, p.pos}
	p.pending = append(p.pending, pendingName{at: at, number: group})
	s.push(&Recursion{at, group}, true)
}

func (p *parser) recursionByName(s *sequenceState, start int, name string) {
	call := &Recursion{Extent: Extent{start, p.pos}}
	p.pending = append(p.pending, pendingName{at: call.Extent, name: name, resolve: func(n []int) { call.Group = n[0] }})
	s.push(call, true)
}

// resolveNames judges the references that had to wait for the end of the pattern.
func (p *parser) resolveNames() error {
	for _, ref := range p.pending {
		if ref.name == "" {
			if ref.number > p.groups {
				return p.fail(ref.at.Start, ref.at.End, "there is no group %d to refer to; the pattern has %d", ref.number, p.groups)
			}
			continue
		}
		numbers := p.numbersOf(ref.name)
		if len(numbers) == 0 && ref.recursion != nil {
			n, ok := boundedNumber(ref.name[1:], maxGroups)
			if !ok || n > p.groups {
				return p.fail(ref.at.Start, ref.at.End, "there is no group %s to refer to; the pattern has %d", ref.name[1:], p.groups)
			}
			ref.recursion(n)
			continue
		}
		if len(numbers) == 0 {
			return p.fail(ref.at.Start, ref.at.End, "no group is named %q; name one with (?<%s>…)", ref.name, ref.name)
		}
		if ref.resolve != nil {
			ref.resolve(slices.Compact(numbers))
		}
	}
	return nil
}
