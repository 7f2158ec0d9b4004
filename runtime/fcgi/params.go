package fcgi

import "encoding/binary"

// mostParams bounds what a record of variables carries (mod_proxy_fcgi: send_environment).
const mostParams = 16 << 10

// Writer makes the records with the variables of a request: Begin, Set for each, End.
type Writer struct {
	buf []byte
	// start is where the record that is being filled begins.
	start int
}

// Begin begins behind dst.
func (w *Writer) Begin(dst []byte) { *w = Writer{buf: appendHeader(dst, Params, 0), start: len(dst)} }

// Set adds a variable. It returns false for one that is larger than a record, which is left out, as httpd does.
func (w *Writer) Set(name string, value []byte) bool {
	size := lengthSize(len(name)) + lengthSize(len(value)) + len(name) + len(value)
	if size > mostParams {
		return false
	}
	if w.content()+size > mostParams {
		w.close()
		w.Begin(w.buf)
	}
	w.buf = appendLength(appendLength(w.buf, len(name)), len(value))
	w.buf = append(append(w.buf, name...), value...)
	return true
}

// End completes the records and returns them.
func (w *Writer) End() []byte {
	if w.content() > 0 {
		w.close()
		w.Begin(w.buf)
	}
	return w.buf // the record that carries nothing ends them
}

func (w *Writer) content() int { return len(w.buf) - w.start - HeaderSize }

func (w *Writer) close() {
	binary.BigEndian.PutUint16(w.buf[w.start+4:], uint16(w.content())) //nolint:gosec // at most mostParams
}

// lengthSize is the number of bytes of a length: short ones have one.
func lengthSize(n int) int {
	if n < 1<<7 {
		return 1
	}
	return 4
}

func appendLength(dst []byte, n int) []byte {
	if lengthSize(n) == 1 {
		return append(dst, byte(n))
	}
	return binary.BigEndian.AppendUint32(dst, uint32(n)|1<<31) //nolint:gosec // at most mostParams
}
