package main

import (
	"context"
	"errors"
	"os"

	"github.com/lbconf/lbconf/cmd/internal/engine"
	"github.com/lbconf/lbconf/cmd/internal/script"
)

// testCmd runs conformance scripts.
type testCmd struct {
	Engine  []string `enum:"lbconf,httpd" default:"lbconf" help:"Engine to run the scripts on: ${enum}. Repeatable; default: ${default}."`
	Verbose bool     `short:"v" help:"Print the log of every script, not only of those that fail."`
	Short   bool     `help:"Leave out scripts that are marked slow."`
	Path    []string `arg:"" help:"Script, or folder of which every *.txtar is taken."`
}

// Help says what the exit codes mean.
func (*testCmd) Help() string {
	return `A script starts backends and an engine on a configuration, sends requests and compares what came back.
Exit codes: 0 all passed, 1 a script failed, 2 usage, 3 a script cannot be read or an engine is missing.`
}

// Run runs each script on each engine.
func (c *testCmd) Run(ctx context.Context, term *terminal) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	var engines []engine.Engine
	for _, name := range c.Engine {
		engines = append(engines, engineNamed(name, self))
	}
	result, err := script.Run(ctx, script.Options{
		Engines: engines, Files: c.Path, LBConf: script.Program{Path: self}, Stdout: term.stdout, Verbose: c.Verbose, Short: c.Short,
	})
	var unreadable *script.ReadError
	var missing *engine.MissingError
	switch {
	case errors.As(err, &unreadable), errors.As(err, &missing):
		return exitWith(exitRefused, err)
	case err != nil:
		return err
	case result.Count(script.Failed) > 0:
		return exitWith(exitFindings, nil)
	}
	return nil
}

// engineNamed returns the engine that the command line names.
func engineNamed(name, self string) engine.Engine {
	if name == "httpd" {
		return engine.HTTPD{}
	}
	return engine.LBConf{Program: self}
}
