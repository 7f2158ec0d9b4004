package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/lbconf/lbconf/ir/lint"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/runtime/daemon"
)

// serveCmd executes a configuration.
type serveCmd struct {
	inputFlags

	Listen   []string      `placeholder:"[PORT=]ADDR:PORT" help:"Open ADDR:PORT in place of PORT of the configuration, or beside what it listens on. Repeatable."`
	Strict   bool          `help:"Refuse to start when httpd would refuse the configuration, or when a directive of it is not executed. ErrorLog and PidFile do not count."`
	KeepRoot bool          `help:"As root, serve as root although the configuration names a User."`
	Token    string        `name:"api-token-file" placeholder:"FILE" help:"Programs that use the API of balancer-manager must send what is in FILE, a line of at least 16 bytes, as Authorization: Bearer, beside what Require demands."`
	Drain    time.Duration `default:"30s" help:"Time for requests in flight when the server stops. Default: ${default}."`
	Path     *string       `arg:"" optional:"" help:"Configuration: a file, a folder with apache2.conf or httpd.conf, or YAML of lbconf. Without it a demo runs: a balancer in front of two backends."`
}

// Help says how it is controlled.
func (*serveCmd) Help() string {
	return `Stays in the foreground and logs to standard error; ErrorLog and PidFile are not written.
SIGTERM and Ctrl-C drain and stop, a second one ends it at once. SIGHUP reads the configuration again and keeps the old
one when the new one has an error.
As many requests are in work as MaxRequestWorkers, ServerLimit and ThreadsPerChild allow, 400 without them; others wait.
Idle connections do not count, an open WebSocket session does, and ends with the drain at the latest.
Exit codes: 0 stopped by a signal, 1 failure at run time, 2 usage, 3 configuration refused.
One scheduler thread is used unless GOMAXPROCS says otherwise: it costs less per request than several.`
}

// Run serves until ctx is done.
func (c *serveCmd) Run(ctx context.Context, term *terminal) error {
	mapping, err := daemon.ParseListen(c.Listen)
	if err != nil {
		return exitWith(exitUsage, err)
	}
	if c.Path != nil && *c.Path == "" {
		// An unset variable of a shell script must not start a demo.
		return exitWith(exitUsage, errors.New("serve: the path is empty: name a file or a folder, or nothing at all for the demo"))
	}
	daemon.OneScheduler(term.getenv)
	context.AfterFunc(ctx, func() { signal.Reset(os.Interrupt, syscall.SIGTERM) }) // a second signal ends the process at once
	options := daemon.Options{
		Listen: mapping, Strict: c.Strict, KeepRoot: c.KeepRoot, Drain: c.Drain, Version: buildVersion(),
		Log: daemon.NewLog(term.stderr),
	}
	if c.Token != "" {
		if options.Token, err = daemon.ReadToken(c.Token, options.Log); err != nil {
			return exitWith(exitUsage, err)
		}
	}
	if c.Path == nil {
		err = c.demo(ctx, term, options)
	} else {
		err = daemon.Run(ctx, func() (daemon.Source, error) { return c.load(term) }, options)
	}
	if _, refused := errors.AsType[*daemon.RefusedError](err); refused {
		return exitWith(exitRefused, err)
	}
	return err
}

// load reads the configuration. What is wrong with its text is printed.
func (c *serveCmd) load(term *terminal) (daemon.Source, error) {
	inputs, err := c.readAll(term, []string{*c.Path}, term.environ())
	if err != nil {
		return daemon.Source{}, err
	}
	if len(inputs) != 1 {
		return daemon.Source{}, exitWith(exitRefused, fmt.Errorf("%s: %d fragments; serve takes one configuration: name the file", *c.Path, len(inputs)))
	}
	in := inputs[0]
	if err := diag.Render(term.stderr, in.files, lint.OnceEach(in.findings, in.files), diag.RenderOptions{Color: term.colour(term.stderr)}); err != nil {
		return daemon.Source{}, err
	}
	return c.source(in), nil
}

// source is an input as a daemon takes it.
func (c *serveCmd) source(in *input) daemon.Source {
	return daemon.Source{Name: in.name, Config: in.config, ServerRoot: c.serverRoot(in), Unreadable: in.unreadable(), Refused: in.refused()}
}

// serverRoot is the folder that relative paths count from when the configuration does not say.
func (c *serveCmd) serverRoot(in *input) string {
	if c.ServerRoot != "" {
		return c.ServerRoot
	}
	return filepath.Dir(in.name)
}
