// Package daemon runs a configuration as a process: it compiles it, says what is not executed, listens, reloads at SIGHUP,
// and drains when it is told to stop. `lbconf serve` is this package and a file that is read; a program that
// `lbconf convert --to go` writes is this package and a configuration that is compiled in.
package daemon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/runtime/admin"
	"github.com/lbconf/lbconf/runtime/metrics"
	"github.com/lbconf/lbconf/runtime/program"
	"github.com/lbconf/lbconf/runtime/server"
	"github.com/lbconf/lbconf/runtime/upstream"
)

// Source is a configuration with what its reader knows about it.
type Source struct {
	// Name is what messages call it: the path of a file.
	Name string
	// Config is the configuration; it must not be changed afterwards.
	Config *ir.Config
	// ServerRoot is the folder that relative paths count from where the configuration has no ServerRoot.
	ServerRoot string
	// Unreadable says that the text could not be followed, so that what it says is not known: it is never run.
	Unreadable bool
	// Refused says that httpd refuses the configuration: it is not run under Options.Strict.
	Refused bool
}

// Loader reads a configuration. Its error keeps a server from starting, and a running one as it is.
type Loader func() (Source, error)

// Options say how a configuration is run. The zero value runs it where it says.
type Options struct {
	// Listen maps ports of the configuration to the addresses that are opened in their place: 443 to "127.0.0.1:8443".
	// ParseListen makes it of a command line.
	Listen map[uint16]string
	// Strict refuses a configuration that httpd would refuse, and one with a directive that is not executed. ErrorLog and
	// PidFile, which concern no request, do not count.
	Strict bool
	// KeepRoot serves as root although the configuration names a User.
	KeepRoot bool
	// Token guards the paths of balancer-manager for programs, beside Require; ReadToken reads one from a file. Empty is none.
	Token []byte
	// Drain bounds how long requests in flight may take when the server stops; 0 is 30 seconds.
	Drain time.Duration
	// Version is the version of the software, which the Server field can name.
	Version string
	// Log gets what an administrator must know; nil discards it.
	Log *slog.Logger
	// Listening is told the addresses once they are open; nil logs them.
	Listening func([]server.Bound)
}

// RefusedError says that a configuration is not run: the reason lies in what it says, or in an option that forbids it.
type RefusedError struct {
	// Err is the reason.
	Err error
}

// Error returns the reason.
func (e *RefusedError) Error() string { return e.Err.Error() }

// Unwrap returns the reason.
func (e *RefusedError) Unwrap() error { return e.Err }

func refusedf(format string, args ...any) error { return &RefusedError{fmt.Errorf(format, args...)} }

// Run serves what load returns until ctx is done, and again what it returns at each SIGHUP. It returns nil after a stop, a
// *RefusedError where the configuration is not run, the error of load, and another error where serving failed.
func Run(ctx context.Context, load Loader, o Options) error {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	d := &daemon{load: load, options: o}
	compiled, err := d.compile(ctx)
	if err != nil {
		return err
	}
	d.table = compiled.Table()
	d.server = server.New(compiled, d.serverOptions())
	if err := admin.Mount(d.server, admin.Options{Log: o.Log, Token: o.Token}); err != nil {
		return errors.Join(err, compiled.CloseLogs())
	}
	if _, err := metrics.Mount(d.server); err != nil {
		return errors.Join(err, compiled.CloseLogs())
	}
	if err := d.server.Listen(); err != nil {
		return d.listenError(errors.Join(err, compiled.CloseLogs()))
	}
	d.listening(d.server.Addresses())
	stop := d.reloadOnHangup(ctx)
	defer stop()
	err = d.server.Serve(ctx)
	stop()
	d.keep()
	return err
}

// daemon is a configuration that runs.
type daemon struct {
	load    Loader
	options Options
	// name is that of the source that was loaded last.
	name   string
	server *server.Server
	// table is the live state of the workers, nil before the first program.
	table *upstream.Table
}

// serverOptions are what a server gets from this process.
func (d *daemon) serverOptions() server.Options {
	return server.Options{Listen: d.options.Listen, Drain: d.options.Drain, Log: d.options.Log}
}

// compile loads the configuration and makes a program of it, with open logs. What stands in the way is logged.
func (d *daemon) compile(ctx context.Context) (*program.Program, error) {
	source, err := d.load()
	if err != nil {
		return nil, err
	}
	d.name = source.Name
	compiled, report := program.Compile(source.Config, program.Options{
		Log: d.options.Log, Table: d.table, ServerRoot: source.ServerRoot, Hostname: mainName(ctx, source.Config),
		Kept:  d.kept,
		Trace: tracer{d.options.Log}, Version: d.options.Version, System: strings.ToUpper(runtime.GOOS[:1]) + runtime.GOOS[1:],
	})
	d.log(source.Config, report)
	if err := d.judge(source, report); err != nil {
		return nil, err
	}
	if err := compiled.OpenLogs(); err != nil {
		return nil, &RefusedError{err}
	}
	return compiled, nil
}

func (d *daemon) log(config *ir.Config, report *program.Report) {
	log := d.options.Log
	for _, e := range report.Refused {
		log.Error("refused", "at", place(config, e.Origin), "reason", e.Message)
	}
	for _, e := range report.Warned {
		log.Warn("httpd would not run this", "at", place(config, e.Origin), "reason", e.Message)
	}
	for _, e := range report.Noted {
		log.Warn("httpd takes it otherwise than it is written, and so it is run", "at", place(config, e.Origin), "reason", e.Message)
	}
	for _, e := range report.Ignored {
		log.Warn("not executed", "at", place(config, e.Origin), "reason", e.Message)
	}
	for _, e := range report.Told {
		log.Info("for information", "at", place(config, e.Origin), "reason", e.Message)
	}
}

// place is where an entry of a report stands.
func place(config *ir.Config, o ir.Origin) string {
	if config.Files == nil {
		return o.Directive
	}
	at := config.Files.Position(o.Span.Start)
	if at.Line == 0 {
		return o.Directive
	}
	return fmt.Sprintf("%s:%d:%d", at.Filename, at.Line, at.Column)
}

// judge says why a configuration must not run.
func (d *daemon) judge(source Source, report *program.Report) error {
	switch {
	case !report.OK() || source.Unreadable:
		return refusedf("%s: refused; what is wrong stands above", source.Name)
	case d.options.Strict && (source.Refused || len(report.Warned)+len(report.Ignored) > 0):
		return refusedf("%s: refused because of --strict; what is wrong stands above", source.Name)
	case !d.options.KeepRoot && os.Geteuid() == 0 && namesUser(source.Config):
		return refusedf("%s: names a User, and lbconf cannot change to it yet: start it as that user (ports below 1024 by --listen or a capability), or add --keep-root", source.Name)
	}
	return nil
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

func (d *daemon) listening(addresses []server.Bound) {
	if d.options.Listening != nil {
		d.options.Listening(addresses)
		return
	}
	for _, bound := range addresses {
		d.options.Log.Info("listening on "+bound.Actual.String(), "configured", bound.Configured.Port)
	}
}

// listenError says what to do about an address that cannot be opened.
func (d *daemon) listenError(err error) error {
	switch {
	case errors.Is(err, server.ErrNoListen):
		return refusedf("%s: no Listen directive: add one, such as\n    Listen 8080\nor give an address with --listen, such as --listen 443=127.0.0.1:8443 for <VirtualHost *:443>", d.name)
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf("%w: stop the process that has it (ss -ltnp names it), or open another one with --listen, such as --listen 443=127.0.0.1:8443", err)
	case errors.Is(err, os.ErrPermission):
		return fmt.Errorf("%w: ports below 1024 need a privilege: map them with --listen 80=:8080, give the binary the capability (setcap cap_net_bind_service=+ep), or let a service manager do so", err)
	}
	return err
}
