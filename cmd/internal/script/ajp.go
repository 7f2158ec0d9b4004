package script

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// ajpProtocol is AJP 1.3, the side of the container.
type ajpProtocol struct{}

var (
	ajpVerbs   = []string{"headers", "body", "get", "end", "packet", "raw"}
	ajpMethods = []string{
		"", "OPTIONS", "GET", "HEAD", "POST", "PUT", "DELETE", "TRACE", "PROPFIND", "PROPPATCH", "MKCOL", "COPY", "MOVE", "LOCK", "UNLOCK",
		"ACL", "REPORT", "VERSION-CONTROL", "CHECKIN", "CHECKOUT", "UNCHECKOUT", "SEARCH", "MKWORKSPACE", "UPDATE", "LABEL", "MERGE",
		"BASELINE-CONTROL", "MKACTIVITY",
	}
	ajpFields = []string{
		"", "Accept", "Accept-Charset", "Accept-Encoding", "Accept-Language", "Authorization", "Connection", "Content-Type",
		"Content-Length", "Cookie", "Cookie2", "Host", "Pragma", "Referer", "User-Agent",
	}
	ajpAttributes = []string{
		"", "context", "servlet-path", "user", "auth-type", "query", "route", "ssl-cert", "ssl-cipher", "ssl-session", "", "ssl-key-size",
		"secret", "method",
	}
)

const (
	ajpForward = 2
	ajpPing    = 10
	// ajpMostBody is how much Tomcat asks for and sends in a packet.
	ajpMostBody = 8184
)

// read reads a request, and answers the pings before it.
func (ajpProtocol) read(s *stream) (message, error) {
	for {
		packet, err := ajpPacket(s)
		if err != nil {
			return message{}, err
		}
		if len(packet) == 1 && packet[0] == ajpPing {
			if s.b.mutes() {
				stays(s.Conn, 0)
				return message{}, io.EOF
			}
			if _, err := s.Write([]byte("AB\x00\x01\x09")); err != nil {
				return message{}, err
			}
			continue
		}
		return ajpRequest(packet)
	}
}

// mutes takes a mute answer, for a ping that is not answered.
func (b *backend) mutes() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.answers) > 0 && b.answers[0].manner == mute && b.take().manner == mute
}

func ajpPacket(s *stream) ([]byte, error) {
	var head [4]byte
	if _, err := io.ReadFull(s.r, head[:]); err != nil {
		return nil, err
	}
	packet := make([]byte, binary.BigEndian.Uint16(head[2:]))
	_, err := io.ReadFull(s.r, packet)
	return packet, err
}

// body reads the packets of a body. The first comes unasked where the request has a length.
func (ajpProtocol) body(s *stream, m *message, whole bool) error {
	length, _ := strconv.Atoi(m.field("Content-Length"))
	chunked := m.field(`"Transfer-Encoding"`) != ""
	if length > 0 && !chunked {
		if err := ajpBody(s, m); err != nil {
			return err
		}
	}
	for whole && (chunked || len(m.body) < length) {
		before := len(m.body)
		if err := ajpGet(s, m, ajpMostBody); err != nil {
			return err
		}
		if len(m.body) == before {
			return nil
		}
	}
	return nil
}

// ajpGet asks for more of the body and reads it.
func ajpGet(s *stream, m *message, n int) error {
	if _, err := s.Write([]byte{'A', 'B', 0, 3, 6, byte(n >> 8), byte(n)}); err != nil {
		return err
	}
	return ajpBody(s, m)
}

func ajpBody(s *stream, m *message) error {
	packet, err := ajpPacket(s)
	if err != nil {
		return err
	}
	if len(packet) < 2 || int(binary.BigEndian.Uint16(packet)) != len(packet)-2 {
		return errors.New("a packet of the body has another length than it says")
	}
	m.body = append(m.body, packet[2:]...)
	return nil
}

// wrap makes packets of an answer of HTTP.
func (ajpProtocol) wrap(m message, keep bool) []byte {
	status := strings.SplitN(m.line(), " ", 3)
	wire := ajpHeaders(status[1], status[len(status)-1], fieldsOf(m.head))
	for body := m.content(); len(body) > 0; {
		n := min(len(body), ajpMostBody)
		wire = append(wire, ajpChunk(body[:n])...)
		body = body[n:]
	}
	return append(wire, ajpEnd(keep)...)
}

// fieldsOf are the lines behind the first of a head.
func fieldsOf(head []byte) []string {
	lines := strings.Split(strings.TrimRight(string(head), "\r\n"), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], "\r")
	}
	return lines[1:]
}

func ajpWrap(payload []byte) []byte {
	packet := binary.BigEndian.AppendUint16([]byte("AB"), uint16(len(payload)))
	return append(packet, payload...)
}

func ajpText(dst []byte, text string) []byte {
	dst = binary.BigEndian.AppendUint16(dst, uint16(len(text)))
	return append(append(dst, text...), 0)
}

func ajpHeaders(status, reason string, fields []string) []byte {
	code, _ := strconv.Atoi(status)
	payload := binary.BigEndian.AppendUint16([]byte{4}, uint16(code))
	payload = binary.BigEndian.AppendUint16(ajpText(payload, reason), uint16(len(fields)))
	for _, field := range fields {
		name, value, _ := strings.Cut(field, ":")
		switch name {
		case "Content-Type":
			payload = append(payload, 0xa0, 1)
		case "Content-Length":
			payload = append(payload, 0xa0, 3)
		case "Set-Cookie":
			payload = append(payload, 0xa0, 7)
		default:
			payload = ajpText(payload, name)
		}
		payload = ajpText(payload, strings.TrimPrefix(value, " "))
	}
	return ajpWrap(payload)
}

func ajpChunk(data []byte) []byte {
	payload := binary.BigEndian.AppendUint16([]byte{3}, uint16(len(data)))
	return ajpWrap(append(append(payload, data...), 0))
}

func ajpEnd(keep bool) []byte {
	if keep {
		return ajpWrap([]byte{5, 1})
	}
	return ajpWrap([]byte{5, 0})
}

// step is one of
//
//	headers 200 OK|Name: value|…    body TEXT    get N    end reuse    end close    packet BYTES    raw BYTES
func (ajpProtocol) step(s *stream, m *message, verb, rest string) error {
	data, err := payload(rest)
	if err != nil {
		return err
	}
	switch verb {
	case "headers":
		parts := strings.Split(string(data), "|")
		status, reason, _ := strings.Cut(parts[0], " ")
		data = ajpHeaders(status, reason, parts[1:])
	case "body":
		data = ajpChunk(data)
	case "end":
		data = ajpEnd(rest == "reuse")
	case "packet":
		data = ajpWrap(data)
	case "get":
		n, err := strconv.Atoi(rest)
		if err != nil {
			return err
		}
		return ajpGet(s, m, n)
	}
	_, err = s.Write(data)
	return err
}

// ajpRequest makes a message of the packet of a request. Fields without a code have their names in quotes.
func ajpRequest(packet []byte) (message, error) {
	r := &ajpReader{rest: packet}
	if kind := r.byte(); kind != ajpForward {
		return message{}, fmt.Errorf("packet %d where a request was expected", kind)
	}
	var head bytes.Buffer
	line := func(format string, args ...any) { fmt.Fprintf(&head, format+"\r\n", args...) }
	method := "(attribute)"
	if code := int(r.byte()); code < len(ajpMethods) {
		method = ajpMethods[code]
	}
	protocol, path := r.text(), r.text()
	line("%s %s %s", method, path, protocol)
	line("remote: %s %s", r.text(), r.text())
	line("server: %s:%d", r.text(), r.number())
	line("tls: %d", r.byte())
	for range r.number() {
		var name string
		if len(r.rest) > 1 && r.rest[0] == 0xa0 && int(r.rest[1]) < len(ajpFields) {
			name = ajpFields[r.number()&0xff]
		} else {
			name = strconv.Quote(r.text())
		}
		line("%s: %s", name, r.text())
	}
	for code := int(r.byte()); code != 0xff && r.err == nil; code = int(r.byte()) {
		switch {
		case code == 10:
			name := r.text()
			line("attribute %s=%s", name, r.text())
		case code == 11:
			line("attribute ssl-key-size=%d", r.number())
		case code < len(ajpAttributes):
			line("attribute %s=%s", ajpAttributes[code], r.text())
		default:
			r.err = fmt.Errorf("attribute %d", code)
		}
	}
	line("")
	if r.err == nil && len(r.rest) > 0 {
		r.err = fmt.Errorf("%d bytes behind the request", len(r.rest))
	}
	if r.err != nil {
		line("bad packet: %v", r.err)
	}
	return message{head: head.Bytes()}, nil
}

// ajpReader takes a packet apart.
type ajpReader struct {
	rest []byte
	err  error
}

func (r *ajpReader) take(n int) []byte {
	if n > len(r.rest) {
		r.err, r.rest = io.ErrUnexpectedEOF, nil
		return make([]byte, n)
	}
	taken := r.rest[:n]
	r.rest = r.rest[n:]
	return taken
}

func (r *ajpReader) byte() byte { return r.take(1)[0] }

func (r *ajpReader) number() uint16 { return binary.BigEndian.Uint16(r.take(2)) }

func (r *ajpReader) text() string {
	n := r.number()
	if n == 0xffff {
		return "(none)"
	}
	text := string(r.take(int(n)))
	if end := r.byte(); end != 0 && r.err == nil {
		r.err = fmt.Errorf("text %q does not end with a zero byte", text)
	}
	return text
}
