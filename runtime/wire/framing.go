package wire

import "fmt"

// FramingKind says how the end of a body is found. The zero value is a message without a body.
type FramingKind uint8

// The kinds.
const (
	// FramingNone is a message without a body.
	FramingNone FramingKind = iota
	// FramingLength is a body of as many bytes as Content-Length says.
	FramingLength
	// FramingChunked is a body in chunks.
	FramingChunked
	// FramingClose is a response body that ends with the connection.
	FramingClose
)

// Framing says how the end of a body is found.
type Framing struct {
	// Kind is how.
	Kind FramingKind
	// Length is the number of bytes for FramingLength, at least 0.
	Length int64
}

// Error is a message that cannot be taken, with the status that httpd answers.
type Error struct {
	// Status is 400 to 599.
	Status int
	// Reason says what is wrong, for the log.
	Reason string
	// Notes is what httpd's page says beside its usual text, as HTML, or empty.
	Notes string
}

// Error returns the reason and the status.
func (e *Error) Error() string { return fmt.Sprintf("%s (status %d)", e.Reason, e.Status) }

// ParseLength reads a Content-Length as httpd does: digits only, at most what an int64 holds.
func ParseLength(b []byte) (n int64, ok bool) {
	if len(b) == 0 {
		return 0, false
	}
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		digit := int64(c - '0')
		if n > (1<<63-1-digit)/10 {
			return 0, false
		}
		n = n*10 + digit
	}
	return n, true
}
