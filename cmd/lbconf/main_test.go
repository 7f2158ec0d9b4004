package main

import (
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "rewrite the expected output of the scripts")

// TestMain makes this test binary answer as lbconf when it is called by that name, and puts it into the PATH as such.
// testscript.Main would do the same, but makes lbconf a verb of all scripts, in place of that of package script.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == "lbconf" {
		main()
		return
	}
	os.Exit(runTests(m))
}

// runTests runs the tests with lbconf in the PATH.
func runTests(m *testing.M) int {
	self, err := os.Executable()
	if err != nil {
		panic(err)
	}
	dir, err := os.MkdirTemp("", "lbconf-bin-")
	if err != nil {
		panic(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if err := errors.Join(os.Symlink(self, filepath.Join(dir, "lbconf")), os.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))); err != nil {
		panic(err)
	}
	return m.Run()
}

// TestScripts runs testdata/script: the command line as a user meets it.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "../../testdata/script",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"exits": exits},
		Condition:           condition,
		Setup: func(env *testscript.Env) error {
			return os.CopyFS(env.WorkDir+"/seeds", os.DirFS("../../testdata/seeds"))
		},
	})
}

// condition answers [root]: whether the scripts run as root, who must give up capabilities to be refused anything.
func condition(name string) (bool, error) {
	if name != "root" {
		return false, errors.New("unknown condition")
	}
	return os.Geteuid() == 0, nil
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
