package ajp

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"github.com/lbconf/lbconf/runtime/wire"
)

// Head is what SendHeaders says. Its slices are parts of the packet.
type Head struct {
	// Status is the code, 0 to 65535: whoever sends it sees to it that it is one.
	Status int
	// Reason is the text behind it; HasReason tells an empty one from none.
	Reason    []byte
	HasReason bool
	// Fields are the fields in their order.
	Fields wire.Fields
}

// Reset makes the head ready for the next response; it keeps the room for fields.
func (h *Head) Reset() { *h = Head{Fields: h.Fields[:0]} }

// Parse reads a packet of the kind SendHeaders. A zero byte ends a text, as it does for httpd.
func (h *Head) Parse(packet []byte) error {
	h.Reset()
	r := reader{rest: packet[1:]}
	h.Status = int(r.number())
	if r.failed {
		return errShort
	}
	if len(r.rest) >= 2 && binary.BigEndian.Uint16(r.rest) == noText {
		r.number()
	} else {
		h.Reason, h.HasReason = r.text(), true
	}
	for range r.number() {
		field, err := r.field()
		if err != nil {
			return err
		}
		h.Fields = append(h.Fields, field)
	}
	if r.failed {
		return errShort
	}
	return nil
}

// Chunk returns the piece of a body in a packet of the kind SendBodyChunk. Behind it stands one byte more.
func Chunk(packet []byte) ([]byte, error) {
	r := reader{rest: packet[1:]}
	n := int(r.number())
	if r.failed || n != len(r.rest)-1 {
		return nil, errChunk
	}
	return r.rest[:n], nil
}

// Reuse says whether the connection may be used again, out of a packet of the kind EndResponse.
func Reuse(packet []byte) (bool, error) {
	if len(packet) < 2 {
		return false, errShort
	}
	return packet[1] != 0, nil
}

// reader takes a packet apart.
type reader struct {
	rest   []byte
	failed bool
}

func (r *reader) number() uint16 {
	if len(r.rest) < 2 {
		r.failed, r.rest = true, nil
		return 0
	}
	n := binary.BigEndian.Uint16(r.rest)
	r.rest = r.rest[2:]
	return n
}

// text takes a text with the zero byte behind it, which a packet may lack at its end.
func (r *reader) text() []byte {
	n := int(r.number())
	if r.failed || n > len(r.rest) {
		r.failed, r.rest = true, nil
		return nil
	}
	s := r.rest[:n:n]
	r.rest = r.rest[min(n+1, len(r.rest)):]
	if end := bytes.IndexByte(s, 0); end >= 0 {
		s = s[:end]
	}
	return s
}

func (r *reader) field() (f wire.Field, err error) {
	if len(r.rest) >= 2 && binary.BigEndian.Uint16(r.rest)&0xff00 == fieldCode {
		code := int(r.number() & 0xff)
		if code == 0 || code > len(responseFields) {
			return f, fmt.Errorf("field with the code %#x, which AJP does not have", fieldCode+code)
		}
		f.Name = responseFields[code-1]
	} else {
		f.Name = r.text()
	}
	if f.Value = r.text(); r.failed {
		return f, errShort
	}
	return f, nil
}
