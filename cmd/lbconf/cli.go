package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/lbconf/lbconf/cmd/internal/cli"
)

// commands is the command line: one struct per command, in the file named after it.
type commands struct {
	Lint       lintCmd       `cmd:"" help:"Find what is wrong in configurations: what httpd refuses, and what it accepts although it is wrong."`
	Fmt        fmtCmd        `cmd:"" help:"Bring files into the canonical layout, without changing what httpd reads."`
	Convert    convertCmd    `cmd:"" help:"Write a configuration in another language, and say what became of each directive."`
	Parse      parseCmd      `cmd:"" help:"Print what httpd would execute, as a tree or as JSON for other tools."`
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
	exitDone     = cli.Done
	exitFindings = cli.Failed // lint: findings; fmt: something would change; serve: a failure at run time; test: a script failed
	exitUsage    = cli.Usage
	exitRefused  = 3 // an input cannot be read or is refused
	exitLoss     = 4 // convert: something would be lost
)

// exitWith makes err end the process with code; a nil error prints nothing.
func exitWith(code int, err error) error { return &cli.ExitError{Code: code, Err: err} }

// run executes one command line and returns the exit code of the process.
func run(ctx context.Context, args []string, term *terminal) int {
	return cli.Program{
		Name:        "lbconf",
		Description: "Understand, check, format, convert, execute and test reverse-proxy configurations of Apache httpd.",
		Stdout:      term.stdout,
		Stderr:      term.stderr,
		Options: []kong.Option{
			kong.Vars{"httpdVersion": followedVersion, "targets": targets()},
			kong.BindToProvider(func() (context.Context, error) { return untilSignal(ctx), nil }),
			kong.Bind(term),
		},
	}.Run(&commands{}, args)
}

// untilSignal returns a context that ends with Ctrl-C or SIGTERM. Only commands that ask for one change what these signals
// do: lint, which may wait for its input, dies of them.
func untilSignal(ctx context.Context) context.Context {
	ctx, _ = signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM) // until the process ends
	return ctx
}
