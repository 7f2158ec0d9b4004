package engine

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
)

// GoProgram runs what `lbconf convert --to go` makes of a configuration: a program that is built for each configuration
// and has it compiled in.
type GoProgram struct {
	LBConf LBConf // lbconf, which converts
	Source string // folder with the source of lbconf, which the program is built with
}

var _ Engine = GoProgram{}

// Name is go.
func (GoProgram) Name() string { return "go" }

// Names returns the names by which scripts mean an engine in conditions and folders: a Go program behaves as lbconf does,
// since both are one runtime.
func Names(e Engine) []string {
	if _, ok := e.(GoProgram); ok {
		return []string{e.Name(), LBConf{}.Name()}
	}
	return []string{e.Name()}
}

// Version asks lbconf. The go command and the source must be there.
func (e GoProgram) Version(ctx context.Context) (string, error) {
	if _, err := find(e.Name(), "go"); err != nil {
		return "", err
	}
	if !IsSource(e.Source) {
		return "", &MissingError{Engine: e.Name(), Tried: "the source of lbconf in " + strconv.Quote(e.Source) + ", which --source can name"}
	}
	return e.LBConf.Version(ctx)
}

// Check builds the program, starts it and stops it again.
func (e GoProgram) Check(ctx context.Context, job Job) (Verdict, error) {
	return startVerdict(ctx, e, job)
}

// Command converts and builds. Where lbconf refuses to convert the file, the error is a *StartError with its message.
func (e GoProgram) Command(ctx context.Context, job Job) (Command, error) {
	run, err := job.run(e.Name())
	if err != nil {
		return Command{}, err
	}
	lbconf, err := e.LBConf.Command(ctx, job)
	if err != nil {
		return Command{}, err
	}
	file := lbconf.Args[len(lbconf.Args)-1]
	folder := filepath.Join(run, "program")
	convert := append(slices.Clip(e.LBConf.Args), "convert", "--to", "go", "--allow-refused", "--replace", e.Source, "-o", folder, file)
	findings, err := e.step(ctx, job.Dir, lbconf.Path, convert...)
	if err != nil {
		return Command{}, err
	}
	converted := filepath.Join(run, "convert.log") // what lbconf serve would say of the text
	if err := os.WriteFile(converted, []byte(findings), 0o644); err != nil {
		return Command{}, err
	}
	sums, err := os.ReadFile(filepath.Join(e.Source, "go.sum"))
	if err != nil {
		return Command{}, err
	}
	if err := os.WriteFile(filepath.Join(folder, "go.sum"), sums, 0o644); err != nil {
		return Command{}, err
	}
	program := filepath.Join(run, "program.exe")
	if _, err := e.step(ctx, folder, "go", "build", "-mod=mod", "-buildvcs=false", "-ldflags=-s -w", "-o", program, "."); err != nil {
		return Command{}, err
	}
	args := []string{"--server-root", filepath.Dir(job.Path())}
	for i, arg := range lbconf.Args {
		if arg == "--listen" {
			args = append(args, arg, lbconf.Args[i+1])
		}
	}
	return Command{Path: program, Args: args, Env: lbconf.Env, Dir: job.Dir, Logs: []string{converted}, Reload: syscall.SIGHUP}, nil
}

// step runs a program that must end with status 0, and returns what it prints.
func (e GoProgram) step(ctx context.Context, dir, program string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), e.LBConf.Env...)
	cmd.Env = append(cmd.Env, "GOWORK=off")
	verdict, err := ask(cmd)
	if err != nil {
		return "", err
	}
	if !verdict.OK {
		return "", &StartError{Engine: e.Name(), Exit: verdict.Exit, Message: verdict.Message}
	}
	return verdict.Message, nil
}

// IsSource reports whether a folder has the source of lbconf.
func IsSource(dir string) bool {
	module, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	return err == nil && bytes.HasPrefix(module, []byte("module github.com/lbconf/lbconf\n"))
}

// SourceAround returns the folder with the source of lbconf that a folder is or lies in, or empty.
func SourceAround(dir string) string {
	dir, err := filepath.Abs(dir)
	for err == nil && !IsSource(dir) {
		if dir == filepath.Dir(dir) {
			return ""
		}
		dir = filepath.Dir(dir)
	}
	return dir
}
