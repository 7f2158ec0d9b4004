package daemon

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/diag"
)

// The exit codes of Main, which are those of `lbconf serve`.
const (
	exitStopped = 0
	exitFailed  = 1
	exitUsage   = 2
	exitRefused = 3
)

// Main is the main function of a program that serves one configuration: it reads the command line of the process, logs to
// standard error, and returns when SIGTERM or Ctrl-C has stopped the server. name is what messages call the configuration.
// The result is the exit code: 0 stopped by a signal, 1 failure at run time, 2 usage, 3 configuration refused.
func Main(name string, config *ir.Config) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	defer stop()
	p := process{name: filepath.Base(os.Args[0]), args: os.Args[1:], stderr: os.Stderr, getenv: os.Getenv}
	return p.run(ctx, Source{Name: name, Config: config})
}

// process is what Main uses of the process that it runs in.
type process struct {
	name   string
	args   []string
	stderr io.Writer
	getenv func(name string) string
}

func (p process) run(ctx context.Context, source Source) int {
	options, err := p.options(&source)
	if errors.Is(err, flag.ErrHelp) {
		return exitStopped
	}
	if err != nil {
		p.say(err)
		return exitUsage
	}
	OneScheduler(p.getenv)
	err = Run(ctx, func() (Source, error) { return source, nil }, options)
	if err == nil {
		return exitStopped
	}
	p.say(err)
	if _, refused := errors.AsType[*RefusedError](err); refused {
		return exitRefused
	}
	return exitFailed
}

// options reads the command line.
func (p process) options(source *Source) (Options, error) {
	var listen []string
	options := Options{Log: NewLog(p.stderr), Version: moduleVersion()}
	flags := flag.NewFlagSet(p.name, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.Func("listen", "open `[PORT=]ADDR:PORT` in place of PORT of the configuration, or beside what it listens on; repeatable", func(value string) error {
		listen = append(listen, value)
		return nil
	})
	flags.BoolVar(&options.Strict, "strict", false, "refuse to start when a directive is not executed, or httpd would refuse it; ErrorLog and PidFile do not count")
	flags.BoolVar(&options.KeepRoot, "keep-root", false, "as root, serve as root although the configuration names a User")
	token := flags.String("api-token-file", "", "what programs must send to balancer-manager as \"Authorization: Bearer\", beside what Require demands, is in this `file`")
	flags.DurationVar(&options.Drain, "drain", 30*time.Second, "time for requests in flight when the server stops")
	flags.StringVar(&source.ServerRoot, "server-root", ".", "`folder` that relative paths belong to where the configuration has no ServerRoot")
	if err := flags.Parse(p.args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			p.usage(flags, source.Name)
		}
		return options, err
	}
	if flags.NArg() > 0 {
		return options, fmt.Errorf("%q is not an option: the configuration is compiled in; --help lists the options", flags.Arg(0))
	}
	var err error
	if options.Listen, err = ParseListen(listen); err == nil && *token != "" {
		options.Token, err = ReadToken(*token, options.Log)
	}
	return options, err
}

// moduleVersion is the version of lbconf that the program was built with; it is devel for a folder of its source.
func moduleVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, module := range info.Deps {
			if module.Path == "github.com/lbconf/lbconf" && module.Replace == nil {
				return module.Version
			}
		}
	}
	return "devel"
}

func (p process) usage(flags *flag.FlagSet, configuration string) {
	_, _ = fmt.Fprintf(p.stderr, "%s serves %s, which is compiled in. SIGTERM and Ctrl-C drain and stop, a second one ends it at once, SIGHUP opens the logs again.\n\nOptions:\n",
		p.name, diag.Clean(configuration)) // nobody is there to be told of a failure
	flags.SetOutput(p.stderr)
	flags.PrintDefaults()
}

// say prints an error of the program.
func (p process) say(err error) {
	_, _ = fmt.Fprintf(p.stderr, "%s: %v\n", p.name, err) // the exit code still says it
}
