package wire

import "io"

// maxChunkLine bounds a chunk's size line with its extensions, and each line of a trailer (httpd: LimitRequestLine).
const maxChunkLine = 8190

// Body decodes a body piece by piece. The zero value is a body that has ended.
type Body struct {
	kind FramingKind
	// left is what is missing of the body or of the chunk.
	left  int64
	state chunkState
	// line counts the bytes of the line that is being read.
	line int
	// digits counts the digits of the chunk size.
	digits int
	done   bool
}

type chunkState uint8

const (
	chunkSize chunkState = iota
	chunkExtension
	chunkSizeLF
	chunkData
	chunkCR
	chunkLF
	trailerStart
	trailerLine
	trailerLF
	trailerEndLF
)

// NewBody returns the decoder of a body.
func NewBody(f Framing) Body {
	b := Body{kind: f.Kind, left: f.Length}
	b.done = f.Kind == FramingNone || f.Kind == FramingLength && f.Length == 0
	if f.Kind == FramingChunked {
		b.left = 0
	}
	return b
}

// Done says whether the body has ended.
func (b *Body) Done() bool { return b.done }

// Left returns how many bytes of a body with a length are missing, and -1 for other bodies.
func (b *Body) Left() int64 {
	switch {
	case b.done:
		return 0
	case b.kind == FramingLength:
		return b.left
	}
	return -1
}

// Skip counts n bytes of a body with a length that were moved without Decode.
func (b *Body) Skip(n int64) {
	b.left -= n
	b.done = b.left == 0
}

// Decode takes bytes off the start of in. It returns the bytes of the body among them, a part of in, and how many bytes
// of in are used up; data can be empty although the body goes on. After the end it uses nothing. An error is an *Error
// with status 400.
func (b *Body) Decode(in []byte) (data []byte, n int, err error) {
	switch {
	case b.done:
		return nil, 0, nil
	case b.kind == FramingClose:
		return in, len(in), nil
	case b.kind == FramingLength:
		n = int(min(b.left, int64(len(in))))
		b.Skip(int64(n))
		return in[:n], n, nil
	}
	for n < len(in) && !b.done {
		if b.state == chunkData {
			size := int(min(b.left, int64(len(in)-n)))
			data = in[n : n+size]
			if b.left -= int64(size); b.left == 0 {
				b.state = chunkCR
			}
			return data, n + size, nil
		}
		if err := b.chunkByte(in[n]); err != nil {
			return nil, n, err
		}
		n++
	}
	return nil, n, nil
}

// End is called when the connection ended: it returns nil when the body may end there, io.ErrUnexpectedEOF otherwise.
func (b *Body) End() error {
	if b.done || b.kind == FramingClose {
		b.done = true
		return nil
	}
	return io.ErrUnexpectedEOF
}

// chunkByte takes one byte that is not data.
func (b *Body) chunkByte(c byte) error {
	if b.line++; b.line > maxChunkLine {
		return &Error{Status: 400, Reason: "chunk line too long"}
	}
	switch b.state {
	case chunkSize:
		return b.sizeByte(c)
	case chunkExtension:
		switch {
		case c == '\r':
			b.state = chunkSizeLF
		case classes[c]&inValue == 0:
			return &Error{Status: 400, Reason: "chunk extension has control bytes"}
		}
	case chunkSizeLF:
		if c != '\n' {
			return errChunk()
		}
		b.state, b.line, b.digits = chunkData, 0, 0
		if b.left == 0 {
			b.state = trailerStart
		}
	case chunkData:
	case chunkCR:
		b.state = chunkLF
		if c != '\r' {
			return errChunk()
		}
	case chunkLF:
		b.state, b.line = chunkSize, 0
		if c != '\n' {
			return errChunk()
		}
	case trailerStart, trailerLine, trailerLF, trailerEndLF:
		return b.trailerByte(c)
	}
	return nil
}

// sizeByte takes a byte of the line with the size of a chunk.
func (b *Body) sizeByte(c byte) error {
	digit := int64(-1)
	switch {
	case c >= '0' && c <= '9':
		digit = int64(c - '0')
	case c >= 'a' && c <= 'f':
		digit = int64(c-'a') + 10
	case c >= 'A' && c <= 'F':
		digit = int64(c-'A') + 10
	}
	switch {
	case digit >= 0 && b.left < 1<<58:
		b.left = b.left<<4 | digit
		b.digits++
	case digit >= 0:
		return &Error{Status: 400, Reason: "chunk size too large"}
	case b.digits == 0:
		return errChunk()
	case c == '\r':
		b.state = chunkSizeLF
	case c == ';' || c == ' ' || c == '\t':
		b.state = chunkExtension
	default:
		return errChunk()
	}
	return nil
}

// trailerByte takes a byte behind the last chunk. Trailers are read and dropped, as mod_proxy does.
func (b *Body) trailerByte(c byte) error {
	switch b.state {
	case trailerStart:
		b.line = 0
		b.state = trailerLine
		if c == '\r' {
			b.state = trailerEndLF
		}
	case trailerLine:
		if c == '\r' {
			b.state = trailerLF
		}
	case trailerLF:
		b.state = trailerStart
		if c != '\n' {
			return errChunk()
		}
	case trailerEndLF:
		b.done = c == '\n'
		if !b.done {
			return errChunk()
		}
	case chunkSize, chunkExtension, chunkSizeLF, chunkData, chunkCR, chunkLF:
	}
	return nil
}

func errChunk() error { return &Error{Status: 400, Reason: "malformed chunk"} }

// AppendChunk returns dst with data as one chunk. Empty data appends nothing, since an empty chunk would end the body.
func AppendChunk(dst, data []byte) []byte {
	if len(data) == 0 {
		return dst
	}
	dst = AppendChunkSize(dst, len(data))
	dst = append(dst, data...)
	return append(dst, "\r\n"...)
}

// AppendChunkSize returns dst with the line that starts a chunk of n bytes.
func AppendChunkSize(dst []byte, n int) []byte {
	const hex = "0123456789abcdef"
	shift := 0
	for n>>shift > 15 {
		shift += 4
	}
	for ; shift >= 0; shift -= 4 {
		dst = append(dst, hex[n>>shift&15])
	}
	return append(dst, "\r\n"...)
}

// LastChunk ends a body in chunks.
const LastChunk = "0\r\n\r\n"
