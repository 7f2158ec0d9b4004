package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/runtime/program"
	"github.com/lbconf/lbconf/runtime/server"
	"github.com/lbconf/lbconf/runtime/upstream"
)

// serveCmd executes a configuration.
type serveCmd struct {
	inputFlags

	Listen   []string      `placeholder:"[PORT=]ADDR:PORT" help:"Open ADDR:PORT in place of PORT of the configuration, or beside what it listens on. Repeatable."`
	Strict   bool          `help:"Refuse to start when httpd would refuse the configuration, or when a directive of it is not executed."`
	KeepRoot bool          `help:"As root, serve as root although the configuration names a User."`
	Drain    time.Duration `default:"30s" help:"Time for requests in flight when the server stops. Default: ${default}."`
	Path     string        `arg:"" optional:"" help:"Configuration: a file, a folder with apache2.conf or httpd.conf, or YAML of lbconf. Without it a demo runs: a balancer in front of two backends."`
}

// Help says how it is controlled.
func (*serveCmd) Help() string {
	return `Stays in the foreground and logs to standard error. SIGTERM and Ctrl-C drain and stop, SIGHUP reads the
configuration again and keeps the old one when the new one has an error.
Exit codes: 0 stopped by a signal, 1 failure at run time, 2 usage, 3 configuration refused.
One scheduler thread is used unless GOMAXPROCS says otherwise: it costs less per request than several.`
}

// Run serves until ctx is done.
func (c *serveCmd) Run(ctx context.Context, term *terminal) error {
	mapping, err := listenMapping(c.Listen)
	if err != nil {
		return exitWith(exitUsage, err)
	}
	if term.getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(1) // a proxied request is too short to hand to another thread
	}
	if c.Path == "" {
		return c.demo(ctx, term, mapping)
	}
	log := slog.New(slog.NewTextHandler(term.stderr, nil))
	compiled, err := c.compile(ctx, term, log, nil)
	if err != nil {
		return err
	}
	s := server.New(compiled, server.Options{Listen: mapping, Drain: c.Drain, Log: log})
	if err := s.Listen(); err != nil {
		return c.listenError(errors.Join(err, compiled.CloseLogs()))
	}
	for _, bound := range s.Addresses() {
		log.Info("listening on "+bound.Actual.String(), "configured", bound.Configured.Port)
	}
	stop := c.reloadOnHangup(ctx, term, log, s, compiled.Table())
	defer stop()
	return s.Serve(ctx)
}

// compile reads the configuration and makes a program of it, with open logs. What stands in the way is printed.
func (c *serveCmd) compile(ctx context.Context, term *terminal, log *slog.Logger, table *upstream.Table) (*program.Program, error) {
	inputs, err := c.readAll(term, []string{c.Path}, term.environ())
	if err != nil {
		return nil, err
	}
	if len(inputs) != 1 {
		return nil, exitWith(exitRefused, fmt.Errorf("%s: %d fragments; serve takes one configuration: name the file", c.Path, len(inputs)))
	}
	return c.compileInput(ctx, term, log, inputs[0], table)
}

func (c *serveCmd) compileInput(ctx context.Context, term *terminal, log *slog.Logger, in *input, table *upstream.Table) (*program.Program, error) {
	if err := diag.Render(term.stderr, in.files, in.findings, diag.RenderOptions{Color: term.colour(term.stderr)}); err != nil {
		return nil, err
	}
	compiled, report := program.Compile(in.config, program.Options{Table: table, ServerRoot: c.serverRoot(in), Hostname: mainName(ctx, in.config)})
	at := func(e program.Entry) string { return place(in.files, e.Origin) }
	for _, e := range report.Refused {
		log.Error("refused", "at", at(e), "reason", e.Message)
	}
	for _, e := range report.Warned {
		log.Warn("httpd would not run this", "at", at(e), "reason", e.Message)
	}
	for _, e := range report.Ignored {
		log.Warn("not executed", "at", at(e), "reason", e.Message)
	}
	switch {
	case !report.OK() || in.unreadable():
		return nil, exitWith(exitRefused, fmt.Errorf("%s: refused; what is wrong stands above", in.name))
	case c.Strict && (in.refused() || len(report.Warned)+len(report.Ignored) > 0):
		return nil, exitWith(exitRefused, fmt.Errorf("%s: refused because of --strict; what is wrong stands above", in.name))
	case !c.KeepRoot && os.Geteuid() == 0 && namesUser(in.config):
		return nil, exitWith(exitRefused, fmt.Errorf("%s: names a User, and lbconf cannot change to it yet: start lbconf as that user (ports below 1024 by --listen or a capability), or add --keep-root", in.name))
	}
	if err := compiled.OpenLogs(); err != nil {
		return nil, exitWith(exitRefused, err)
	}
	return compiled, nil
}

// serverRoot is the folder that relative paths count from when the configuration does not say.
func (c *serveCmd) serverRoot(in *input) string {
	if c.ServerRoot != "" {
		return c.ServerRoot
	}
	return filepath.Dir(in.name)
}

// reloadOnHangup reads the configuration again at each SIGHUP until the returned function is called.
func (c *serveCmd) reloadOnHangup(ctx context.Context, term *terminal, log *slog.Logger, s *server.Server, table *upstream.Table) (stop func()) {
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-ctx.Done():
				return
			case <-hangup:
				if err := c.reload(ctx, term, log, s, table); err != nil {
					log.Error("reload failed, the old configuration stays", "reason", err)
				} else {
					log.Info("reloaded", "path", c.Path)
				}
			}
		}
	}()
	return func() {
		signal.Stop(hangup)
		cancel()
		<-done
	}
}

func (c *serveCmd) reload(ctx context.Context, term *terminal, log *slog.Logger, s *server.Server, table *upstream.Table) error {
	compiled, err := c.compile(ctx, term, log, table)
	if err != nil {
		return err
	}
	if err := s.Swap(compiled); err != nil {
		return errors.Join(err, compiled.CloseLogs())
	}
	return nil
}

// listenError says what to do about an address that cannot be opened.
func (c *serveCmd) listenError(err error) error {
	switch {
	case errors.Is(err, server.ErrNoListen):
		return exitWith(exitRefused, fmt.Errorf("%s: no Listen directive: add one, such as\n    Listen 8080\nor give an address with --listen, such as --listen 443=127.0.0.1:8443 for <VirtualHost *:443>", c.Path))
	case errors.Is(err, os.ErrPermission):
		return fmt.Errorf("%w: ports below 1024 need a privilege: map them with --listen 80=:8080, give the binary the capability (setcap cap_net_bind_service=+ep), or let a service manager do so", err)
	}
	return err
}

// listenMapping reads --listen: the port of the configuration and the address that is opened in its place.
func listenMapping(options []string) (map[uint16]string, error) {
	mapping := make(map[uint16]string)
	for _, option := range options {
		configured, address, mapped := strings.Cut(option, "=")
		if !mapped {
			address = option
		}
		_, port, err := net.SplitHostPort(address)
		if err != nil {
			return nil, fmt.Errorf("--listen %s: write it as ADDR:PORT or PORT=ADDR:PORT, such as 443=127.0.0.1:8443", option)
		}
		if !mapped {
			configured = port
		}
		number, err := strconv.ParseUint(configured, 10, 16)
		if err != nil || number == 0 {
			return nil, fmt.Errorf("--listen %s: %q is no port: write a number from 1 to 65535", option, configured)
		}
		if other, taken := mapping[uint16(number)]; taken {
			return nil, fmt.Errorf("--listen %s: port %d is at %s already", option, number, other)
		}
		mapping[uint16(number)] = address
	}
	return mapping, nil
}

// place is where an entry of a report stands, for a log line.
func place(files *diag.FileSet, o ir.Origin) string {
	at := files.Position(o.Span.Start)
	if at.Line == 0 {
		return o.Directive
	}
	return fmt.Sprintf("%s:%d:%d", at.Filename, at.Line, at.Column)
}

// namesUser reports whether the main server wants to drop the privileges of root.
func namesUser(c *ir.Config) bool {
	for word := range ir.Of[*ir.Word](c.Items) {
		if word.Name == ir.WordUser {
			return true
		}
	}
	return false
}

// mainName is what httpd calls a main server without ServerName here; nobody is asked for the name of any other.
func mainName(ctx context.Context, c *ir.Config) string {
	for range ir.Of[*ir.ServerName](c.Items) {
		return ""
	}
	name, err := os.Hostname()
	if err != nil {
		return ""
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second) // a resolver that does not answer must not keep a server from starting
	defer cancel()
	return program.MachineName(ctx, net.DefaultResolver, name)
}
