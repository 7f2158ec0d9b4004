// Package engine starts, awaits and stops the servers that lbconf is compared with, and lbconf itself, on a
// configuration file. An Engine says how its program is called; Start, Process and Reserve are the same for all.
//
// The conformance scripts hand over a file of httpd's language and the addresses to listen on; the benchmark hands over
// a ready-made file in the engine's own language. Both get a process that answers, its processes for accounting, and
// its last words when it fails.
package engine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
)

// Engine is a kind of server: how to find its program, to let it check a file and to run it on a file.
type Engine interface {
	// Name is the word for the engine in scripts and reports: httpd, lbconf, nginx, haproxy, caddy.
	Name() string
	// Version asks the program for its version, as in 2.4.71. It returns a *MissingError when there is no program.
	Version(ctx context.Context) (string, error)
	// Check lets the engine judge the file of the job without serving it. An error means that it could not be asked.
	Check(ctx context.Context, job Job) (Verdict, error)
	// Command writes what the engine needs below the folder of the job, and says how to run it.
	Command(ctx context.Context, job Job) (Command, error)
}

// Job is a configuration to run: a scratch folder with the file in it, and the addresses to serve.
type Job struct {
	Dir    string  // scratch folder, absolute; the engine may write into it and change files in it
	File   string  // the configuration, absolute or relative to Dir
	Fronts []Front // addresses that must accept connections before the engine counts as started
}

// Path is the absolute path of the configuration file.
func (j Job) Path() string {
	if filepath.IsAbs(j.File) {
		return j.File
	}
	return filepath.Join(j.Dir, j.File)
}

// run returns the folder for what the engine writes for itself, and makes it.
func (j Job) run(engine string) (string, error) {
	dir := filepath.Join(j.Dir, "."+engine)
	return dir, os.MkdirAll(dir, 0o755)
}

// Front is an address on which the engine serves.
type Front struct {
	Port int    // port that the configuration names (443 in <VirtualHost *:443>); 0 when it names no port or Addr itself
	Addr string // address to listen on, as in 127.0.0.1:40123
}

// Command is a program call that serves until it gets SIGTERM.
type Command struct {
	Path   string         // program
	Args   []string       // arguments, without the program
	Env    []string       // additions to the environment, NAME=VALUE
	Dir    string         // working directory
	Ready  string         // file that exists once the engine has started; empty when an open port says it all
	Logs   []string       // files with the engine's messages, beside its standard error
	Reload syscall.Signal // signal that makes the engine read its configuration again; 0 when it has none
}

// Verdict is what an engine says of a configuration.
type Verdict struct {
	OK      bool   // the engine accepts the configuration
	Exit    int    // exit status of the program
	Message string // what the program printed, without the final newline
}

// MissingError says that the program of an engine is not installed.
type MissingError struct {
	Engine string // name of the engine
	Tried  string // commands and places that were tried
}

// Error names the engine and what was looked for.
func (e *MissingError) Error() string {
	return fmt.Sprintf("engine %s is missing: found none of %s; install it or leave the engine out", e.Engine, e.Tried)
}

// sbin lists folders of servers that are not in every user's PATH.
var sbin = []string{"/usr/sbin", "/usr/local/sbin", "/sbin", "/usr/local/apache2/bin", "/opt/homebrew/bin"}

// find returns the path of the first of the programs that exists in PATH or in a folder for servers.
func find(engine string, programs ...string) (string, error) {
	for _, program := range programs {
		if path, err := exec.LookPath(program); err == nil {
			return filepath.Abs(path)
		}
		if strings.ContainsRune(program, filepath.Separator) {
			continue
		}
		for _, dir := range sbin {
			if path, err := exec.LookPath(filepath.Join(dir, program)); err == nil {
				return path, nil
			}
		}
	}
	return "", &MissingError{Engine: engine, Tried: strings.Join(programs, ", ") + " in PATH or " + strings.Join(sbin, ", ")}
}

// given returns the configured program, or the usual ones when none is configured.
func given(program string, usual ...string) []string {
	if program != "" {
		return []string{program}
	}
	return usual
}

var versionNumber = regexp.MustCompile(`\d+(\.\d+)+[-+.\w]*`)

// askVersion runs the program and returns the first dotted number that it prints.
func askVersion(ctx context.Context, path string, args ...string) (string, error) {
	verdict, err := ask(exec.CommandContext(ctx, path, args...))
	if err != nil {
		return "", err
	}
	version := versionNumber.FindString(verdict.Message)
	if version == "" {
		return "", fmt.Errorf("%s %s printed no version: %q", path, strings.Join(args, " "), verdict.Message)
	}
	return version, nil
}

// ask runs a program that judges and ends.
func ask(cmd *exec.Cmd) (Verdict, error) {
	out, err := cmd.CombinedOutput()
	verdict := Verdict{OK: err == nil, Message: strings.TrimRight(string(out), "\n")}
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && exit.Exited() {
		verdict.Exit, err = exit.ExitCode(), nil
	}
	if err != nil {
		return Verdict{}, fmt.Errorf("%s: %w", cmd.Path, err)
	}
	return verdict, nil
}

// AtLeast reports whether version is not older than least, both dotted numbers. What follows a number's digits, as in
// 2.4.71-1, is ignored.
func AtLeast(version, least string) bool {
	return slices.Compare(numbers(version), numbers(least)) >= 0
}

func numbers(version string) []int {
	var list []int
	for part := range strings.SplitSeq(version, ".") {
		number, digits := 0, 0
		for _, r := range part {
			if r < '0' || r > '9' || digits == 9 {
				break
			}
			number, digits = number*10+int(r-'0'), digits+1
		}
		list = append(list, number)
	}
	return list
}
