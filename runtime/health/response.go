package health

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/runtime/wire"
)

// maxLine bounds a line of a response's head in bytes (httpd: HUGE_STRING_LEN).
const maxLine = 8192

// response is what a check wants to know of a response.
type response struct {
	status int
	// encoding and length are the first fields of those names; nil where there is none.
	encoding, length []byte
}

// readHead reads a status line and the fields behind it. httpd is content with a head that breaks off behind its status
// line, and refuses a field without a colon.
func readHead(in *bufio.Reader) (response, error) {
	line, err := readLine(in)
	if err != nil {
		return response{}, fmt.Errorf("no status line: %w", err)
	}
	status, ok := statusOf(line)
	if !ok {
		return response{}, fmt.Errorf("%.80q is no status line of HTTP/1", line)
	}
	r := response{status: status}
	for {
		line, err := readLine(in)
		if err != nil || len(line) == 0 {
			return r, nil //nolint:nilerr // see above
		}
		name, value, ok := bytes.Cut(line, []byte{':'})
		if !ok {
			return r, fmt.Errorf("the field %.80q has no colon", line)
		}
		value = bytes.TrimSpace(value)
		switch {
		case r.encoding == nil && clib.EqualFold(string(name), "Transfer-Encoding"):
			r.encoding = append([]byte{}, value...)
		case r.length == nil && clib.EqualFold(string(name), "Content-Length"):
			r.length = append([]byte{}, value...)
		}
	}
}

// statusOf returns the status of a line that looks like "HTTP/1.# ###".
func statusOf(line []byte) (int, bool) {
	const mask = "HTTP/1.# ###"
	if len(line) < len(mask) || len(line) >= maxLine-1 {
		return 0, false
	}
	for i := range len(mask) {
		if isDigit := '0' <= line[i] && line[i] <= '9'; mask[i] == '#' && !isDigit || mask[i] != '#' && mask[i] != line[i] {
			return 0, false
		}
	}
	status, err := strconv.Atoi(string(line[9:12]))
	return status, err == nil
}

// readLine reads a line and those that continue it, which begin with a blank. Its end and blanks before that are left out. A
// line that is too long is cut. Behind a line that is not empty the next must have begun to arrive, or the connection ended.
func readLine(in *bufio.Reader) ([]byte, error) {
	var all []byte
	for {
		line, err := in.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			return append(all, line...), skipLine(in)
		}
		if err != nil {
			return nil, err
		}
		line = trimEnd(line)
		if all != nil {
			all = append(all, ' ')
			line = bytes.TrimLeft(line, " \t")
		}
		if all = append(all, line...); len(all) == 0 {
			return all, nil
		}
		next, err := in.Peek(1)
		switch {
		case errors.Is(err, io.EOF):
			return all, nil
		case err != nil:
			return nil, err
		case next[0] != ' ' && next[0] != '\t' || len(all) >= maxLine:
			return all, nil
		}
	}
}

// skipLine skips the rest of a line.
func skipLine(in *bufio.Reader) error {
	for {
		if _, err := in.ReadSlice('\n'); !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
	}
}

// trimEnd leaves out the end of a line and blanks before it, but for a blank that is all there is.
func trimEnd(line []byte) []byte {
	line = bytes.TrimSuffix(bytes.TrimSuffix(line, []byte{'\n'}), []byte{'\r'})
	for len(line) > 1 && (line[len(line)-1] == ' ' || line[len(line)-1] == '\t') {
		line = line[:len(line)-1]
	}
	return line
}

// readBody reads a response's body to its end and forgets it.
func (r *response) readBody(in *bufio.Reader) error {
	framing, err := r.framing()
	if err != nil {
		return err
	}
	body := wire.NewBody(framing)
	for !body.Done() {
		if _, err := in.Peek(1); err != nil {
			if errors.Is(err, io.EOF) && framing.Kind == wire.FramingClose {
				return nil
			}
			return fmt.Errorf("the body breaks off: %w", err)
		}
		arrived, _ := in.Peek(in.Buffered())
		_, n, err := body.Decode(arrived)
		if err != nil {
			return err
		}
		if _, err := in.Discard(n); err != nil {
			return err
		}
	}
	return nil
}

// framing says how the body ends. Neither the status nor the version counts: without a length httpd reads to the end of
// the connection.
func (r *response) framing() (wire.Framing, error) {
	switch {
	case r.encoding != nil:
		if last := r.encoding[bytes.LastIndexByte(r.encoding, ',')+1:]; clib.EqualFold(string(bytes.TrimSpace(last)), "chunked") {
			return wire.Framing{Kind: wire.FramingChunked}, nil
		}
	case r.length != nil:
		n, err := strconv.ParseUint(string(r.length), 10, 63)
		if err != nil {
			return wire.Framing{}, fmt.Errorf("Content-Length: %q is no number", r.length)
		}
		return wire.Framing{Kind: wire.FramingLength, Length: int64(n)}, nil
	}
	return wire.Framing{Kind: wire.FramingClose}, nil
}
