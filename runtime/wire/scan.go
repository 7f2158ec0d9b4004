package wire

import "bytes"

// headEnd ends a head.
var headEnd = []byte("\r\n\r\n")

// scanner tells when it is worth while to parse a head that was incomplete at the first attempt, so that a peer that
// sends a byte at a time costs a look at that byte and not at the whole head. The zero value is ready for use.
type scanner struct {
	started bool
	// pos is the first byte that was not looked at, line the start of its line.
	pos, line int
	// text says that a line that is not empty was seen.
	text bool
}

// worthwhile says whether buf may hold what was missing at the last call: a line that ends the head or breaks a rule.
func (s *scanner) worthwhile(buf []byte, limit int) bool {
	if !s.started {
		s.started = true
		return true
	}
	for {
		i := bytes.IndexByte(buf[s.pos:], '\n')
		if i < 0 {
			s.pos = len(buf)
			return len(buf)-s.line > limit
		}
		end := s.pos + i
		length := end - s.line
		s.pos, s.line = end+1, end+1
		bare := length == 0 || buf[end-1] != '\r'
		first := !s.text && length > 1
		s.text = s.text || first
		if bare || first || length == 1 || length > limit {
			return true
		}
	}
}
