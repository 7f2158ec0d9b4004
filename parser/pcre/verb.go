package pcre

import "strings"

// starItem reads what begins with "(*" and is not a bare "(*)".
func (p *parser) starItem(s *sequenceState, start int) error {
	from := p.pos
	for IsWord(p.peek(0)) {
		p.pos++
	}
	name := p.src[from:p.pos]
	if c := p.src[from]; 'a' <= c && c <= 'z' {
		return p.alphaAssertion(s, start, name)
	}
	return p.verb(s, start, name)
}

// alphaAssertion reads (*pla:…) and its kin, which spell a group in letters.
func (p *parser) alphaAssertion(s *sequenceState, start int, name string) error {
	const known = "pla, plb, nla, nlb, napla, naplb, atomic, sr, asr"
	if len(name) > maxNameLength || !p.take(":") {
		return p.failHere(start, `"(*%s" is not followed by ":"; the names are %s, and a literal star is "\*"`, name, known)
	}
	look := &Look{Extent: Extent{Start: start}}
	switch name {
	case "atomic":
		return p.plainGroup(s, start, Atomic)
	case "sr", "script_run", "asr", "atomic_script_run":
		return p.plainGroup(s, start, ScriptRun)
	case "pla", "positive_lookahead":
	case "nla", "negative_lookahead":
		look.Negative = true
	case "napla", "non_atomic_positive_lookahead":
		look.NonAtomic = true
	case "plb", "positive_lookbehind":
		look.Behind = true
	case "nlb", "negative_lookbehind":
		look.Behind, look.Negative = true, true
	case "naplb", "non_atomic_positive_lookbehind":
		look.Behind, look.NonAtomic = true, true
	default:
		return p.failHere(start, "%q names no kind of group; the names are %s", name, known)
	}
	return p.lookGroup(s, look, true)
}

// verb reads (*NAME) or (*NAME:argument).
func (p *parser) verb(s *sequenceState, start int, name string) error {
	const known = "ACCEPT, FAIL, COMMIT, MARK, PRUNE, SKIP and THEN"
	canonical := name
	switch name {
	case "ACCEPT", "FAIL", "COMMIT", "MARK", "PRUNE", "SKIP", "THEN":
	case "F":
		canonical = "FAIL"
	case "":
		canonical = "MARK"
		if p.peek(0) != ':' {
			canonical = ""
		}
	default:
		canonical = ""
	}
	if canonical == "" || p.peek(0) != ':' && p.peek(0) != ')' {
		return p.failHere(start, `"(*%s" is no backtracking verb; there are %s, and UTF and the like at the very start only`, name, known)
	}
	argument := ""
	if p.take(":") {
		inside, _, closed := strings.Cut(p.rest(), ")")
		if !closed {
			return p.fail(start, len(p.src), `the verb is not closed; write ")" after it`)
		}
		if len(inside) > maxVerbLength {
			return p.fail(start, p.pos+len(inside), "the name in a verb has at most %d bytes", maxVerbLength)
		}
		argument = inside
		p.pos += len(inside)
	}
	p.pos++
	if canonical == "MARK" && argument == "" {
		return p.failHere(start, "(*MARK) must have a name: (*MARK:name)")
	}
	s.push(&Verb{Extent{start, p.pos}, canonical, argument}, canonical == "ACCEPT")
	return nil
}
