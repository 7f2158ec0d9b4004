package script

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"
)

// protocol is what a backend speaks that is not HTTP. The requests that it gets are shown in a readable form.
type protocol interface {
	// read reads a request up to where its body begins.
	read(s *stream) (message, error)
	// body reads the body of a request, all of it or what comes unasked.
	body(s *stream, m *message, whole bool) error
	// wrap makes of an answer of HTTP the bytes that say the same; keep says that the connection stays.
	wrap(m message, keep bool) []byte
	// step carries out a line of an answer that is a list of packets.
	step(s *stream, m *message, verb, rest string) error
}

// stream is a connection of a backend that speaks in packets.
type stream struct {
	net.Conn
	r *bufio.Reader
	b *backend
}

// talkPackets serves one connection until one side closes it.
func (b *backend) talkPackets(conn net.Conn, p protocol) {
	s := &stream{Conn: conn, r: bufio.NewReader(conn), b: b}
	for {
		m, err := p.read(s)
		if err != nil {
			return
		}
		b.mu.Lock()
		a := b.take()
		at := len(b.requests)
		b.requests = append(b.requests, m)
		b.mu.Unlock()
		packets := a.manner == reply && !bytes.HasPrefix(a.bytes, []byte("HTTP/"))
		err = p.body(s, &m, !packets)
		b.note(at, m)
		if err != nil {
			return
		}
		if packets {
			if a.delay > 0 && !stays(conn, a.delay) || !b.play(s, p, &m, at, a) {
				return
			}
		} else if !b.sendWrapped(conn, p, m, a) {
			return
		}
		if a.last {
			return
		}
	}
}

// note keeps what is known of a request by now.
func (b *backend) note(at int, m message) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.requests[at] = m
}

// sendWrapped carries out an answer that is written as one of HTTP.
func (b *backend) sendWrapped(conn net.Conn, p protocol, request message, a answer) bool {
	if a.manner == reply {
		wire := b.render(a.bytes)
		response, err := readResponse(bufio.NewReader(bytes.NewReader(wire)), strings.Fields(request.line() + " -")[0])
		if err != nil {
			return false
		}
		a.bytes = p.wrap(response, !a.last)
	}
	return sendBytes(conn, a)
}

// play carries out an answer that is a list of packets, and reports whether the connection still stands.
func (b *backend) play(s *stream, p protocol, m *message, at int, a answer) bool {
	for line := range strings.SplitSeq(string(b.render(a.bytes)), "\n") {
		line = strings.TrimRight(line, "\r")
		verb, rest, _ := strings.Cut(line, " ")
		switch verb {
		case "", "#":
			continue
		case "close":
			return false
		case "reset":
			if tcp, ok := s.Conn.(*net.TCPConn); ok {
				_ = tcp.SetLinger(0)
			}
			return false
		case "hang":
			stays(s.Conn, 0)
			return false
		case "wait":
			pause, err := time.ParseDuration(rest)
			if err != nil || !stays(s.Conn, pause) {
				return false
			}
			continue
		}
		err := p.step(s, m, verb, rest)
		b.note(at, *m)
		if err != nil {
			return false
		}
	}
	return true
}

// payload reads size:N or text in the notation of the wire, without a line end of its own.
func payload(text string) ([]byte, error) {
	if size, ok := strings.CutPrefix(text, "size:"); ok {
		n, err := strconv.Atoi(size)
		return bytes.Repeat([]byte("x"), max(n, 0)), err
	}
	return unescapeLine(text)
}

// checkPackets finds the mistakes in a list of packets before it is played.
func checkPackets(text string, verbs []string) error {
	for line := range strings.SplitSeq(text, "\n") {
		verb, rest, _ := strings.Cut(strings.TrimRight(line, "\r"), " ")
		switch verb {
		case "", "#", "close", "reset", "hang":
			continue
		case "wait":
			if _, err := time.ParseDuration(rest); err != nil {
				return err
			}
			continue
		}
		known := false
		for _, v := range verbs {
			known = known || v == verb
		}
		if !known {
			return fmt.Errorf("%q is no packet: write one of %s, or raw, wait, close, reset, hang", verb, strings.Join(verbs, ", "))
		}
		if _, err := payload(rest); err != nil {
			return err
		}
	}
	return nil
}
