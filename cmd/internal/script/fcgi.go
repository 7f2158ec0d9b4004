package script

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// fcgiProtocol is FastCGI, the side of the application.
type fcgiProtocol struct{}

var fcgiVerbs = []string{"stdout", "stderr", "end", "record", "raw"}

// The kinds of records.
const (
	fcgiBegin  = 1
	fcgiEnd    = 3
	fcgiParams = 4
	fcgiStdin  = 5
	fcgiStdout = 6
	fcgiStderr = 7
	fcgiMost   = 32 << 10
)

func fcgiRecord(s *stream) (kind byte, content []byte, err error) {
	var head [8]byte
	if _, err := io.ReadFull(s.r, head[:]); err != nil {
		return 0, nil, err
	}
	if head[0] != 1 || binary.BigEndian.Uint16(head[2:]) != 1 {
		return 0, nil, fmt.Errorf("record of version %d for request %d", head[0], binary.BigEndian.Uint16(head[2:]))
	}
	content = make([]byte, int(binary.BigEndian.Uint16(head[4:])))
	if _, err = io.ReadFull(s.r, content); err == nil {
		_, err = io.CopyN(io.Discard, s.r, int64(head[6]))
	}
	return head[1], content, err
}

// read reads the variables of a request.
func (fcgiProtocol) read(s *stream) (message, error) {
	kind, begin, err := fcgiRecord(s)
	if err != nil {
		return message{}, err
	}
	if kind != fcgiBegin || len(begin) != 8 {
		return message{}, fmt.Errorf("record %d of %d bytes where a request was expected", kind, len(begin))
	}
	var params []byte
	for {
		kind, content, err := fcgiRecord(s)
		switch {
		case err != nil:
			return message{}, err
		case kind != fcgiParams:
			return message{}, fmt.Errorf("record %d among the variables", kind)
		}
		if len(content) == 0 {
			break
		}
		params = append(params, content...)
	}
	var vars bytes.Buffer
	values := map[string]string{}
	for len(params) > 0 {
		name, value, rest, ok := fcgiPair(params)
		if !ok {
			fmt.Fprintf(&vars, "bad variables: %q\r\n", params)
			break
		}
		fmt.Fprintf(&vars, "%s=%s\r\n", name, value)
		values[name], params = value, rest
	}
	end := "close"
	if begin[2] == 1 {
		end = "keep"
	}
	head := fmt.Appendf(nil, "%s %s %s\r\n", values["REQUEST_METHOD"], values["REQUEST_URI"], end)
	return message{head: append(append(head, vars.Bytes()...), "\r\n"...)}, nil
}

func fcgiPair(b []byte) (name, value string, rest []byte, ok bool) {
	var sizes [2]int
	for i := range sizes {
		switch {
		case len(b) > 0 && b[0] < 0x80:
			sizes[i], b = int(b[0]), b[1:]
		case len(b) >= 4:
			sizes[i], b = int(binary.BigEndian.Uint32(b)&^(1<<31)), b[4:]
		default:
			return "", "", nil, false
		}
	}
	if sizes[0]+sizes[1] > len(b) {
		return "", "", nil, false
	}
	return string(b[:sizes[0]]), string(b[sizes[0]:][:sizes[1]]), b[sizes[0]+sizes[1]:], true
}

// body reads the whole body, which comes unasked.
func (fcgiProtocol) body(s *stream, m *message, _ bool) error {
	for {
		kind, content, err := fcgiRecord(s)
		switch {
		case err != nil:
			return err
		case kind != fcgiStdin:
			return fmt.Errorf("record %d in the body", kind)
		case len(content) == 0:
			return nil
		}
		m.body = append(m.body, content...)
	}
}

// wrap makes records of an answer of HTTP.
func (fcgiProtocol) wrap(m message, _ bool) []byte {
	_, status, _ := strings.Cut(m.line(), " ")
	output := []byte("Status: " + status + "\r\n")
	for _, field := range fieldsOf(m.head) {
		output = append(append(output, field...), "\r\n"...)
	}
	output = append(append(output, "\r\n"...), m.content()...)
	var wire []byte
	for len(output) > 0 {
		n := min(len(output), fcgiMost)
		wire = append(wire, fcgiWrap(fcgiStdout, output[:n])...)
		output = output[n:]
	}
	wire = append(wire, fcgiWrap(fcgiStdout, nil)...)
	return append(wire, fcgiWrap(fcgiEnd, make([]byte, 8))...)
}

func fcgiWrap(kind byte, content []byte) []byte {
	record := binary.BigEndian.AppendUint16([]byte{1, kind, 0, 1}, uint16(len(content)))
	return append(append(record, 0, 0), content...)
}

// step is one of
//
//	stdout TEXT    stderr TEXT    end [STATUS]    record KIND TEXT    raw BYTES
func (fcgiProtocol) step(s *stream, _ *message, verb, rest string) error {
	kind := 0
	if verb == "record" {
		number, text, _ := strings.Cut(rest, " ")
		var err error
		if kind, err = strconv.Atoi(number); err != nil {
			return err
		}
		rest = text
	}
	data, err := payload(rest)
	if err != nil {
		return err
	}
	switch verb {
	case "stdout":
		data = fcgiWrap(fcgiStdout, data)
	case "stderr":
		data = fcgiWrap(fcgiStderr, data)
	case "record":
		data = fcgiWrap(byte(kind), data)
	case "end":
		status, _ := strconv.Atoi(rest)
		data = fcgiWrap(fcgiEnd, binary.BigEndian.AppendUint64(nil, uint64(status)<<32))
	}
	_, err = s.Write(data)
	return err
}
