package pcre

// quantifier reads *, +, ? or {n,m} and applies it to the item before.
func (p *parser) quantifier(s *sequenceState) error {
	start := p.pos
	r := &Repeat{Extent: Extent{Start: start}, Max: Unlimited}
	switch p.peek(0) {
	case '*':
		p.pos++
	case '+':
		p.pos++
		r.Min = 1
	case '?':
		p.pos++
		r.Max = 1
	default:
		low, high, _, err := p.repeatCounts(p.pos + 1)
		if err != nil {
			return err
		}
		r.Min, r.Max = low, high
		for p.peek(0) != '}' {
			p.pos++
		}
		p.pos++
	}
	if !s.repeatable {
		text := p.src[start:p.pos]
		return p.fail(start, p.pos, `quantifier %q has nothing to repeat; put an item before it, or write "\%s" for the literal text`, text, text)
	}
	last := len(s.parts) - 1
	r.Body = s.parts[last]
	r.Start, _ = r.Body.Span()
	r.End = p.pos
	if p.opt.ungreedy {
		r.Mode = Lazy
	}
	s.parts[last] = r
	s.repeatable = false
	s.quantified = r
	return nil
}

// modifier reads the ? or + behind a quantifier.
func (p *parser) modifier(s *sequenceState, c byte) {
	p.pos++
	switch {
	case c == '+':
		s.quantified.Mode = Possessive
	case p.opt.ungreedy:
		s.quantified.Mode = Greedy
	default:
		s.quantified.Mode = Lazy
	}
	s.quantified.End = p.pos
	s.quantified = nil
	s.repeatable = false
}

// repeatCounts reads the inside of {n}, {n,} or {n,m} from an offset without moving. Anything else in braces is
// literal text to PCRE2 10.42, {,m} too.
func (p *parser) repeatCounts(from int) (low, high int, ok bool, err error) {
	end := from
	comma := -1
	for ; end < len(p.src) && p.src[end] != '}'; end++ {
		switch c := p.src[end]; {
		case c == ',' && comma < 0:
			comma = end
		case !isDigit(c):
			return 0, 0, false, nil
		}
	}
	if end == len(p.src) || end == from || comma == from {
		return 0, 0, false, nil
	}
	lowEnd := end
	if comma >= 0 {
		lowEnd = comma
	}
	low, ok = boundedNumber(p.src[from:lowEnd], maxRepeat)
	high = low
	if ok && comma >= 0 {
		high = Unlimited
		if comma+1 < end {
			high, ok = boundedNumber(p.src[comma+1:end], maxRepeat)
		}
	}
	if !ok {
		return 0, 0, false, p.fail(from, end, "a repeat count is at most %d", maxRepeat)
	}
	if high != Unlimited && high < low {
		return 0, 0, false, p.fail(from, end, "repeat counts are out of order: %d is more than %d; write {%d,%d}", low, high, high, low)
	}
	return low, high, true, nil
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// boundedNumber reads decimal digits and says whether the value is within the limit.
func boundedNumber(digits string, limit int) (int, bool) {
	n := 0
	for _, d := range []byte(digits) {
		n = n*10 + int(d-'0')
		if n > limit {
			return 0, false
		}
	}
	return n, true
}
