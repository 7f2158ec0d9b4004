package differ

import (
	"bufio"
	"bytes"
	"io"
	"strconv"
	"strings"
)

// readHead reads up to and including the empty line, and returns what came before an error.
func readHead(r *bufio.Reader) (string, error) {
	var b strings.Builder
	for {
		line, err := r.ReadString('\n')
		b.WriteString(line)
		if err != nil {
			return b.String(), err
		}
		if strings.TrimRight(line, "\r\n") == "" {
			return b.String(), nil
		}
	}
}

// field returns the value of the last field of that name, whatever its case.
func field(head, name string) string {
	found := ""
	for line := range strings.Lines(head) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.EqualFold(key, name) {
			found = strings.TrimSpace(value)
		}
	}
	return found
}

// body is how the bytes behind a head are read.
type body struct {
	chunked bool
	length  int64 // -1 for none given
}

func bodyOf(head string) body {
	b := body{chunked: strings.EqualFold(field(head, "Transfer-Encoding"), "chunked"), length: -1}
	if n, err := strconv.ParseInt(field(head, "Content-Length"), 10, 64); err == nil && !b.chunked {
		b.length = n
	}
	return b
}

// read returns the body as it was sent. One without framing lasts until the end where that is allowed.
func (b body) read(r *bufio.Reader, untilEnd bool) (string, error) {
	var got bytes.Buffer
	var err error
	switch {
	case b.chunked:
		err = readChunks(r, &got)
	case b.length >= 0:
		_, err = io.CopyN(&got, r, b.length)
	case untilEnd:
		_, err = io.Copy(&got, r)
	}
	return got.String(), err
}

func readChunks(r *bufio.Reader, to *bytes.Buffer) error {
	for {
		line, err := r.ReadString('\n')
		to.WriteString(line)
		if err != nil {
			return err
		}
		digits, _, _ := strings.Cut(strings.TrimSpace(line), ";")
		size, err := strconv.ParseInt(strings.TrimSpace(digits), 16, 32)
		if err != nil {
			return err
		}
		if size == 0 {
			trailer, err := readHead(r)
			to.WriteString(trailer)
			return err
		}
		if _, err := io.CopyN(to, r, size+2); err != nil {
			return err
		}
	}
}

// unchunked returns what chunks hold, and false for what is not whole.
func unchunked(text string) (string, bool) {
	var b strings.Builder
	for {
		line, rest, ok := strings.Cut(text, "\r\n")
		if !ok {
			return "", false
		}
		digits, _, _ := strings.Cut(line, ";")
		size, err := strconv.ParseInt(strings.TrimSpace(digits), 16, 32)
		switch {
		case err != nil || int(size)+2 > len(rest) && size > 0:
			return "", false
		case size == 0:
			return b.String() + "<trailers>" + rest, true
		}
		b.WriteString(rest[:size])
		text = rest[size+2:]
	}
}
