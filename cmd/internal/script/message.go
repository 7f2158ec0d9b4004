package script

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// message is one HTTP/1 message as it was on the wire.
type message struct {
	head []byte // start line and fields, with the empty line
	body []byte // with the framing of chunks
}

func (m message) text() string { return escape(append(bytes.Clone(m.head), m.body...)) }

// gunzipped returns the message with its body unpacked and without chunks, where that is gzip.
func (m message) gunzipped() (message, error) {
	if m.field("Content-Encoding") != "gzip" || len(m.body) == 0 {
		return m, nil
	}
	r, err := gzip.NewReader(bytes.NewReader(m.content()))
	if err != nil {
		return m, fmt.Errorf("the body is not gzip: %w", err)
	}
	body, err := io.ReadAll(r)
	if err != nil {
		return m, fmt.Errorf("the body is not whole: %w", err)
	}
	return message{m.head, body}, nil
}

// line is the start line.
func (m message) line() string {
	line, _, _ := bytes.Cut(m.head, []byte("\n"))
	return strings.TrimRight(string(line), "\r")
}

// field returns the value of the first field of that name, whatever its case.
func (m message) field(name string) string {
	for line := range bytes.SplitSeq(m.head, []byte("\n")) {
		key, value, ok := bytes.Cut(line, []byte(":"))
		if ok && strings.EqualFold(string(key), name) {
			return strings.TrimSpace(string(value))
		}
	}
	return ""
}

func (m message) chunked() bool {
	return strings.EqualFold(m.field("Transfer-Encoding"), "chunked")
}

// ends reports whether the connection ends after this answer to a request of that method.
func (m message) ends(method string) bool {
	switch connection := m.field("Connection"); {
	case strings.EqualFold(connection, "close"):
		return true
	case strings.HasPrefix(m.line(), "HTTP/1.0"):
		return !strings.EqualFold(connection, "keep-alive")
	}
	return m.hasBody(method) && !m.chunked() && m.field("Content-Length") == ""
}

// hasBody reports whether a body follows the head of an answer to a request of that method.
func (m message) hasBody(method string) bool {
	status := m.status()
	tunnel := method == "CONNECT" && status/100 == 2 && m.field("Content-Length") == "" && !m.chunked()
	return method != "HEAD" && status/100 != 1 && status != 204 && status != 304 && !tunnel
}

// status is the status code of a response, 0 when there is none.
func (m message) status() int {
	fields := strings.Fields(m.line())
	if len(fields) < 2 {
		return 0
	}
	code, _ := strconv.Atoi(fields[1])
	return code
}

// content is the body without the framing of chunks.
func (m message) content() []byte {
	if !m.chunked() {
		return m.body
	}
	var content []byte
	for rest := m.body; ; {
		line, after, ok := bytes.Cut(rest, []byte("\n"))
		size, err := chunkSize(line)
		if !ok || err != nil || size == 0 || size > len(after) {
			return content
		}
		content = append(content, after[:size]...)
		rest = bytes.TrimPrefix(bytes.TrimPrefix(after[size:], []byte("\r")), []byte("\n"))
	}
}

func chunkSize(line []byte) (int, error) {
	digits, _, _ := strings.Cut(strings.TrimSpace(string(line)), ";")
	size, err := strconv.ParseUint(strings.TrimSpace(digits), 16, 31)
	return int(size), err
}

// readHead reads up to and including the empty line. An error comes with what was read before it; io.EOF means that
// nothing was.
func readHead(r *bufio.Reader) ([]byte, error) {
	var head []byte
	for {
		line, err := r.ReadBytes('\n')
		head = append(head, line...)
		if errors.Is(err, io.EOF) && len(head) > 0 {
			return head, io.ErrUnexpectedEOF
		}
		if err != nil {
			return head, err
		}
		if len(bytes.TrimRight(line, "\r\n")) == 0 {
			return head, nil
		}
	}
}

// readRequest reads one request. The interim response that an Expect field asks for is sent by the callback.
func readRequest(r *bufio.Reader, proceed func() error) (message, error) {
	head, err := readHead(r)
	m := message{head: head}
	if err != nil {
		return m, err
	}
	if strings.EqualFold(m.field("Expect"), "100-continue") {
		if err := proceed(); err != nil {
			return m, err
		}
	}
	m.body, err = readBody(r, m, false)
	return m, err
}

// readResponse reads one response, interim ones included, to a request of that method.
func readResponse(r *bufio.Reader, method string) (message, error) {
	head, err := readHead(r)
	m := message{head: head}
	if err != nil || !m.hasBody(method) {
		return m, err
	}
	m.body, err = readBody(r, m, true)
	return m, err
}

func readBody(r *bufio.Reader, m message, untilClose bool) ([]byte, error) {
	if m.chunked() {
		return readChunks(r)
	}
	if value := m.field("Content-Length"); value != "" {
		length, err := strconv.ParseUint(value, 10, 40)
		if err != nil {
			return nil, err
		}
		body, err := io.ReadAll(io.LimitReader(r, int64(length)))
		if err == nil && uint64(len(body)) < length {
			err = io.ErrUnexpectedEOF
		}
		return body, err
	}
	if untilClose {
		return io.ReadAll(r)
	}
	return nil, nil
}

func readChunks(r *bufio.Reader) ([]byte, error) {
	var body bytes.Buffer
	for {
		line, err := r.ReadBytes('\n')
		body.Write(line)
		if err != nil {
			return body.Bytes(), unexpected(err)
		}
		size, err := chunkSize(line)
		if err != nil {
			return body.Bytes(), err
		}
		if size == 0 {
			trailer, err := readHead(r)
			body.Write(trailer)
			return body.Bytes(), unexpected(err)
		}
		if _, err := io.CopyN(&body, r, int64(size)+2); err != nil {
			return body.Bytes(), unexpected(err)
		}
	}
}

// unexpected makes the end of the stream an error where it cuts a message off.
func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
