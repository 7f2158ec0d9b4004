package regex

import "github.com/lbconf/lbconf/parser/pcre"

// repeat emits a quantified item: one instruction for single bytes, copies and a loop for the rest, as PCRE2 does.
func (c *compiler) repeat(n *pcre.Repeat) error {
	if set, ok := byteSet(n.Body); ok {
		op := opRun
		switch n.Mode {
		case pcre.Greedy:
		case pcre.Lazy:
			op = opRunLazy
		case pcre.Possessive:
			op = opRunAll
		}
		c.emit(instruction{op: op, n: c.addSet(set), min: n.Min, max: n.Max})
		return nil
	}
	low, high := n.Min, n.Max
	if _, look := n.Body.(*pcre.Look); look {
		// A second round of a look-around finds what the first one found.
		low = min(low, 1)
		if high != 0 {
			high = 1
		}
	}
	if n.Mode == pcre.Possessive {
		return c.nested(func() error { return c.copies(n.Body, low, high, false) })
	}
	return c.copies(n.Body, low, high, n.Mode == pcre.Lazy)
}

// copies writes a body out as often as it must match, then what may follow.
func (c *compiler) copies(body pcre.Node, low, high int, lazy bool) error {
	must := low
	if high == pcre.Unlimited && low > 0 {
		must-- // the loop runs once at least
	}
	for range must {
		if err := c.node(body); err != nil {
			return err
		}
	}
	if high != pcre.Unlimited {
		return c.optional(body, high-low, lazy)
	}
	if low > 0 {
		return c.loop(body, lazy)
	}
	skip := c.split(lazy)
	if err := c.loop(body, lazy); err != nil {
		return err
	}
	c.land(skip, lazy)
	return nil
}

// split emits a choice between going on and leaving for a place that land fills in.
func (c *compiler) split(lazy bool) int {
	at := c.emit(instruction{op: opSplit})
	if lazy {
		c.code[at].y = at + 1
	} else {
		c.code[at].x = at + 1
	}
	return at
}

func (c *compiler) land(at int, lazy bool) {
	if lazy {
		c.code[at].x = len(c.code)
	} else {
		c.code[at].y = len(c.code)
	}
}

// optional writes up to count further copies, each inside the one before.
func (c *compiler) optional(body pcre.Node, count int, lazy bool) error {
	var skips []int
	for range count {
		skips = append(skips, c.split(lazy))
		if err := c.node(body); err != nil {
			return err
		}
	}
	for _, at := range skips {
		c.land(at, lazy)
	}
	return nil
}

// loop writes a body that matches once or more often. A round that matched nothing is the last one.
func (c *compiler) loop(body pcre.Node, lazy bool) error {
	again := len(c.code)
	number, end := -1, -1
	if pcre.CanBeEmpty(body) {
		number = 3*(c.groups+1) + c.loops
		c.loops++
		c.emit(instruction{op: opLoopEnter, n: number})
	}
	if err := c.node(body); err != nil {
		return err
	}
	if number >= 0 {
		end = c.emit(instruction{op: opLoopEnd, n: number})
	}
	at := c.emit(instruction{op: opSplit, x: again, y: again})
	c.land(at, lazy)
	if end >= 0 {
		c.code[end].y = len(c.code)
	}
	return nil
}

// conditional writes the branch that can be taken, or both with a question before them.
func (c *compiler) conditional(n *pcre.Conditional) error {
	switch n.Kind {
	case pcre.Define:
		return nil
	case pcre.InRecursion:
		return c.node(n.No) // there is no recursion here
	case pcre.VersionCheck:
		if n.Holds {
			return c.node(n.Yes)
		}
		return c.node(n.No)
	case pcre.GroupSet:
		c.forgetful = true
		c.refs = append(c.refs, n.Groups)
		at := c.emit(instruction{op: opIfSet, n: len(c.refs) - 1})
		c.code[at].x = len(c.code)
		return c.yesNo(n, func(no int) { c.code[at].y = no })
	case pcre.LookAround:
		at := len(c.code)
		if err := c.look(n.Look, opIfLook); err != nil {
			return err
		}
		return c.yesNo(n, func(no int) { c.code[at].min = no })
	}
	return c.refuse(n, "this condition")
}

func (c *compiler) yesNo(n *pcre.Conditional, setNo func(int)) error {
	if err := c.node(n.Yes); err != nil {
		return err
	}
	end := c.emit(instruction{op: opJump})
	setNo(len(c.code))
	if err := c.node(n.No); err != nil {
		return err
	}
	c.code[end].x = len(c.code)
	return nil
}

// newline writes \R: "\r\n" before any single newline, and never entered again.
func (c *compiler) newline() error {
	return c.nested(func() error {
		return c.alternatives(2, func(i int) error {
			if i == 0 {
				c.texts = append(c.texts, "\r\n")
				c.emit(instruction{op: opText, n: len(c.texts) - 1})
				return nil
			}
			var set pcre.ByteSet
			set.AddRange('\n', '\r')
			set.Add(0x85)
			c.emit(instruction{op: opSet, n: c.addSet(set)})
			return nil
		})
	})
}

// fixedLength measures a branch of a look-behind; the parser has made sure that it has one length, but not that it can be
// known without running it.
func fixedLength(n pcre.Node) (int, bool) {
	switch n := n.(type) {
	case *pcre.Literal:
		return len(n.Text), true
	case *pcre.Class, *pcre.AnyByte, *pcre.Property:
		return 1, true
	case *pcre.Assertion, *pcre.Look, *pcre.Callout:
		return 0, true
	case *pcre.Group:
		return fixedLength(n.Body)
	case *pcre.Alternate:
		return fixedLength(n.Branches[0])
	case *pcre.Concat:
		total := 0
		for _, part := range n.Parts {
			length, ok := fixedLength(part)
			if !ok {
				return 0, false
			}
			total += length
		}
		return total, true
	case *pcre.Repeat:
		length, ok := fixedLength(n.Body)
		return length * n.Min, ok
	case *pcre.BackReference, *pcre.Recursion, *pcre.Conditional, *pcre.Newline, *pcre.Grapheme, *pcre.KeepOut, *pcre.Verb:
	}
	return 0, false
}

// tighten makes runs final whose shorter forms cannot lead anywhere: what follows cannot match a byte of the run.
func (c *compiler) tighten() {
	for at := range c.code {
		in := &c.code[at]
		if in.op == opRun && c.excludes(at+1, c.sets[in.n]) {
			in.op = opRunAll
		}
	}
}

// excludes says whether the code from an instruction on cannot match where a byte of the set comes next, or has nothing
// left to match.
func (c *compiler) excludes(at int, set pcre.ByteSet) bool {
	for {
		in := &c.code[at]
		var next pcre.ByteSet
		switch in.op {
		case opOpen, opClose:
			at++
			continue
		case opJump:
			at = in.x
			continue
		case opMatch:
			return true
		case opAssert:
			return in.kind == pcre.EndText
		case opByte:
			next.Add(in.b)
		case opText:
			next.Add(c.texts[in.n][0])
		case opTextFold:
			first := c.texts[in.n][0]
			next.Add(first)
			if isLetter(first) {
				next.Add(first ^ 0x20)
			}
		case opSet:
			next = c.sets[in.n]
		case opFail, opRun, opRunLazy, opRunAll, opSplit, opLoopEnter, opLoopEnd, opNested, opLook, opBack, opBackRef,
			opBackRefFold, opKeep, opIfSet, opIfLook:
			return false
		}
		return !set.Overlaps(next)
	}
}
