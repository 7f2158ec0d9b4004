package wire

import (
	"bytes"
	"slices"
)

// parseUnsafe splits the request line as httpd does with HttpProtocolOptions Unsafe: any number of spaces separates its
// parts and may follow them, and the line is noted with one between each.
func (h *RequestHead) parseUnsafe() error {
	line := h.Line
	if bytes.IndexByte(line, 0) >= 0 {
		return &Error{Status: 400, Reason: "request line has a NUL"}
	}
	method, rest := cutVisible(line)
	h.Method = method
	switch {
	case len(method) == 0:
		return &Error{Status: 400, Reason: "request line begins with no method"}
	case len(rest) > 0 && !isSpace(rest[0]):
		return &Error{Status: 400, Reason: "method has control bytes"}
	}
	rest, spaced := skipSpaces(rest)
	target, rest := cutVisible(rest)
	h.Target = target
	switch {
	case !spaced || len(rest) > 0 && !isSpace(rest[0]):
		return &Error{Status: 400, Reason: "target has whitespace or control bytes"}
	case len(target) == 0:
		return &Error{Status: 400, Reason: "request line without a target"}
	}
	rest, spaced = skipSpaces(rest)
	version, rest := cutVisible(rest)
	rest, blank := skipSpaces(rest)
	if !spaced || !blank || len(rest) > 0 {
		return &Error{Status: 400, Reason: "request line goes on behind the version"}
	}
	if h.Simple = len(version) == 0; h.Simple {
		h.Line = joinLine(method, target, nil)
		return nil
	}
	h.Line = joinLine(method, target, version)
	if len(version) == 8 && EqualFold(version[:4], "HTTP") {
		version = append([]byte("HTTP"), version[4:]...)
	}
	return h.parseVersion(version)
}

// joinLine writes a request line with single spaces.
func joinLine(parts ...[]byte) []byte {
	if parts[len(parts)-1] == nil {
		parts = parts[:len(parts)-1]
	}
	return bytes.Join(parts, []byte(" "))
}

// cutVisible returns the visible bytes at the start of a line, and what follows them.
func cutVisible(line []byte) (visible, rest []byte) {
	n := 0
	for n < len(line) && classes[line[n]]&inTarget != 0 {
		n++
	}
	return line[:n], line[n:]
}

// skipSpaces drops the whitespace at the start of a line, and says whether it is spaces alone.
func skipSpaces(line []byte) (rest []byte, spaces bool) {
	spaces = true
	for len(line) > 0 && isSpace(line[0]) {
		spaces = spaces && line[0] == ' '
		line = line[1:]
	}
	return line, spaces
}

// splitUnsafe cuts a line at its colon as httpd does with HttpProtocolOptions Unsafe: the name may have any byte but
// whitespace, the value any that ends no line.
func splitUnsafe(line []byte) (Field, error) {
	colon := bytes.IndexByte(line, ':')
	if colon < 1 || bytes.IndexFunc(line[:colon], func(r rune) bool { return r < 0x80 && (r == 0 || isSpace(byte(r))) }) >= 0 {
		return Field{}, &Error{Status: 400, Reason: "field name is missing or has whitespace"}
	}
	value := TrimSpace(line[colon+1:])
	if !unsafeValue(value) {
		return Field{}, &Error{Status: 400, Reason: "field value has line ends"}
	}
	return Field{Name: line[:colon], Value: value}, nil
}

// unsafeValue says whether a value has no byte that ends a text.
func unsafeValue(value []byte) bool {
	return !slices.ContainsFunc(value, endsText)
}

// endsText says whether a byte ends a line or a text of C.
func endsText(c byte) bool { return c == 0 || c >= '\n' && c <= '\r' }
