package static

import (
	"bytes"
	"strconv"

	"github.com/lbconf/lbconf/runtime/wire"
)

// span is a part of a file, both ends included.
type span struct{ start, end int64 }

func (s span) length() int64 { return s.end - s.start + 1 }

const (
	// maxOverlaps bounds the ranges that lie in one another (core: AP_DEFAULT_MAX_OVERLAPS).
	maxOverlaps = 20
	// maxReversals bounds the ranges that begin before the one in front of them (core: AP_DEFAULT_MAX_REVERSALS).
	maxReversals = 20
)

// parseRanges reads a Range field for a file of a size, joining ranges that touch (http: ap_set_byterange). unsatisfiable
// says that none of them lies within the file. No spans mean that the whole is sent.
func parseRanges(field []byte, size int64, most int) (spans []span, unsatisfiable bool) {
	if len(field) < len("bytes=") || !wire.EqualFold(field[:len("bytes=")], "bytes=") || most == 0 || size == 0 {
		return nil, false
	}
	p := rangeParser{size: size}
	for part := range bytes.SplitSeq(field[len("bytes="):], []byte(",")) {
		if len(part) == 0 {
			break
		}
		if all, ok := p.add(part); !ok {
			return nil, false
		} else if all {
			break
		}
	}
	if p.open {
		p.spans = append(p.spans, p.last)
	} else if len(p.spans) == 0 {
		return nil, p.outside
	}
	sum := int64(0)
	for _, s := range p.spans {
		sum += s.length()
	}
	if sum > size || most > 0 && len(p.spans) > most || p.overlaps > maxOverlaps || p.reversals > maxReversals {
		return nil, false
	}
	return p.spans, false
}

type rangeParser struct {
	size  int64
	spans []span
	// last may still grow while open.
	last    span
	open    bool
	outside bool

	overlaps, reversals int
}

// add takes one range. ok is false for one that makes no sense, all says that it is the whole file.
func (p *rangeParser) add(part []byte) (all, ok bool) {
	first, second, found := bytes.Cut(part, []byte("-"))
	if !found {
		return false, false
	}
	s := span{end: p.size - 1}
	if len(first) == 0 {
		n, ok := number(second)
		if !ok || n < 1 {
			return false, false
		}
		s.start = max(p.size-n, 0)
	} else {
		n, ok := number(first)
		if !ok {
			return false, false
		}
		s.start = n
		if len(second) > 0 {
			if s.end, ok = number(second); !ok || s.start > s.end {
				return false, false
			}
		} else if s.start == 0 {
			p.spans, p.last, p.open = nil, s, true
			return true, true
		}
	}
	if s.start >= p.size {
		p.outside = true
		return false, true
	}
	s.end = min(s.end, p.size-1)
	p.join(s)
	return false, true
}

// join adds a span to the last one where they touch, or begins a new one.
func (p *rangeParser) join(s span) {
	if !p.open {
		p.last, p.open = s, true
		return
	}
	old, joined := p.last, s.start >= p.last.start && s.end <= p.last.end
	if s.start < old.start && s.end >= old.start-1 {
		p.last.start = s.start
		p.reversals++
		joined = true
	}
	if s.end >= old.end && s.start <= old.end+1 {
		p.last.end = s.end
		joined = true
	}
	if joined {
		p.overlaps++
		return
	}
	p.spans = append(p.spans, old)
	p.last = s
}

// number reads digits.
func number(text []byte) (int64, bool) {
	n, err := strconv.ParseInt(string(text), 10, 64)
	return n, err == nil && n >= 0 && text[0] != '+'
}
