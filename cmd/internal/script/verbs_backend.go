package script

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
)

var backendName = regexp.MustCompile(`^[a-z][a-z0-9_-]*$`)

// verbBackend is `backend NAME [-tls CERTIFICATE [-clients]] [ANSWER…]`: a backend listens and answers in turn, or refuses.
func verbBackend(ctx context.Context, s *session, c *call) error {
	if len(c.args) == 0 || !backendName.MatchString(c.args[0]) || c.args[0] == "front" {
		return usage("usage: backend NAME [-tls CERTIFICATE [-clients]] [ANSWER…], NAME in small letters and not front")
	}
	name := c.args[0]
	c.args = c.args[1:]
	secure, err := c.backendTLS(s)
	if err != nil {
		return err
	}
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
		a, err := parseAnswer(name, word, c.read)
		if err != nil {
			return usage("%v", err)
		}
		answers = append(answers, a)
	}
	b := s.backends[name]
	if b == nil {
		if b, err = newBackend(ctx, name, s.render); err != nil {
			return err
		}
		s.mu.Lock()
		s.backends[name] = b
		s.mu.Unlock()
	}
	if refuse {
		b.refuse()
		return nil
	}
	return b.serve(ctx, answers, secure)
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

// verbReceived is `received [-brief] NAME`: it prints the requests that the backend got since the last time.
func verbReceived(_ context.Context, s *session, c *call) error {
	brief := c.flag("-brief")
	if len(c.args) != 1 {
		return usage("usage: received [-brief] NAME")
	}
	b, err := s.backend(c.args[0])
	if err != nil {
		return usage("%v", err)
	}
	c.prints = true
	for _, m := range b.received() {
		if brief {
			fmt.Fprintln(&c.stdout, m.line())
			continue
		}
		c.stdout.WriteString(m.text())
	}
	return nil
}

// verbConns is `conns NAME N`: the backend has accepted that many connections.
func verbConns(_ context.Context, s *session, c *call) error {
	if len(c.args) != 2 {
		return usage("usage: conns NAME N")
	}
	b, err := s.backend(c.args[0])
	if err != nil {
		return usage("%v", err)
	}
	want, err := strconv.Atoi(c.args[1])
	if err != nil {
		return usage("conns: %q is no number", c.args[1])
	}
	if got := b.connections(); got != want {
		return fmt.Errorf("backend %s has accepted %d connections, not %d", b.name, got, want)
	}
	return nil
}
