package fcgi

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/runtime/wire"
)

// Finder finds the end of a head that comes in pieces (mod_proxy_fcgi: handle_headers). The zero value is ready for use.
type Finder struct{ state findState }

type findState uint8

const (
	inLine findState = iota
	gotCR
	gotCRLF
	gotCRLFCR
	gotLF
	ended
)

// Find says whether the head ends in a piece. Two line ends of one kind end it, CRLF or LF; a mixture does not.
func (f *Finder) Find(piece []byte) bool {
	for _, c := range piece {
		if f.state = f.state.next(c); f.state == ended {
			return true
		}
	}
	return false
}

func (s findState) next(c byte) findState {
	switch {
	case c == '\r' && s == gotCRLF:
		return gotCRLFCR
	case c == '\r':
		return gotCR
	case c != '\n':
		return inLine
	case s == gotLF, s == gotCRLFCR:
		return ended
	case s == gotCR:
		return gotCRLF
	}
	return gotLF
}

// Head is the head that a script wrote, as httpd takes it apart (ap_scan_script_header_err_core). Its slices are parts of the
// bytes that were parsed, but for values that were joined.
type Head struct {
	// Status is what Status says, 200 where there is none; HasStatus tells the two apart. A script may write any number.
	Status    int
	HasStatus bool
	// StatusText is what follows "Status: ": "404 Not Found".
	StatusText []byte
	// ContentType is the type, in lower case; nil where there is none.
	ContentType []byte
	// Always are the fields that every response has, those for the client alone: of one name one, but for cookies, which
	// come last.
	Always wire.Fields
	// Fields are those that httpd keeps apart: Location, Content-Length, Content-Range, Transfer-Encoding, ETag and
	// Last-Modified; of each the last.
	Fields wire.Fields

	cookies wire.Fields
}

// Reset makes the head ready for the next response; it keeps the room for fields.
func (h *Head) Reset() {
	*h = Head{Status: 200, Always: h.Always[:0], Fields: h.Fields[:0], cookies: h.cookies[:0]}
}

// mostLine is the longest line of a head (httpd: MAX_STRING_LEN).
const mostLine = 8192 - 2

var errPremature = errors.New("premature end of script headers")

// Parse reads a head, of which Finder found the end in buf, and returns where the body begins. Carriage returns do not
// count. The error is one that httpd answers with 500.
func (h *Head) Parse(buf []byte) (n int, err error) {
	h.Reset()
	for {
		end := bytes.IndexByte(buf[n:], '\n')
		if end < 0 {
			return n, errPremature
		}
		line := withoutReturns(buf[n : n+end])
		n += end + 1
		switch {
		case len(line) > mostLine:
			return n, errPremature
		case len(line) == 0:
			h.Always = append(h.Always, h.cookies...)
			return n, nil
		}
		if err := h.line(line); err != nil {
			return n, err
		}
	}
}

// withoutReturns drops carriage returns, in place where there are any within the line, and what follows a zero byte.
func withoutReturns(line []byte) []byte {
	line = bytes.TrimSuffix(line, []byte("\r"))
	if bytes.IndexByte(line, '\r') >= 0 {
		kept := line[:0]
		for _, c := range line {
			if c != '\r' {
				kept = append(kept, c)
			}
		}
		line = kept
	}
	if end := bytes.IndexByte(line, 0); end >= 0 {
		line = line[:end]
	}
	return line
}

func (h *Head) line(line []byte) error {
	name, value, ok := bytes.Cut(line, []byte(":"))
	if !ok {
		return fmt.Errorf("bad header: %.30s", line)
	}
	value = bytes.TrimLeft(value, " \t\v\f")
	switch {
	case wire.EqualFold(name, "Content-Type"):
		h.ContentType = lowerType(bytes.TrimRight(value, " \t\v\f"))
	case wire.EqualFold(name, "Status"):
		h.Status, h.HasStatus, h.StatusText = clib.Atoi(value), true, value
	case wire.EqualFold(name, "Set-Cookie"):
		h.cookies = append(h.cookies, wire.Field{Name: name, Value: value})
	case apart(name):
		if at := h.Fields.Index(string(name)); at >= 0 {
			h.Fields[at].Value = value
		} else {
			h.Fields = append(h.Fields, wire.Field{Name: name, Value: value})
		}
	default:
		if at := h.Always.Index(string(name)); at >= 0 {
			h.Always[at].Value = bytes.Join([][]byte{h.Always[at].Value, value}, []byte(", "))
		} else {
			h.Always = append(h.Always, wire.Field{Name: name, Value: value})
		}
	}
	return nil
}

// apart says whether a field is one of Head.Fields.
func apart(name []byte) bool {
	for _, known := range [...]string{"Location", "Content-Length", "Content-Range", "Transfer-Encoding", "ETag", "Last-Modified"} {
		if wire.EqualFold(name, known) {
			return true
		}
	}
	return false
}

// lowerType puts a media type into lower case, but not its parameters (httpd: ap_content_type_tolower).
func lowerType(media []byte) []byte {
	lower := bytes.Clone(media)
	semicolon := bytes.IndexByte(lower, ';')
	if semicolon < 0 {
		semicolon = len(lower)
	}
	for i, c := range lower[:semicolon] {
		lower[i] = clib.Lower(c)
	}
	return lower
}
