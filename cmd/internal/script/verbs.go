package script

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// call is one line of a script.
type call struct {
	ts     *testscript.TestScript
	args   []string
	stdout bytes.Buffer
	stderr bytes.Buffer
	prints bool // the line replaces what stdout and stderr held before
}

// usageError is a line that makes no sense; `!` before the line does not excuse it.
type usageError struct{ text string }

func (e *usageError) Error() string { return e.text }

func usage(format string, args ...any) error { return &usageError{text: fmt.Sprintf(format, args...)} }

// verb carries out one line. An error fails the script unless the line begins with `!`.
type verb func(ctx context.Context, s *session, c *call) error

// verbs are the commands that scripts have beside those of testscript.
var verbs = map[string]verb{
	"backend":     verbBackend,
	"certificate": verbCertificate,
	"check":       verbCheck,
	"client":      verbClient,
	"conns":       verbConns,
	"engine":      verbEngine,
	"exits":       verbExits,
	"http":        verbHTTP,
	"lbconf":      verbLBConf,
	"log":         verbLog,
	"pause":       verbPause,
	"raw":         verbRaw,
	"received":    verbReceived,
	"reload":      verbReload,
	"same":        verbSame,
	"use":         verbUse,
	"ws":          verbWebSocket,
}

// commands binds the verbs to a session.
func commands(ctx context.Context, s *session) map[string]func(*testscript.TestScript, bool, []string) {
	table := map[string]func(*testscript.TestScript, bool, []string){}
	bind := func(name string, v verb) {
		table[name] = func(ts *testscript.TestScript, neg bool, args []string) {
			c := &call{ts: ts, args: args}
			c.finish(s, neg, v(ctx, s, c))
		}
	}
	for name, v := range verbs {
		bind(name, v)
	}
	bind("within", verbWithin)
	return table
}

// finish hands the output to the script and decides what an error means.
func (c *call) finish(s *session, neg bool, err error) {
	malformed := (*usageError)(nil)
	if neg && err != nil && !errors.As(err, &malformed) {
		c.prints = true
		fmt.Fprintln(&c.stderr, err)
	}
	if c.prints {
		_, _ = c.ts.Stdout().Write([]byte(s.restore(c.stdout.String()))) // a strings.Builder takes everything
		_, _ = c.ts.Stderr().Write([]byte(s.restore(c.stderr.String())))
	}
	switch {
	case malformed != nil || err != nil && !neg:
		c.ts.Fatalf("%s", s.restore(err.Error()))
	case err == nil && neg:
		c.ts.Fatalf("unexpected success")
	}
}

// read returns a file of the work folder, or what the last command printed.
func (c *call) read(name string) (string, error) {
	if name == "stdout" || name == "stderr" {
		return c.ts.ReadFile(name), nil
	}
	data, err := os.ReadFile(c.ts.MkAbs(name))
	return string(data), err
}

// option takes `-name VALUE` from the front of the arguments.
func (c *call) option(name string) (string, bool, error) {
	if len(c.args) == 0 || c.args[0] != name {
		return "", false, nil
	}
	if len(c.args) == 1 {
		return "", false, usage("%s needs a value", name)
	}
	value := c.args[1]
	c.args = c.args[2:]
	return value, true, nil
}

// flag takes `-name` from the front of the arguments.
func (c *call) flag(name string) bool {
	if len(c.args) == 0 || c.args[0] != name {
		return false
	}
	c.args = c.args[1:]
	return true
}

// verbSame is `same ACTUAL EXPECTED`: the texts are equal apart from masks in the second.
func verbSame(_ context.Context, s *session, c *call) error {
	if len(c.args) != 2 || c.args[0] == c.args[1] {
		return usage("usage: same ACTUAL EXPECTED, two different files; ACTUAL may be stdout or stderr")
	}
	got, err := c.read(c.args[0])
	if err != nil {
		return err
	}
	want, err := c.read(c.args[1])
	if err != nil {
		return usage("%v", err)
	}
	difference, err := compare(c.args[0], s.restore(got), c.args[1], s.restore(want))
	if err != nil {
		return usage("%v", err)
	}
	if difference != "" {
		return fmt.Errorf("%s is not as %s says\n%s", c.args[0], c.args[1], difference)
	}
	return nil
}

const longestPause = 3 * time.Second // a script that needs more is told to be built otherwise

// verbPause is `pause DURATION`.
func verbPause(ctx context.Context, _ *session, c *call) error {
	if len(c.args) != 1 {
		return usage("usage: pause DURATION")
	}
	wait, err := time.ParseDuration(c.args[0])
	if err != nil || wait < 0 || wait > longestPause {
		return usage("pause: %q is no duration of at most %s, such as 250ms", c.args[0], longestPause)
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(wait):
		return nil
	}
}

const retryPause = 10 * time.Millisecond

// verbWithin is `within DURATION VERB…`: the verb succeeds at some time until then.
func verbWithin(ctx context.Context, s *session, c *call) error {
	const form = "usage: within DURATION VERB…"
	if len(c.args) < 2 {
		return usage(form)
	}
	limit, err := time.ParseDuration(c.args[0])
	if err != nil || limit <= 0 || limit > 10*time.Second {
		return usage("%s: %q is no duration of at most 10s", form, c.args[0])
	}
	v, ok := verbs[c.args[1]]
	if c.args[1] == "grep" {
		v, ok = grep, true
	}
	if !ok {
		return usage("%s: %q is no verb that can be repeated", form, c.args[1])
	}
	args := c.args[2:]
	for end := time.Now().Add(limit); ; {
		attempt := &call{ts: c.ts, args: slices.Clone(args)}
		err := v(ctx, s, attempt)
		malformed := (*usageError)(nil)
		if err == nil || errors.As(err, &malformed) || time.Now().After(end) || ctx.Err() != nil {
			c.stdout, c.stderr, c.prints = attempt.stdout, attempt.stderr, attempt.prints
			return err
		}
		time.Sleep(retryPause)
	}
}

// grep is testscript's command of that name as within can repeat it: a pattern and a file that must match.
func grep(_ context.Context, _ *session, c *call) error {
	if len(c.args) != 2 {
		return usage("usage: within DURATION grep PATTERN FILE")
	}
	pattern, err := regexp.Compile(`(?m)` + c.args[0])
	if err != nil {
		return usage("%v", err)
	}
	text, err := c.read(c.args[1])
	if err != nil {
		return err
	}
	if !pattern.MatchString(text) {
		return fmt.Errorf("no match for %s in %s:\n%s", c.args[0], c.args[1], text)
	}
	return nil
}
