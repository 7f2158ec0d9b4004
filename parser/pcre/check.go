package pcre

import (
	"errors"
	"slices"
)

// check judges what needs the whole pattern: references, look-behinds, the size.
func (p *parser) check(pat *Pattern) error {
	p.groups = pat.groups
	if err := p.resolveNames(); err != nil {
		return err
	}
	if err := p.checkBehinds(pat.Root, nil, new(int)); err != nil {
		return err
	}
	const frame = 3 + 3 + 1 // the whole is a group, and has an end
	if compiledSize(pat.Root)+frame > maxCompiled {
		return p.fail(0, len(p.src), "the pattern is too large: PCRE2 compiles it to more than %d bytes; large repeat counts multiply what they repeat", maxCompiled)
	}
	return nil
}

var (
	errNotFixed   = errors.New("not fixed")
	errTooLong    = errors.New("too long")
	errTooComplex = errors.New("too complex")
)

// checkBehinds judges the look-behinds below a node, but not those inside others: what PCRE2 skips there stays unjudged.
func (p *parser) checkBehinds(n Node, above ancestors, steps *int) error {
	var err error
	Walk(n, func(n Node) bool {
		look, ok := n.(*Look)
		if err != nil || !ok || !look.Behind {
			return err == nil
		}
		err = p.checkBehind(look, above, steps)
		return false
	})
	return err
}

// checkBehind wants each branch of a look-behind to have one length, as PCRE2 10.42 does.
func (p *parser) checkBehind(look *Look, above ancestors, steps *int) error {
	branches := []Node{look.Body}
	if alt, ok := look.Body.(*Alternate); ok {
		branches = alt.Branches
	}
	for _, branch := range branches {
		_, err := p.branchLength(branch, above, steps)
		_, positioned := errors.AsType[*Error](err)
		switch {
		case err == nil:
		case positioned:
			return err
		case errors.Is(err, errTooLong):
			return p.fail(look.Start, look.End, "the look-behind is longer than %d bytes", maxLookbehind)
		case errors.Is(err, errTooComplex):
			return p.fail(look.Start, look.End, "the look-behind is too complicated for PCRE2; use a shorter one")
		default:
			return p.fail(look.Start, look.End, "a look-behind must have a fixed length in each branch; write alternatives of fixed length, or a look-ahead")
		}
	}
	return nil
}

// branchLength measures a branch of a group; PCRE2 gives up after a number of them.
func (p *parser) branchLength(n Node, above ancestors, steps *int) (int, error) {
	if *steps++; *steps > maxLookSteps {
		return 0, errTooComplex
	}
	return p.length(n, above, steps)
}

// length returns the one length in bytes of everything that a node can match.
func (p *parser) length(n Node, above ancestors, steps *int) (int, error) {
	switch n := n.(type) {
	case *Literal:
		return p.literalLength(n), nil
	case *Class, *AnyByte, *Property:
		return 1, nil
	case *Assertion, *Callout, *KeepOut, *Verb:
		return 0, nil
	case *Concat:
		return p.concatLength(n, above, steps)
	case *Alternate:
		return p.sameLength(n.Branches, above, steps)
	case *Group:
		if _, several := n.Body.(*Alternate); several {
			return p.length(n.Body, above, steps)
		}
		return p.branchLength(n.Body, above, steps)
	case *Repeat:
		return p.repeatLength(n, above, steps)
	case *Look:
		if n.Behind {
			return 0, p.checkBehind(n, above, steps)
		}
		return 0, p.checkBehinds(n.Body, above, steps)
	case *BackReference:
		if p.resetOn || len(n.Groups) != 1 {
			return 0, errNotFixed
		}
		return p.groupLength(n, n.Groups[0], above, steps)
	case *Recursion:
		return p.groupLength(n, n.Group, above, steps)
	case *Conditional:
		if n.Kind == Define {
			return 0, nil
		}
		if n.Look != nil {
			if _, err := p.length(n.Look, above, steps); err != nil {
				return 0, err
			}
		}
		if !n.HasNo {
			return p.length(n.Yes, above, steps)
		}
		return p.sameLength([]Node{n.Yes, n.No}, above, steps)
	case *Newline, *Grapheme:
		return 0, errNotFixed
	}
	return 0, errNotFixed
}

// literalLength counts characters, which are bytes unless the pattern says (*UTF).
func (p *parser) literalLength(n *Literal) int {
	if p.utf {
		return len([]rune(n.Text))
	}
	return len(n.Text)
}

func (p *parser) concatLength(n *Concat, above ancestors, steps *int) (int, error) {
	total := 0
	for _, part := range n.Parts {
		if v, ok := part.(*Verb); ok && (v.Name == "ACCEPT" || v.Name == "FAIL") {
			return total, nil
		}
		length, err := p.length(part, above, steps)
		if err != nil {
			return 0, err
		}
		if total += length; total > maxLookbehind {
			return 0, errTooLong
		}
	}
	return total, nil
}

func (p *parser) sameLength(branches []Node, above ancestors, steps *int) (int, error) {
	first := -1
	for _, branch := range branches {
		length, err := p.branchLength(branch, above, steps)
		if err != nil {
			return 0, err
		}
		if first >= 0 && length != first {
			return 0, errNotFixed
		}
		first = length
	}
	return first, nil
}

func (p *parser) repeatLength(n *Repeat, above ancestors, steps *int) (int, error) {
	length, err := p.length(n.Body, above, steps)
	if err != nil {
		return 0, err
	}
	if look, ok := n.Body.(*Look); ok && !look.Behind {
		return 0, nil
	}
	if n.Min != n.Max {
		return 0, errNotFixed
	}
	if length*n.Min > maxLookbehind {
		return 0, errTooLong
	}
	return length * n.Min, nil
}

// groupLength measures the group that a reference or a call names.
func (p *parser) groupLength(at Node, group int, above ancestors, steps *int) (int, error) {
	g := p.captures[group]
	if g == nil || above.has(group) || contains(g, at) {
		return 0, errNotFixed
	}
	return p.length(g.Body, append(slices.Clip(above), group), steps)
}

// compiledSize estimates the bytes of PCRE2's compiled form. Repeated groups are written out as often as they must
// match, so sizes multiply; the estimate saturates above the limit.
func compiledSize(n Node) int {
	const bracket, reverse = 3 + 3, 3
	size := 0
	switch n := n.(type) {
	case *Literal:
		return 2 * len(n.Text)
	case *Class:
		switch {
		case n.Set.Len() == 1 || n.Set.Len() == 255:
			return 2
		case n.End-n.Start == len(`\w`), n.End-n.Start == len("[[:<:]]") && n.Set == wordSet():
			return 1 // a type of characters
		}
		return 33
	case *AnyByte, *Assertion, *KeepOut, *Newline, *Grapheme:
		return 1
	case *Property, *BackReference, *Recursion:
		return 3
	case *Verb:
		return 1
	case *Callout:
		return 6
	case *Concat:
		for _, part := range n.Parts {
			size = min(size+compiledSize(part), maxCompiled+1)
		}
		return size
	case *Alternate:
		for _, branch := range n.Branches {
			size = min(size+compiledSize(branch)+3, maxCompiled+1)
		}
		return size
	case *Group:
		if n.Kind == Capture {
			return compiledSize(n.Body) + bracket + 2
		}
		return compiledSize(n.Body) + bracket
	case *Look:
		size = compiledSize(n.Body) + bracket
		if alt, ok := n.Body.(*Alternate); ok && n.Behind {
			size += reverse * len(alt.Branches)
		} else if n.Behind {
			size += reverse
		}
		return size
	case *Conditional:
		size = compiledSize(n.Yes) + compiledSize(n.No) + 2*bracket
		if n.Look != nil {
			size += compiledSize(n.Look)
		}
		return size
	case *Repeat:
		return repeatSize(n)
	}
	return size
}

// repeatSize knows that one byte or a class repeats by a count, and a group by copies.
func repeatSize(n *Repeat) int {
	body := compiledSize(n.Body)
	most := n.Max
	switch inner := n.Body.(type) {
	case *Group, *Conditional, *Recursion:
	case *Look:
		if most == Unlimited {
			most = n.Min + 1 // more makes no difference to what PCRE2 compiles
		}
	case *Verb:
		if inner.Name != "ACCEPT" {
			return body + 5
		}
		body += 6 // PCRE2 puts a group around it
	case *Literal, *Class, *AnyByte, *Assertion, *Concat, *Alternate, *Repeat, *BackReference, *Newline, *Grapheme,
		*Property, *KeepOut, *Callout:
		return body + 5
	}
	copies := max(n.Min, 1)
	if most != Unlimited {
		copies = max(most, 1)
		body += 7 * (most - n.Min) / copies
	}
	return min(copies*body, maxCompiled+1)
}
