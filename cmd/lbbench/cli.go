package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/alecthomas/kong"
)

// cli is the command line.
type cli struct {
	Small   smallCmd   `cmd:"" help:"A small GET over kept-alive connections, one backend, no access log."`
	Backend backendCmd `cmd:"" hidden:"" help:"The backend of a benchmark; started by the other commands."`
}

// earlyExit is thrown by kong's exit hook: --help prints and must not go on parsing.
type earlyExit int

// output is where a command writes its table and its progress.
type output struct{ stdout, stderr io.Writer }

// run executes one command line and returns the exit code: 0 done, 1 failed, 2 usage.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) (code int) {
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
		kong.Name("lbbench"),
		kong.Description("Measure lbconf beside httpd, nginx and HAProxy."),
		kong.Writers(stdout, stderr),
		kong.Exit(func(code int) { panic(earlyExit(code)) }),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(&output{stdout, stderr}),
	)
	if err != nil {
		panic(err) // the structs above are wrong: a mistake of the program
	}
	command, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(stderr, "lbbench: %v\n", err)
		return 2
	}
	if err := command.Run(); err != nil {
		if errors.Is(err, context.Canceled) {
			err = errors.New("interrupted")
		}
		fmt.Fprintf(stderr, "lbbench: %v\n", err)
		return 1
	}
	return 0
}
