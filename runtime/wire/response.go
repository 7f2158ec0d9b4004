package wire

import (
	"bytes"
	"errors"
)

// ResponseHead is the head of a response. Its slices are parts of the buffer that was parsed.
type ResponseHead struct {
	// StatusLine is what follows the version: "200 OK". It ends with a space when there is no reason.
	StatusLine []byte
	// Status is the code, 0 to 999.
	Status int
	// Reason is what follows the code, without the space between; it may be empty.
	Reason []byte
	// Minor is the minor version.
	Minor int
	// Simple marks a response without a head (HTTP/0.9): all bytes are the body.
	Simple bool
	// Fields are the fields as they were sent. Values that were folded are joined.
	Fields Fields
	// LineBytes is the length of the status line without its end (mod_proxy counts it as read).
	LineBytes int

	scan scanner
}

// maxResponseFields bounds the fields of a response, and with them the work that they make. httpd has no such bound; what
// sends as many is no backend that means well.
const maxResponseFields = 1000

// ErrNoStatusLine is what Parse returns for blank lines, or one with a NUL, in the place of a status line.
var ErrNoStatusLine = errors.New("no line in the place of a status line")

// Reset makes the head ready for the next response; it keeps the room for fields.
func (h *ResponseHead) Reset() { *h = ResponseHead{Fields: h.Fields[:0]} }

// BadHeader says what a line without a colon in a response's head does (mod_proxy: ProxyBadHeader). The zero value is the
// default.
type BadHeader uint8

// The values of ProxyBadHeader.
const (
	// BadHeaderIsError refuses the response.
	BadHeaderIsError BadHeader = iota
	// BadHeaderIgnore leaves the line out.
	BadHeaderIgnore
	// BadHeaderStartBody begins the body behind the line, which is lost.
	BadHeaderStartBody
)

// Parse reads a head from the start of buf and returns its length. It returns 0 and no error when the head is not
// complete; the caller calls again with the same bytes and more behind them, or calls Reset first. Lines may end with a
// line feed alone. limit bounds a line (mod_proxy: responsefieldsize, default 8192). An error is an *Error or
// ErrNoStatusLine.
func (h *ResponseHead) Parse(buf []byte, limit int, bad BadHeader) (int, error) {
	if !h.scan.worthwhile(buf, limit) {
		return 0, nil
	}
	scan := h.scan
	h.Reset()
	h.scan = scan
	line, pos := cutLoose(buf)
	if pos > 0 && len(line) == 0 { // one stray blank line is tolerated
		blank := pos
		line, pos = cutLoose(buf[blank:])
		switch {
		case pos == 0:
			return h.partial(buf[blank:], limit)
		case len(line) == 0:
			return 0, ErrNoStatusLine
		}
		pos += blank
	}
	if pos == 0 {
		return h.partial(buf, limit)
	}
	if bytes.IndexByte(line[:min(len(line), limit+1)], 0) >= 0 {
		return 0, ErrNoStatusLine
	}
	if !h.parseStatus(line) {
		h.simple()
		return 0, nil
	}
	if line[5] != '1' || len(line) >= limit-1 {
		return 0, &Error{Status: 502, Reason: "Corrupt status line returned by remote server: " + string(line)}
	}
	if len(line) > 12 && (line[12] != ' ' || !all(h.Reason, inValue)) {
		h.useUsualReason()
	}
	end, err := h.parseFields(buf, pos, limit, bad)
	if err == nil && bytes.IndexByte(buf[pos:max(pos, end)], 0) >= 0 {
		return 0, &Error{Status: 502, Reason: "header line with a NUL"}
	}
	return end, err
}

// partial decides about a buffer without a whole line: what cannot become a status line is a body without a head.
func (h *ResponseHead) partial(buf []byte, limit int) (int, error) {
	if len(buf) > limit {
		if bytes.IndexByte(buf[:limit+1], 0) >= 0 {
			return 0, ErrNoStatusLine
		}
		if h.parseStatus(buf) {
			return 0, &Error{Status: 502, Reason: "Corrupt status line returned by remote server: " + string(buf[:limit])}
		}
		h.simple()
	}
	return 0, nil
}

// simple makes h the head of a response without one.
func (h *ResponseHead) simple() {
	h.Simple, h.Status, h.StatusLine, h.Reason = true, 200, []byte("200 OK"), []byte("OK")
}

// parseStatus takes a line of the form "HTTP/d.d ddd…" and says whether it is one.
func (h *ResponseHead) parseStatus(line []byte) bool {
	if len(line) < 12 || string(line[:5]) != "HTTP/" || !digit(line[5]) || line[6] != '.' || !digit(line[7]) ||
		line[8] != ' ' || !digit(line[9]) || !digit(line[10]) || !digit(line[11]) {
		return false
	}
	h.Minor = int(line[7] - '0')
	h.Status = int(line[9]-'0')*100 + int(line[10]-'0')*10 + int(line[11]-'0')
	h.StatusLine, h.LineBytes = line[9:], len(line)
	if len(line) > 12 {
		h.Reason = line[13:]
	}
	return true
}

// useUsualReason replaces a reason that could be read as something else than a reason (httpd: validate_status_line).
func (h *ResponseHead) useUsualReason() {
	h.StatusLine = append(AppendInt(nil, int64(h.Status)), ' ')
	h.StatusLine = append(h.StatusLine, UsualReason(h.Status)...)
	h.Reason = h.StatusLine[4:]
}

// cutLoose returns the line at the start of buf, without its end, and its length with it; the length is 0 when the line
// is not complete.
func cutLoose(buf []byte) (line []byte, n int) {
	end := bytes.IndexByte(buf, '\n')
	if end < 0 {
		return nil, 0
	}
	line = buf[:end]
	if end > 0 && buf[end-1] == '\r' {
		line = buf[:end-1]
	}
	return line, end + 1
}

var colon = []byte(":")

func (h *ResponseHead) parseFields(buf []byte, pos, limit int, bad BadHeader) (int, error) {
	whole, joined := false, 0
	for {
		line, n := cutLoose(buf[pos:])
		switch {
		case n == 0 && len(buf)-pos > limit, len(line) >= limit && n > 0:
			return 0, &Error{Status: 502, Reason: "header line too long"}
		case n == 0:
			return 0, nil
		case len(line) == 0:
			return pos + n, nil
		case (line[0] == ' ' || line[0] == '\t') && len(h.Fields) > 0:
			if whole = whole || complete(buf[pos:]); !whole {
				return 0, nil // folding changes the buffer, which only the last attempt may do
			}
			if joined += len(line); joined >= limit {
				return 0, &Error{Status: 502, Reason: "header line too long"}
			}
			field := &h.Fields[len(h.Fields)-1]
			field.Value = trimResponse(append(field.Value, line...)) //nolint:gocritic // the line's end makes room
			pos += n
			continue
		}
		name, value, found := bytes.Cut(line, colon)
		if !found {
			start, err := badLine(line, bad)
			switch {
			case err != nil:
				return 0, err
			case start:
				return pos + n, nil
			}
			pos += n
			continue
		}
		if len(h.Fields) == maxResponseFields {
			return 0, &Error{Status: 502, Reason: "too many header lines"}
		}
		h.Fields = append(h.Fields, Field{Name: name, Value: trimResponse(value)})
		joined = len(line)
		pos += n
	}
}

// badLine decides about a line without a colon. A second status line is left out whatever the setting.
func badLine(line []byte, bad BadHeader) (startsBody bool, err error) {
	var status ResponseHead
	if status.parseStatus(line) {
		return false, nil
	}
	switch bad {
	case BadHeaderIgnore:
	case BadHeaderStartBody:
		return true, nil
	case BadHeaderIsError:
		return false, &Error{Status: 502, Reason: "header line without a colon"}
	}
	return false, nil
}

// complete says whether buf, which starts with a line, has an empty line.
func complete(buf []byte) bool {
	for {
		line, n := cutLoose(buf)
		if n == 0 {
			return false
		}
		if len(line) == 0 {
			return true
		}
		buf = buf[n:]
	}
}

// trimResponse returns a value without the bytes around it that C's isspace knows.
func trimResponse(b []byte) []byte {
	for len(b) > 0 && isSpace(b[0]) {
		b = b[1:]
	}
	for len(b) > 0 && isSpace(b[len(b)-1]) {
		b = b[:len(b)-1]
	}
	return b
}

func isSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }
