package engine

import (
	"context"
	"errors"
	"os/exec"
	"path/filepath"
	"syscall"
)

// Nginx runs nginx on a file in its own language. The file must not set `daemon`.
type Nginx struct {
	Program string // path or name; empty: nginx
}

// HAProxy runs HAProxy on a file in its own language.
type HAProxy struct {
	Program string // path or name; empty: haproxy
}

// Caddy runs Caddy on a Caddyfile, or on JSON when the file's name ends in .json.
type Caddy struct {
	Program string // path or name; empty: caddy
}

var _, _, _ Engine = Nginx{}, HAProxy{}, Caddy{}

// Name is nginx.
func (Nginx) Name() string { return "nginx" }

// Name is haproxy.
func (HAProxy) Name() string { return "haproxy" }

// Name is caddy.
func (Caddy) Name() string { return "caddy" }

func (e Nginx) path() (string, error)   { return find("nginx", given(e.Program, "nginx")...) }
func (e HAProxy) path() (string, error) { return find("haproxy", given(e.Program, "haproxy")...) }
func (e Caddy) path() (string, error)   { return find("caddy", given(e.Program, "caddy")...) }

// Version asks `nginx -v`.
func (e Nginx) Version(ctx context.Context) (string, error) {
	path, err := e.path()
	if err != nil {
		return "", err
	}
	return askVersion(ctx, path, "-v")
}

// Version asks `haproxy -v`.
func (e HAProxy) Version(ctx context.Context) (string, error) {
	path, err := e.path()
	if err != nil {
		return "", err
	}
	return askVersion(ctx, path, "-v")
}

// Version asks `caddy version`.
func (e Caddy) Version(ctx context.Context) (string, error) {
	path, err := e.path()
	if err != nil {
		return "", err
	}
	return askVersion(ctx, path, "version")
}

// Check is `nginx -t`.
func (e Nginx) Check(ctx context.Context, job Job) (Verdict, error) {
	path, err := e.path()
	if err != nil {
		return Verdict{}, err
	}
	return ask(exec.CommandContext(ctx, path, "-t", "-p", job.Dir, "-c", job.Path(), "-e", "stderr"))
}

// Check is `haproxy -c`.
func (e HAProxy) Check(ctx context.Context, job Job) (Verdict, error) {
	path, err := e.path()
	if err != nil {
		return Verdict{}, err
	}
	return ask(exec.CommandContext(ctx, path, "-c", "-f", job.Path()))
}

// Check is `caddy validate`.
func (e Caddy) Check(ctx context.Context, job Job) (Verdict, error) {
	path, err := e.path()
	if err != nil {
		return Verdict{}, err
	}
	return ask(exec.CommandContext(ctx, path, append([]string{"validate"}, caddyFile(job)...)...))
}

// Command runs nginx in the foreground with the scratch folder as prefix.
func (e Nginx) Command(_ context.Context, job Job) (Command, error) {
	path, err := e.path()
	args := []string{"-p", job.Dir, "-c", job.Path(), "-e", "stderr", "-g", "daemon off;"}
	return Command{Path: path, Args: args, Dir: job.Dir, Reload: syscall.SIGHUP}, err
}

// Command runs HAProxy in the foreground.
func (e HAProxy) Command(_ context.Context, job Job) (Command, error) {
	path, err := e.path()
	return Command{Path: path, Args: []string{"-db", "-f", job.Path()}, Dir: job.Dir}, err
}

// Command runs Caddy in the foreground, with its state in the scratch folder.
func (e Caddy) Command(_ context.Context, job Job) (Command, error) {
	path, err := e.path()
	if err != nil {
		return Command{}, err
	}
	run, err := job.run("caddy")
	if err != nil {
		return Command{}, err
	}
	env := []string{"HOME=" + run, "XDG_DATA_HOME=" + run, "XDG_CONFIG_HOME=" + run}
	return Command{Path: path, Args: append([]string{"run"}, caddyFile(job)...), Env: env, Dir: job.Dir}, nil
}

func caddyFile(job Job) []string {
	if filepath.Ext(job.File) == ".json" {
		return []string{"--config", job.Path()}
	}
	return []string{"--config", job.Path(), "--adapter", "caddyfile"}
}

// startVerdict judges a file by starting the engine on it.
func startVerdict(ctx context.Context, e Engine, job Job) (Verdict, error) {
	p, err := Start(ctx, e, job)
	if failed := (*StartError)(nil); errors.As(err, &failed) {
		return Verdict{Exit: failed.Exit, Message: failed.Message}, nil
	}
	if err != nil {
		return Verdict{}, err
	}
	if err := p.Stop(); err != nil {
		return Verdict{}, err
	}
	return Verdict{OK: true, Message: p.Log()}, nil
}
