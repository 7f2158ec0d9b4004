package engine

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// LBConf runs `lbconf serve`.
type LBConf struct {
	Program string   // path of lbconf; empty: the program that runs now
	Args    []string // arguments before serve, for a program that is not lbconf by itself
	Env     []string // additions to the environment, NAME=VALUE
}

var _ Engine = LBConf{}

// Name is lbconf.
func (LBConf) Name() string { return "lbconf" }

func (e LBConf) path() (string, error) {
	if e.Program == "" {
		return os.Executable()
	}
	return find("lbconf", e.Program)
}

// Version asks `lbconf version`.
func (e LBConf) Version(ctx context.Context) (string, error) {
	path, err := e.path()
	if err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, path, append(slices.Clip(e.Args), "version")...)
	cmd.Env = append(os.Environ(), e.Env...)
	verdict, err := ask(cmd)
	if err != nil {
		return "", err
	}
	if !verdict.OK {
		return "", fmt.Errorf("%s version: exit status %d\n%s", path, verdict.Exit, verdict.Message)
	}
	return secondWord(verdict.Message), nil
}

// secondWord is the version in `lbconf 1.2.3 (follows httpd …)`.
func secondWord(line string) string {
	words := strings.Fields(line)
	if len(words) < 2 {
		return line
	}
	return words[1]
}

// Check starts the server and stops it again: `lbconf serve` refuses with exit status 3.
func (e LBConf) Check(ctx context.Context, job Job) (Verdict, error) {
	return startVerdict(ctx, e, job)
}

// Command is `lbconf serve --listen …`, one for each front that the file does not listen on itself.
func (e LBConf) Command(_ context.Context, job Job) (Command, error) {
	path, err := e.path()
	if err != nil {
		return Command{}, err
	}
	listens, err := listenLines(job)
	if err != nil {
		return Command{}, err
	}
	args := append(slices.Clip(e.Args), "serve")
	for _, front := range job.Fronts {
		switch {
		case front.Port != 0:
			args = append(args, "--listen", fmt.Sprintf("%d=%s", front.Port, front.Addr))
		case !listens[front.Addr]:
			args = append(args, "--listen", front.Addr)
		}
	}
	name := job.Path()
	if relative, err := filepath.Rel(job.Dir, name); err == nil && filepath.IsLocal(relative) {
		name = relative // messages name the file as its author does
	}
	return Command{Path: path, Args: append(args, name), Env: e.Env, Dir: job.Dir, Reload: syscall.SIGHUP}, nil
}
