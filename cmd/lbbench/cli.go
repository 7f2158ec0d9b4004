package main

import (
	"context"
	"io"

	"github.com/alecthomas/kong"

	"github.com/lbconf/lbconf/cmd/internal/cli"
)

// commands is the command line.
type commands struct {
	jobs
	Lint    lintCmd    `cmd:"" help:"Judge a configuration of ten thousand virtual hosts, beside what httpd takes to read it."`
	Backend backendCmd `cmd:"" hidden:"" help:"The backend of a benchmark; started by the other commands."`
}

// output is where a command writes its table and its progress.
type output struct{ stdout, stderr io.Writer }

// run executes one command line and returns the exit code: 0 done, 1 failed, 2 usage.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	return cli.Program{
		Name:        "lbbench",
		Description: "Measure lbconf beside httpd, nginx, HAProxy and Caddy.",
		Stdout:      stdout,
		Stderr:      stderr,
		Options:     []kong.Option{kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(&output{stdout, stderr})},
	}.Run(&commands{jobs: newJobs()}, args)
}
