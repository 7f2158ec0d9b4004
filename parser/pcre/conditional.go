package pcre

import (
	"slices"
	"strings"
)

// conditional reads what follows "(?(".
func (p *parser) conditional(s *sequenceState, start int) error {
	if p.peek(0) == 0 {
		return p.unclosed(start)
	}
	saved := p.opt
	p.nesting++
	c := &Conditional{Extent: Extent{Start: start}}
	if err := p.condition(c, start); err != nil {
		return err
	}
	branches, err := p.branches(false)
	if err != nil {
		return err
	}
	if !p.take(")") {
		return p.unclosed(start)
	}
	p.nesting--
	p.opt = saved
	c.End = p.pos
	switch {
	case c.Kind == Define && len(branches) > 1:
		return p.failHere(start, "a DEFINE group has one branch; put alternatives into a group inside it")
	case len(branches) > 2:
		return p.failHere(start, "a conditional has two branches at most, yes and no; put further alternatives into (?:…)")
	}
	c.Yes = branches[0]
	c.No = &Concat{Extent: Extent{p.pos - 1, p.pos - 1}}
	if len(branches) == 2 {
		c.No, c.HasNo = branches[1], true
	}
	s.push(c, true)
	return nil
}

// condition reads the condition and its ")".
func (p *parser) condition(c *Conditional, start int) error {
	if p.peek(0) == '?' || p.peek(0) == '*' {
		p.pos--
		return p.lookCondition(c)
	}
	n, ok, err := p.groupNumber(start, p.groups)
	switch {
	case err != nil:
		return err
	case ok && n <= 0:
		return p.failHere(start, "there is no group %d to ask for; groups count from 1", n)
	case ok:
		c.Kind, c.Groups = GroupSet, []int{n}
		p.pending = append(p.pending, pendingName{at: Extent{start, p.pos}, number: n})
		return p.closeCondition(start)
	case p.has("VERSION") && len(p.rest()) >= 10 && p.peek(7) != ')':
		return p.versionCondition(c, start)
	}
	return p.nameCondition(c, start)
}

func (p *parser) closeCondition(start int) error {
	if !p.take(")") {
		return p.failHere(start, `the condition is not closed; write ")" after it`)
	}
	return nil
}

// lookCondition reads the look-around that a condition may be, with a callout before it.
func (p *parser) lookCondition(c *Conditional) error {
	const wanted = "a condition is a group's number or name, R, DEFINE or a look-around such as (?=…)"
	c.Kind = LookAround
	for callouts := 0; ; {
		skipped, err := p.skipIgnored()
		if err != nil {
			return err
		}
		if skipped || p.take(`\Q\E`) {
			continue
		}
		at := p.pos
		var inner sequenceState
		switch {
		case p.has("(?C") && callouts == 0:
			callouts++
			p.pos += len("(?C")
			if err := p.callout(&inner, at); err != nil {
				return err
			}
			continue
		case len(p.rest()) < 4, !p.lookFollows():
			return p.fail(at, min(at+1, len(p.src)), wanted)
		}
		if err := p.groupItem(&inner); err != nil {
			return err
		}
		look, ok := inner.parts[0].(*Look)
		if !ok || look.NonAtomic {
			return p.failHere(at, wanted)
		}
		c.Look = look
		return nil
	}
}

func (p *parser) lookFollows() bool {
	return slices.ContainsFunc([]string{"(?=", "(?!", "(?<=", "(?<!"}, p.has) ||
		p.has("(*") && 'a' <= p.peek(2) && p.peek(2) <= 'z'
}

// versionCondition reads VERSION=n.m or VERSION>=n.m.
func (p *parser) versionCondition(c *Conditional, start int) error {
	const usage = "a version condition is written (?(VERSION>=10.42)…)"
	p.pos += len("VERSION")
	atLeast := p.take(">")
	if !p.take("=") || !isDigit(p.peek(0)) {
		return p.failHere(start, usage)
	}
	from := p.pos
	for isDigit(p.peek(0)) {
		p.pos++
	}
	major, ok := boundedNumber(p.src[from:p.pos], 1000)
	if !ok || p.pos == len(p.src) {
		return p.failHere(start, usage)
	}
	minor := 0
	if p.take(".") {
		if !isDigit(p.peek(0)) {
			return p.failHere(start, usage)
		}
		minor = int(p.peek(0)-'0') * 10
		p.pos++
		if isDigit(p.peek(0)) {
			minor += int(p.peek(0) - '0')
			p.pos++
		}
		if p.peek(0) != ')' {
			return p.failHere(start, usage)
		}
	}
	c.Kind = VersionCheck
	c.Holds = major == versionMajor && minor == versionMinor ||
		atLeast && (major < versionMajor || major == versionMajor && minor < versionMinor)
	return p.closeCondition(start)
}

// nameCondition reads a name, R, R1, R&name or DEFINE.
func (p *parser) nameCondition(c *Conditional, start int) error {
	terminator, ofRecursion := byte(')'), false
	switch {
	case p.take("R&"):
		ofRecursion = true
	case p.take("<"):
		terminator = '>'
	case p.take("'"):
		terminator = '\''
	}
	name, err := p.name(start, terminator)
	if err != nil {
		return err
	}
	at := Extent{start, p.pos}
	c.Kind = GroupSet
	ref := pendingName{at: at, name: name, resolve: func(n []int) { c.Groups = n }}
	switch {
	case ofRecursion:
		c.Kind = InRecursion
	case terminator != ')':
		p.pending = append(p.pending, ref)
		return p.closeCondition(start)
	case name == "DEFINE":
		c.Kind = Define
		return nil
	case name[0] == 'R' && strings.Trim(name[1:], "0123456789") == "":
		ref.recursion = func(group int) {
			c.Kind = InRecursion
			if name != "R" {
				c.Groups = []int{group}
			}
		}
	}
	p.pending = append(p.pending, ref)
	return nil
}

// contains says whether a group lies around a node of the tree.
func contains(g *Group, n Node) bool {
	found := false
	Walk(g.Body, func(x Node) bool {
		found = found || x == n
		return !found
	})
	return found
}

// ancestors is the chain of groups that are being measured, against mutual recursion.
type ancestors []int

func (a ancestors) has(group int) bool { return slices.Contains(a, group) }
