package script

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
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
	"backend":  verbBackend,
	"check":    verbCheck,
	"conns":    verbConns,
	"engine":   verbEngine,
	"exits":    verbExits,
	"http":     verbHTTP,
	"lbconf":   verbLBConf,
	"log":      verbLog,
	"pause":    verbPause,
	"raw":      verbRaw,
	"received": verbReceived,
	"reload":   verbReload,
	"same":     verbSame,
	"use":      verbUse,
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

var backendName = regexp.MustCompile(`^[a-z][a-z0-9_-]*$`)

// backend NAME [ANSWER…]
func verbBackend(ctx context.Context, s *session, c *call) error {
	if len(c.args) == 0 || !backendName.MatchString(c.args[0]) || c.args[0] == "front" {
		return usage("usage: backend NAME [ANSWER…], NAME in small letters and not front")
	}
	name, words := c.args[0], c.args[1:]
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
		var err error
		if b, err = newBackend(name, s.render); err != nil {
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
	return b.serve(ctx, answers)
}

// use PATH [NAME] [HOST[:PORT]=BACKEND…]
func verbUse(_ context.Context, s *session, c *call) error {
	const form = "usage: use PATH [NAME] [HOST[:PORT]=BACKEND…]"
	if len(c.args) == 0 {
		return usage(form)
	}
	source := c.args[0]
	if !filepath.IsAbs(source) {
		source = filepath.Join(filepath.Dir(s.script), source)
	}
	info, err := os.Stat(source)
	if err != nil {
		return err
	}
	name := "site.conf"
	if info.IsDir() {
		name = "."
	}
	var list []address
	for i, arg := range c.args[1:] {
		host, backend, ok := strings.Cut(arg, "=")
		switch {
		case !ok && i == 0:
			name = arg
		case !ok || host == "" || !backendName.MatchString(backend):
			return usage("%s: %q is no HOST[:PORT]=BACKEND", form, arg)
		default:
			list = append(list, address{host: host, backend: backend})
		}
	}
	if !filepath.IsLocal(name) {
		return usage("%s: NAME %q leads out of the work folder", form, name)
	}
	report, err := copyIn(source, filepath.Join(s.dir, name), s.own, list)
	if err == nil && report != "" {
		c.ts.Logf("%s", strings.TrimSuffix(report, "\n"))
	}
	return err
}

// engine [-port N]… [FILE], or engine -stop
func verbEngine(ctx context.Context, s *session, c *call) error {
	if c.flag("-stop") {
		if len(c.args) > 0 || s.process == nil {
			return usage("engine -stop takes no more arguments and stops the engine that was started")
		}
		process := s.process
		s.process = nil
		return process.Stop()
	}
	file, ports, err := c.configuration("engine [-port N]… [FILE]")
	if err != nil {
		return err
	}
	return s.start(ctx, file, ports)
}

// configuration takes [-port N]… [FILE]: the ports that the file names and the file to run.
func (c *call) configuration(form string) (string, []int, error) {
	var ports []int
	for {
		value, ok, err := c.option("-port")
		if err != nil {
			return "", nil, err
		}
		if !ok {
			break
		}
		port, err := strconv.ParseUint(value, 10, 16)
		if err != nil || port == 0 {
			return "", nil, usage("-port %s is no port", value)
		}
		ports = append(ports, int(port))
	}
	switch {
	case len(c.args) == 0:
		return "site.conf", ports, nil
	case len(c.args) > 1 || !filepath.IsLocal(c.args[0]):
		return "", nil, usage("usage: %s, FILE in the work folder; `use` copies a file there", form)
	}
	return c.args[0], ports, nil
}

// check [-port N]… [FILE]
func verbCheck(ctx context.Context, s *session, c *call) error {
	file, ports, err := c.configuration("check [-port N]… [FILE]")
	if err != nil {
		return err
	}
	if err := s.prepare(file, ports); err != nil {
		return err
	}
	verdict, err := s.engine.Check(ctx, s.job)
	if err != nil {
		return usage("%v", err)
	}
	if !verdict.OK {
		return fmt.Errorf("%s refuses %s with exit status %d\n%s", s.engine.Name(), file, verdict.Exit, verdict.Message)
	}
	c.prints = true
	fmt.Fprintln(&c.stdout, verdict.Message)
	return nil
}

// reload
func verbReload(ctx context.Context, s *session, c *call) error {
	if len(c.args) > 0 || s.process == nil {
		return usage("usage: reload, after engine")
	}
	var mapped []int // the fronts exist already
	if err := s.prepare(s.job.File, mapped); err != nil {
		return err
	}
	// Preparing is what puts ports into the files of httpd; the call itself has not changed.
	if _, err := s.engine.Command(ctx, s.job); err != nil {
		return err
	}
	return s.process.Reload()
}

// log
func verbLog(_ context.Context, s *session, c *call) error {
	if len(c.args) > 0 || s.process == nil {
		return usage("usage: log, after engine")
	}
	c.prints = true
	fmt.Fprintln(&c.stdout, s.process.Log())
	return nil
}

// received [-brief] NAME
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

// conns NAME N
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

// same A B
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

// pause DURATION
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

// within DURATION VERB…
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

// lbconf ARGS…
func verbLBConf(_ context.Context, s *session, c *call) error {
	code, err := runProgram(s, c, append([]string{"lbconf"}, c.args...))
	if err == nil && code != 0 {
		err = fmt.Errorf("exit status %d\n%s", code, c.stderr.String())
	}
	return err
}

// exits N lbconf|exec …
func verbExits(_ context.Context, s *session, c *call) error {
	if len(c.args) < 2 {
		return usage("usage: exits N lbconf ARGS… or exits N exec PROGRAM ARGS…")
	}
	want, err := strconv.Atoi(c.args[0])
	if err != nil {
		return usage("exits: %q is no exit status", c.args[0])
	}
	code, err := runProgram(s, c, c.args[1:])
	if err == nil && code != want {
		err = fmt.Errorf("exit status %d, not %d", code, want)
	}
	return err
}

// runProgram runs lbconf, or with exec another program, where and with the environment that the script is in, and
// returns its exit status.
func runProgram(s *session, c *call, words []string) (int, error) {
	var path string
	var args []string
	switch {
	case words[0] == "lbconf" && s.lbconf.Path == "":
		return 0, usage("this run of the scripts has no lbconf")
	case words[0] == "lbconf":
		path, args = s.lbconf.Path, slices.Concat(s.lbconf.Args, words[1:])
	case words[0] == "exec" && len(words) > 1:
		path, args = words[1], words[2:]
	default:
		return 0, usage("%q is no program: write lbconf or exec PROGRAM", words[0])
	}
	err := c.ts.Exec(path, args...)
	c.prints = true
	c.stdout.WriteString(c.ts.ReadFile("stdout"))
	c.stderr.WriteString(c.ts.ReadFile("stderr"))
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && exit.Exited() {
		return exit.ExitCode(), nil
	}
	if err != nil {
		return 0, usage("%s: %v", path, err)
	}
	return 0, nil
}
