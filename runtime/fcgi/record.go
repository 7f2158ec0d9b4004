package fcgi

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Kind is what a record is.
type Kind byte

// The records that matter to a web server.
const (
	// Begin begins a request.
	Begin Kind = 1
	// End ends a response.
	End Kind = 3
	// Params is a part of the variables; an empty one ends them.
	Params Kind = 4
	// Stdin is a part of the request's body; an empty one ends it.
	Stdin Kind = 5
	// Stdout is a part of the response, its head included; an empty one ends it.
	Stdout Kind = 6
	// Stderr is a message for the log.
	Stderr Kind = 7
)

const (
	// HeaderSize is the number of bytes in front of what a record carries.
	HeaderSize = 8
	// MostContent is how much a record carries at most.
	MostContent = 0xffff

	version   = 1
	request   = 1 // one request at a time, so all have this number
	responder = 1
	keepConn  = 1
)

// Header is what a record says of itself.
type Header struct {
	// Kind is what it is.
	Kind Kind
	// Length is the number of bytes that it carries, Padding that of bytes behind them that mean nothing.
	Length, Padding int
}

var (
	errVersion = errors.New("record of another version than FastCGI's 1")
	errRequest = errors.New("record for another request than the one that was sent")
)

// ParseHeader reads the header of a record. A kind that nobody knows is no error.
func ParseHeader(b [HeaderSize]byte) (Header, error) {
	if b[0] != version {
		return Header{}, fmt.Errorf("%w: %d", errVersion, b[0])
	}
	if id := binary.BigEndian.Uint16(b[2:]); id != request {
		return Header{}, fmt.Errorf("%w: %d", errRequest, id)
	}
	return Header{Kind: Kind(b[1]), Length: int(binary.BigEndian.Uint16(b[4:])), Padding: int(b[6])}, nil
}

func appendHeader(dst []byte, kind Kind, length int) []byte {
	dst = append(dst, version, byte(kind), 0, request)
	dst = binary.BigEndian.AppendUint16(dst, uint16(length)) //nolint:gosec // at most MostContent
	return append(dst, 0, 0)
}

// AppendBegin appends the record that begins a request; keep asks that the connection stays open behind the response.
func AppendBegin(dst []byte, keep bool) []byte {
	dst = appendHeader(dst, Begin, HeaderSize)
	flags := byte(0)
	if keep {
		flags = keepConn
	}
	return append(dst, 0, responder, flags, 0, 0, 0, 0, 0)
}

// AppendStdin appends a piece of the request's body, in records of at most MostContent bytes.
func AppendStdin(dst, data []byte) []byte {
	for len(data) > 0 {
		n := min(len(data), MostContent)
		dst = append(appendHeader(dst, Stdin, n), data[:n]...)
		data = data[n:]
	}
	return dst
}

// AppendStdinEnd appends the record that ends the request's body.
func AppendStdinEnd(dst []byte) []byte { return appendHeader(dst, Stdin, 0) }
