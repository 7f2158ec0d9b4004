package wire

import "io"

// maxPadding bounds the blanks behind the size of a chunk (httpd: parse_chunk_size).
const maxPadding = 10

// Body decodes a body piece by piece. The zero value is a body that has ended.
type Body struct {
	kind FramingKind
	// left is what is missing of the body or of the chunk.
	left  int64
	state chunkState
	// line counts the bytes of the line that is being read.
	line int
	// digits counts the digits of the chunk size, padding the blanks behind them, trailers the fields behind the body.
	digits, padding, trailers int
	done                      bool
	// unsafe takes line feeds alone; maxLine bounds a chunk's size line with its extensions and each field of the trailer,
	// maxTrailers the number of those, where it is not 0.
	unsafe bool
	// folded says that the line goes on with the field of the line before it.
	folded               bool
	maxLine, maxTrailers int
}

type chunkState uint8

const (
	chunkSize chunkState = iota
	chunkPadding
	chunkExtension
	chunkSizeLF
	chunkData
	chunkCR
	chunkLF
	trailerStart
	trailerName
	trailerValue
	trailerLF
	trailerEndLF
)

// NewBody returns the decoder of a body by httpd's usual rules.
func NewBody(f Framing) Body {
	b := Body{kind: f.Kind, left: f.Length}
	b.Follow(DefaultRules())
	b.done = f.Kind == FramingNone || f.Kind == FramingLength && f.Length == 0
	if f.Kind == FramingChunked {
		b.left = 0
	}
	return b
}

// Follow makes the rest of the body be read by other rules.
func (b *Body) Follow(rules *Rules) {
	b.unsafe, b.maxLine, b.maxTrailers = rules.Unsafe, rules.Field, rules.Fields
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

// inSize says whether the line with the size of a chunk has begun and not ended.
func (b *Body) inSize() bool {
	switch b.state {
	case chunkSize:
		return b.digits > 0
	case chunkPadding, chunkExtension, chunkSizeLF:
		return true
	case chunkData, chunkCR, chunkLF, trailerStart, trailerName, trailerValue, trailerLF, trailerEndLF:
	}
	return false
}

// Skip counts n bytes of a body with a length that were moved without Decode.
func (b *Body) Skip(n int64) {
	b.left -= n
	b.done = b.left == 0
}

// Decode takes bytes off the start of in. It returns the bytes of the body among them, a part of in, and how many bytes
// of in are used up; data can be empty although the body goes on. After the end it uses nothing. An error is an *Error
// with status 400, or 413 for a chunk whose size or first line is too large.
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

// chunkByte takes one byte that is not data. By unsafe rules a line feed alone ends a line too.
func (b *Body) chunkByte(c byte) error {
	if c == '\n' && b.unsafe && !b.awaitsLF() {
		if err := b.lineByte('\r'); err != nil {
			return err
		}
		b.line--
	}
	return b.lineByte(c)
}

// awaitsLF says whether a carriage return was seen.
func (b *Body) awaitsLF() bool {
	return b.state == chunkSizeLF || b.state == chunkLF || b.state == trailerLF || b.state == trailerEndLF
}

// lineByte takes a byte of a line.
func (b *Body) lineByte(c byte) error {
	if b.line++; b.line > b.mostOfLine() {
		return b.lineTooLong()
	}
	switch b.state {
	case chunkSize:
		return b.sizeByte(c)
	case chunkPadding:
		return b.paddingByte(c)
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
		b.state, b.line, b.digits, b.padding = chunkData, 0, 0, 0
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
	case trailerStart, trailerName, trailerValue, trailerLF, trailerEndLF:
		return b.trailerByte(c)
	}
	return nil
}

// mostOfLine is how long the line may be, with its end: a field that is not folded may exceed its limit by one byte.
func (b *Body) mostOfLine() int {
	switch {
	case b.state == trailerStart, b.state == trailerEndLF:
		return b.line // the line before has ended
	case b.state > trailerStart && !b.folded:
		return b.maxLine + len("x\r\n")
	}
	return b.maxLine
}

// lineTooLong is the error for a line that exceeds its limit.
func (b *Body) lineTooLong() error {
	if b.state >= trailerStart {
		return withNotes(errTooLong(400))
	}
	return &Error{Status: 413, Reason: "chunk line too long"}
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
	case digit >= 0 && b.left < 1<<59:
		b.left = b.left<<4 | digit
		b.digits++
	case digit >= 0:
		return &Error{Status: 413, Reason: "chunk size too large"}
	case b.digits == 0:
		return errChunk()
	case c == ' ' || c == '\t':
		b.state = chunkPadding
		return b.paddingByte(c)
	default:
		return b.behindSize(c)
	}
	return nil
}

// paddingByte takes a byte behind the blanks that follow the size of a chunk: a digit there would be a second size to
// some readers.
func (b *Body) paddingByte(c byte) error {
	if c != ' ' && c != '\t' {
		return b.behindSize(c)
	}
	if b.padding++; b.padding > maxPadding {
		return errChunk()
	}
	return nil
}

// behindSize takes the byte that ends the size of a chunk.
func (b *Body) behindSize(c byte) error {
	switch c {
	case '\r':
		b.state = chunkSizeLF
	case ';':
		b.state = chunkExtension
	default:
		return errChunk()
	}
	return nil
}

// trailerByte takes a byte behind the last chunk. Trailers are read as strictly as the fields of a head, since a reader
// that is not strict ends them elsewhere, and dropped, as mod_proxy does.
func (b *Body) trailerByte(c byte) error {
	switch b.state {
	case trailerStart:
		return b.trailerLine(c)
	case trailerName:
		switch {
		case c == ':':
			b.state = trailerValue
		case !b.inName(c):
			return errTrailer()
		}
	case trailerValue:
		switch {
		case c == '\r':
			b.state = trailerLF
		case classes[c]&inValue == 0 && (!b.unsafe || endsText(c)):
			return errTrailer()
		}
	case trailerLF:
		b.state = trailerStart
		if c != '\n' {
			return errTrailer()
		}
	case trailerEndLF:
		b.done = c == '\n'
		if !b.done {
			return errTrailer()
		}
	case chunkSize, chunkPadding, chunkExtension, chunkSizeLF, chunkData, chunkCR, chunkLF:
	}
	return nil
}

// trailerLine takes the first byte of a line behind the last chunk.
func (b *Body) trailerLine(c byte) error {
	switch {
	case c == '\r':
		b.state = trailerEndLF
	case (c == ' ' || c == '\t') && b.trailers > 0:
		b.state, b.folded = trailerValue, true // it counts with the line before it
	case c == ':' || !b.inName(c):
		return errTrailer()
	case b.trailers == b.maxTrailers && b.maxTrailers > 0:
		return errTooManyFields()
	default:
		b.state, b.line, b.folded = trailerName, 1, false
		b.trailers++
	}
	return nil
}

// inName says whether a byte may be part of the name of a field behind the body.
func (b *Body) inName(c byte) bool {
	return classes[c]&inToken != 0 || b.unsafe && !isSpace(c) && !endsText(c)
}

func errTrailer() error { return &Error{Status: 400, Reason: "malformed trailer"} }

func errChunk() error { return &Error{Status: 400, Reason: "malformed chunk"} }

// AppendChunk returns dst with data as one chunk. Empty data appends nothing, since an empty chunk would end the body.
func AppendChunk(dst, data []byte) []byte {
	if len(data) == 0 {
		return dst
	}
	dst = appendChunkSize(dst, len(data))
	dst = append(dst, data...)
	return append(dst, "\r\n"...)
}

// appendChunkSize returns dst with the line that starts a chunk of n bytes.
func appendChunkSize(dst []byte, n int) []byte {
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
