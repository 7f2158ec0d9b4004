package main

import (
	"cmp"
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/lbconf/lbconf/cmd/internal/engine"
	"github.com/lbconf/lbconf/cmd/internal/script"
)

// testCmd runs conformance scripts.
type testCmd struct {
	Engine  []string `enum:"lbconf,go,httpd" default:"lbconf" help:"Engine to run the scripts on: ${enum}; go is the program that convert --to go writes. Repeatable; default: ${default}."`
	Source  string   `placeholder:"DIR" help:"Folder with the source of lbconf, for --engine go. Default: the one around the current folder."`
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
	if c.Source, err = filepath.Abs(cmp.Or(c.Source, engine.SourceAround("."))); err != nil {
		return err
	}
	for _, name := range c.Engine {
		engines = append(engines, c.engine(name, self))
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

// engine returns the engine that the command line names.
func (c *testCmd) engine(name, self string) engine.Engine {
	lbconf := engine.LBConf{Program: self}
	switch name {
	case "httpd":
		return engine.HTTPD{}
	case "go":
		return engine.GoProgram{LBConf: lbconf, Source: c.Source}
	}
	return lbconf
}
