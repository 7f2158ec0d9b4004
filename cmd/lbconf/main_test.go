package main

import (
	"errors"
	"flag"
	"os"
	"os/exec"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "rewrite the expected output of the scripts")

// TestMain makes this test binary answer as lbconf, in scripts and for whoever executes it by that name.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"lbconf": main})
}

// TestScripts runs testdata/script: the command line as a user meets it.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "../../testdata/script",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"exits": exits},
		Setup: func(env *testscript.Env) error {
			return os.CopyFS(env.WorkDir+"/seeds", os.DirFS("../../testdata/seeds"))
		},
	})
}

// exits runs a command and pins its exit code: exits 3 lbconf lint absent.conf.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND [ARG...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		got = exitCode(ts, err)
	}
	if got != want {
		ts.Fatalf("%q exited with %d, want %d", args[1:], got, want)
	}
}

// exitCode returns the code of a process that ended, and fails the script for one that did not start.
func exitCode(ts *testscript.TestScript, err error) int {
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		ts.Fatalf("%v", err)
	}
	return exit.ExitCode()
}
