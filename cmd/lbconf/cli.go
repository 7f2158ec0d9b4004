package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/alecthomas/kong"
)

// cli is the command line: one struct per command, in the file named after it.
type cli struct {
	Lint       lintCmd       `cmd:"" help:"Find what is wrong in configurations: what httpd refuses, and what it accepts although it is wrong."`
	Convert    convertCmd    `cmd:"" help:"Write a configuration in another language, and say what became of each directive."`
	Serve      serveCmd      `cmd:"" help:"Execute a configuration as httpd would, without httpd. Without a PATH: a demo."`
	Test       testCmd       `cmd:"" help:"Run conformance scripts on lbconf and on real engines."`
	Rules      rulesCmd      `cmd:"" help:"List what lint looks for."`
	Explain    explainCmd    `cmd:"" help:"Say what a rule of lint finds, what httpd does and what to write instead."`
	Completion completionCmd `cmd:"" help:"Print a script that completes command lines of lbconf in a shell."`
	Version    versionCmd    `cmd:"" help:"Print the version of lbconf and of the httpd whose behaviour it follows."`
}

// terminal is what a command may touch of the process it runs in.
type terminal struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(name string) string
	environ        func() []string
}

// The exit codes. Scripts depend on them.
const (
	exitDone     = 0
	exitFindings = 1 // lint: findings; fmt: would change; serve: a failure at run time; test: a script failed
	exitUsage    = 2
	exitRefused  = 3 // an input cannot be read or is refused
	exitLoss     = 4 // convert: something would be lost
)

// exitError ends the process with a code. Without an error nothing is printed: findings are output, not a failure.
type exitError struct {
	code int
	err  error
}

// Error returns the text of the cause.
func (e *exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit %d", e.code)
	}
	return e.err.Error()
}

// Unwrap returns the cause.
func (e *exitError) Unwrap() error { return e.err }

// ExitCode returns the code.
func (e *exitError) ExitCode() int { return e.code }

// exitWith makes err end the process with code.
func exitWith(code int, err error) error { return &exitError{code, err} }

// earlyExit is thrown by kong's exit hook: --help prints and must not go on parsing.
type earlyExit int

// run executes one command line and returns the exit code of the process.
func run(ctx context.Context, args []string, term *terminal) (code int) {
	defer func() {
		if r := recover(); r != nil {
			early, ok := r.(earlyExit)
			if !ok {
				panic(r)
			}
			code = int(early)
		}
	}()
	var root cli
	parser, err := kong.New(&root,
		kong.Name("lbconf"),
		kong.Description("Understand, check, convert, execute and test reverse-proxy configurations of Apache httpd."),
		kong.Writers(term.stdout, term.stderr),
		kong.Vars{"httpdVersion": followedVersion},
		kong.Exit(func(code int) { panic(earlyExit(code)) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(term),
	)
	if err != nil {
		panic(err) // the structs above are wrong: a mistake of the program, found by every test
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	command, err := parser.Parse(args)
	if err != nil {
		return report(term, exitWith(exitUsage, fmt.Errorf("%w\nRun \"lbconf --help\" or \"lbconf COMMAND --help\" for usage", err)))
	}
	return report(term, command.Run())
}

// report prints what went wrong and returns the exit code.
func report(term *terminal, err error) int {
	if err == nil {
		return exitDone
	}
	var exit *exitError
	if !errors.As(err, &exit) {
		exit = &exitError{exitFindings, err}
	}
	if exit.err != nil {
		fmt.Fprintf(term.stderr, "lbconf: %v\n", exit.err)
	}
	return exit.code
}
