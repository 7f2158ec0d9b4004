package health

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/lbconf/lbconf/runtime/upstream"
	"github.com/lbconf/lbconf/runtime/wire"
)

// maxLine bounds a line of a response's head in bytes (httpd: HUGE_STRING_LEN).
const maxLine = 8192

// maxHead and maxBody bound what is kept of a response in bytes. httpd keeps all.
const (
	maxHead = 1 << 20
	maxBody = 8 << 20
)

// readHead reads a status line and the fields behind it. httpd is content with a head that breaks off behind its status
// line, and refuses a field without a colon.
func readHead(in *bufio.Reader) (answer upstream.Answer, _ error) {
	line, err := readLine(in)
	if err != nil {
		return answer, fmt.Errorf("no status line: %w", err)
	}
	var ok bool
	if answer.Status, ok = statusOf(line); !ok {
		return answer, fmt.Errorf("%.80q is no status line of HTTP/1", line)
	}
	for kept := 0; kept < maxHead; {
		line, err := readLine(in)
		if err != nil || len(line) == 0 {
			return answer, nil //nolint:nilerr // see above
		}
		name, value, ok := bytes.Cut(line, []byte{':'})
		if !ok {
			return answer, fmt.Errorf("the field %.80q has no colon", line)
		}
		kept += len(line)
		answer.Fields = append(answer.Fields, wire.Field{Name: name, Value: bytes.TrimSpace(value)})
	}
	return answer, fmt.Errorf("the head is longer than %d bytes", maxHead)
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

// readBody reads a response's body to its end and keeps it if somebody asks for it.
func readBody(in *bufio.Reader, answer *upstream.Answer, keep bool) error {
	framing, err := framingOf(answer.Fields)
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
		data, n, err := body.Decode(arrived)
		if err != nil {
			return err
		}
		if keep {
			if len(answer.Body)+len(data) > maxBody {
				return fmt.Errorf("the body is longer than the %d bytes that hcexpr looks at", maxBody)
			}
			answer.Body = append(answer.Body, data...)
		}
		if _, err := in.Discard(n); err != nil {
			return err
		}
	}
	return nil
}

// framingOf says how the body ends. Neither the status nor the version counts: without a length httpd reads to the end of
// the connection. Of several fields of a name the first counts.
func framingOf(fields wire.Fields) (wire.Framing, error) {
	switch {
	case fields.Has("Transfer-Encoding"):
		encoding := fields.Get("Transfer-Encoding")
		if last := encoding[bytes.LastIndexByte(encoding, ',')+1:]; wire.EqualFold(bytes.TrimSpace(last), "chunked") {
			return wire.Framing{Kind: wire.FramingChunked}, nil
		}
	case fields.Has("Content-Length"):
		length := fields.Get("Content-Length")
		n, err := strconv.ParseUint(string(length), 10, 63)
		if err != nil {
			return wire.Framing{}, fmt.Errorf("Content-Length: %q is no number", length)
		}
		return wire.Framing{Kind: wire.FramingLength, Length: int64(n)}, nil
	}
	return wire.Framing{Kind: wire.FramingClose}, nil
}
