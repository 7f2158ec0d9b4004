// Package cli runs the command lines of our programs inside a process: nothing but main ends it, so that a command line
// can be run in a test.
package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/lbconf/lbconf/parser/diag"
)

// The exit codes that all programs share.
const (
	// Done is success.
	Done = 0
	// Failed is a failure without a code of its own.
	Failed = 1
	// Usage is a mistake on the command line.
	Usage = 2
)

// ExitError ends the process with a code. Without an error nothing is printed: findings are output, not a failure.
type ExitError struct {
	// Code is the exit code.
	Code int
	// Err is the cause, or nil.
	Err error
}

// Error returns the text of the cause.
func (e *ExitError) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("what is wrong stands above (exit code %d)", e.Code)
	}
	return e.Err.Error()
}

// Unwrap returns the cause.
func (e *ExitError) Unwrap() error { return e.Err }

// Program is a program with commands.
type Program struct {
	// Name is what messages begin with.
	Name string
	// Description is the first line of --help.
	Description string
	// Stdout gets --help, Stderr the messages.
	Stdout, Stderr io.Writer
	// Options are kong's, such as what commands are bound to.
	Options []kong.Option
}

// earlyExit is thrown by kong's exit hook: --help prints and must not go on parsing.
type earlyExit int

// Run executes the arguments, --help where there are none, with the commands of root, a pointer to a struct in kong's
// form, and returns the exit code of the process. It panics when root is not of that form.
func (p Program) Run(root any, args []string) (code int) {
	defer func() {
		if r := recover(); r != nil {
			early, ok := r.(earlyExit)
			if !ok {
				panic(r)
			}
			code = int(early)
		}
	}()
	parser, err := kong.New(root, append([]kong.Option{
		kong.Name(p.Name),
		kong.Description(p.Description),
		kong.Writers(p.Stdout, p.Stderr),
		kong.Exit(func(code int) { panic(earlyExit(code)) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
	}, p.Options...)...)
	if err != nil {
		panic(err) // a mistake of the program, found by every test
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	command, err := parser.Parse(args)
	if err != nil {
		return p.report(&ExitError{Usage, fmt.Errorf("%w\nRun \"%s --help\" or \"%s COMMAND --help\" for usage", err, p.Name, p.Name)})
	}
	return p.report(command.Run())
}

// report prints what went wrong and returns the exit code.
func (p Program) report(err error) int {
	if err == nil {
		return Done
	}
	var exit *ExitError
	if !errors.As(err, &exit) {
		exit = &ExitError{Failed, err}
	}
	if exit.Err != nil {
		for line := range strings.SplitSeq(p.Name+": "+exit.Err.Error(), "\n") {
			_, _ = fmt.Fprintln(p.Stderr, diag.Clean(line)) // the exit code still says it
		}
	}
	return exit.Code
}
