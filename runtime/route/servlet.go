package route

import "slices"

// MatchServlet says how much of an encoded path a ProxyPass path with mapping=servlet covers: the number of bytes of uri, or 0
// for no match. The parameters of segments (;name=value) do not count, nor do empty segments and those of dots. Those of the
// last segment that is covered are not among the bytes, so that they are passed on. clean is uri without all of them, which
// sections are compared with; it is appended to dst.
func MatchServlet(dst, uri []byte, path string) (n int, clean []byte) {
	if uri[0] != '/' || path == "" || path[0] != '/' {
		return 0, dst
	}
	m := servletMatch{uri: uri, path: path, clean: append(dst, '/'), start: len(dst), at: 1, alias: 1, first: 1}
	for m.at < len(uri) {
		if !m.step() {
			return 0, dst
		}
	}
	if m.alias < len(path) {
		return 0, dst
	}
	if slices.Contains(m.segments[:m.depth], mismatch) {
		return 0, dst
	}
	return m.covered(), m.clean
}

// mismatch is a segment that differs from that of the path of the mapping.
const mismatch = 0

// servletMatch is a comparison in work (mod_proxy: alias_match_servlet).
type servletMatch struct {
	uri   []byte
	path  string
	clean []byte
	start int
	// at is a place in uri, alias one in path; first is where the slashes before the next segment end, 0 where they do not count.
	at, alias, first int
	// depth is the number of segments of path that were met, segments are those of uri: where each begins, mismatch, or less
	// than that where the parameters begin that are to be kept.
	depth    int
	segments []int
}

func (m *servletMatch) byteAt(i int) byte {
	if i < len(m.uri) {
		return m.uri[i]
	}
	return 0
}

func (m *servletMatch) aliasAt(i int) byte {
	if i < len(m.path) {
		return m.path[i]
	}
	return 0
}

// endsSegment says whether a byte ends the name of a segment.
func endsSegment(c byte) bool { return c == '/' || c == ';' || c == 0 }

// step goes on by a byte or by what is left out; false is a path that leaves the root.
func (m *servletMatch) step() bool {
	if m.uri[m.at] == ';' {
		for m.at++; m.at < len(m.uri) && m.uri[m.at] != '/'; m.at++ {
		}
		return true
	}
	if m.clean[len(m.clean)-1] == '/' {
		switch {
		case m.uri[m.at] == '/':
			for m.byteAt(m.at) == '/' {
				m.at++
			}
			return true
		case m.uri[m.at] == '.' && endsSegment(m.byteAt(m.at+1)):
			m.skip(1)
			return true
		case m.uri[m.at] == '.' && m.byteAt(m.at+1) == '.' && endsSegment(m.byteAt(m.at+2)):
			return m.leave()
		}
		m.enter()
	}
	m.compare()
	if m.uri[m.at] == '/' {
		m.first = m.at + 1
	}
	m.clean = append(m.clean, m.uri[m.at])
	m.at++
	return true
}

// skip goes behind a segment of n dots.
func (m *servletMatch) skip(n int) {
	if m.at += n; m.byteAt(m.at) == '/' {
		m.at++
	}
}

// leave goes up by a segment.
func (m *servletMatch) leave() bool {
	if len(m.clean)-m.start == 1 {
		return false
	}
	m.clean = m.clean[:len(m.clean)-1]
	for m.clean[len(m.clean)-1] != '/' {
		m.clean = m.clean[:len(m.clean)-1]
	}
	if m.depth == len(m.segments) {
		if m.alias == len(m.path) {
			m.alias--
		}
		for m.alias > 0 && m.path[m.alias] == '/' {
			m.alias--
		}
		for m.alias > 0 && m.path[m.alias-1] != '/' {
			m.alias--
		}
		m.depth--
	}
	if len(m.segments) > 0 {
		m.segments = m.segments[:len(m.segments)-1]
	}
	m.skip(2)
	m.first = 0
	return true
}

// enter begins a segment.
func (m *servletMatch) enter() {
	begin := m.at
	if m.first != 0 {
		for m.byteAt(m.first) == '/' {
			m.first++
		}
		begin = m.first
	}
	m.segments = append(m.segments, begin)
	if m.alias == len(m.path) {
		return
	}
	if m.path[m.alias-1] != '/' {
		for m.alias++; m.path[m.alias-1] != '/' && m.alias < len(m.path); m.alias++ {
		}
	}
	for m.aliasAt(m.alias) == '/' {
		m.alias++
	}
	if m.alias < len(m.path) {
		m.depth++
	}
}

// compare compares a byte with that of the path of the mapping.
func (m *servletMatch) compare() {
	c := m.aliasAt(m.alias)
	if c == 0 {
		return
	}
	if m.depth > 0 && m.depth <= len(m.segments) && m.segments[m.depth-1] != mismatch {
		m.judge(c)
	}
	if c != '/' || m.uri[m.at] == '/' { // a longer segment of uri is awaited
		m.alias++
	}
}

// judge marks the segment by a byte of the path of the mapping.
func (m *servletMatch) judge(c byte) {
	segment := &m.segments[m.depth-1]
	switch next := m.byteAt(m.at + 1); {
	case c != m.uri[m.at]:
		*segment = mismatch
	case m.alias+1 < len(m.path) || c == '/':
	case next == ';':
		*segment = -(m.at + 1)
	case next != '/' && next != 0:
		*segment = mismatch
	}
}

// covered is where what is passed on begins.
func (m *servletMatch) covered() int {
	n := m.at
	if m.depth < len(m.segments) {
		n = m.segments[m.depth]
		if m.depth > 0 && m.segments[m.depth-1] < 0 {
			n = -m.segments[m.depth-1]
		}
	}
	if n > 0 && m.path[m.alias-1] != '/' && m.uri[n-1] == '/' {
		n--
	}
	return n
}
