package exchange

import "io"

// Content is the body of a response of the server's own.
type Content struct {
	// Bytes is the body, or its start where Rest follows. It is valid until the next request of the connection.
	Bytes []byte
	// Rest follows Bytes and is Size bytes long; nil for a body that is in Bytes alone. The server closes it where it is an
	// io.Closer.
	Rest io.Reader
	// Size is the length of Rest in bytes.
	Size int64
	// Range, Encoding and Languages are the values of Content-Range, Content-Encoding and Content-Language, which Header
	// directives do not see; nil for none.
	Range, Encoding, Languages []byte
}

// Length returns the length of the body in bytes.
func (c *Content) Length() int64 { return int64(len(c.Bytes)) + c.Size }
