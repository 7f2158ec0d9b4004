package script

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strconv"
)

// verbLBConf is `lbconf ARGS…`: the command ends with status 0.
func verbLBConf(_ context.Context, s *session, c *call) error {
	code, err := runProgram(s, c, append([]string{"lbconf"}, c.args...))
	if err == nil && code != 0 {
		err = fmt.Errorf("exit status %d\n%s", code, c.stderr.String())
	}
	return err
}

// verbExits is `exits N lbconf ARGS…` or `exits N exec PROGRAM ARGS…`: the command ends with that status.
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
	if err := s.renderFiles(); err != nil {
		return 0, err
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
