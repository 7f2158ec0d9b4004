package script

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

var backendName = regexp.MustCompile(`^[a-z][a-z0-9_-]*$`)

// verbBackend is `backend NAME [-socket] [-ajp|-fcgi|-tls CERTIFICATE [-clients]] [ANSWER…]`: a backend listens and answers in
// turn, or refuses.
func verbBackend(ctx context.Context, s *session, c *call) error {
	if len(c.args) == 0 || !backendName.MatchString(c.args[0]) || c.args[0] == "front" || c.args[0] == "sockets" {
		return usage("usage: backend NAME [-socket] [-ajp|-fcgi|-tls CERTIFICATE [-clients]] [ANSWER…], NAME in small letters and neither front nor sockets")
	}
	name := c.args[0]
	c.args = c.args[1:]
	onSocket := c.flag("-socket")
	secure, err := c.backendTLS(s)
	if err != nil {
		return err
	}
	speaks, read := c.backendProtocol()
	words := c.args
	refuse := len(words) == 1 && words[0] == "refuse"
	if len(words) == 0 {
		words = []string{"ok"}
	}
	var answers []answer
	for _, word := range words {
		if refuse {
			break
		}
		a, err := parseAnswer(name, word, read)
		if err != nil {
			return usage("%v", err)
		}
		answers = append(answers, a)
	}
	b, err := s.nameBackend(ctx, name, onSocket)
	if err != nil {
		return err
	}
	if refuse {
		b.refuse()
		return nil
	}
	return b.serve(ctx, answers, secure, speaks)
}

// backendProtocol takes -ajp or -fcgi, and returns how files with answers are then read.
func (c *call) backendProtocol() (protocol, func(string) (string, error)) {
	switch {
	case c.flag("-ajp"):
		return ajpProtocol{}, c.packets(ajpVerbs)
	case c.flag("-fcgi"):
		return fcgiProtocol{}, c.packets(fcgiVerbs)
	}
	return nil, c.read
}

// packets returns what reads a file with an answer: one of HTTP, or a list of packets, whose escapes stay as they are until
// it is played.
func (c *call) packets(verbs []string) func(name string) (string, error) {
	return func(name string) (string, error) {
		text, err := c.read(name)
		if err != nil || strings.HasPrefix(text, "HTTP/") {
			return text, err
		}
		if err := checkPackets(text, verbs); err != nil {
			return "", fmt.Errorf("%s: %w", name, err)
		}
		return strings.ReplaceAll(text, `\`, `\\`), nil
	}
}

// nameBackend returns the backend of that name and makes it where there is none; only then onSocket counts, which lets it
// listen on a Unix socket.
func (s *session) nameBackend(ctx context.Context, name string, onSocket bool) (*backend, error) {
	if b := s.backends[name]; b != nil {
		return b, nil
	}
	socket := ""
	if onSocket {
		folder, err := s.socketFolder()
		if err != nil {
			return nil, err
		}
		socket = filepath.Join(folder, name+".sock")
	}
	b, err := newBackend(ctx, name, socket, s.render)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.backends[name] = b
	return b, nil
}

// socketFolder returns the folder of the Unix sockets of the script, which is made when it is first asked for. It is none of
// the work folder, whose path can be longer than a socket's may be.
func (s *session) socketFolder() (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sockets != "" {
		return s.sockets, nil
	}
	folder, err := os.MkdirTemp("", "lbs")
	if err != nil {
		return "", err
	}
	s.sockets = folder
	return folder, os.Chmod(folder, 0o755) //nolint:gosec // the engine may run under another account
}

// backendTLS takes [-tls CERTIFICATE [-clients]].
func (c *call) backendTLS(s *session) (*backendTLS, error) {
	certificate, ok, err := c.option("-tls")
	if err != nil || !ok {
		return nil, err
	}
	secure, err := newBackendTLS(s.dir, certificate, c.flag("-clients"))
	if err != nil {
		return nil, usage("%v", err)
	}
	return secure, nil
}

// verbReceived is `received [-brief] [-n N] NAME`: it prints the requests that the backend got since the last time, which
// must be N at least.
func verbReceived(_ context.Context, s *session, c *call) error {
	const form = "usage: received [-brief] [-n N] NAME"
	brief, least := c.flag("-brief"), 0
	if value, ok, err := c.option("-n"); ok || err != nil {
		if least, err = strconv.Atoi(value); err != nil {
			return usage(form)
		}
	}
	if len(c.args) != 1 {
		return usage(form)
	}
	b, err := s.backend(c.args[0])
	if err != nil {
		return usage("%v", err)
	}
	fresh := b.received(least)
	if len(fresh) < least {
		return fmt.Errorf("backend %s has received %d requests, not %d", b.name, len(fresh), least)
	}
	c.prints = true
	for _, m := range fresh {
		if brief {
			fmt.Fprintln(&c.stdout, m.line())
			continue
		}
		c.stdout.WriteString(m.text())
	}
	return nil
}

// verbConns is `conns [-open] NAME N`: the backend has accepted that many connections, or that many are open.
func verbConns(_ context.Context, s *session, c *call) error {
	open := c.flag("-open")
	if len(c.args) != 2 {
		return usage("usage: conns [-open] NAME N")
	}
	b, err := s.backend(c.args[0])
	if err != nil {
		return usage("%v", err)
	}
	want, err := strconv.Atoi(c.args[1])
	if err != nil {
		return usage("conns: %q is no number", c.args[1])
	}
	switch accepted, now := b.connections(); {
	case open && now != want:
		return fmt.Errorf("%d connections to backend %s are open, not %d", now, b.name, want)
	case !open && accepted != want:
		return fmt.Errorf("backend %s has accepted %d connections, not %d", b.name, accepted, want)
	}
	return nil
}
