package engine

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

const (
	startLimit = 20 * time.Second       // a server that has not answered by then does not start
	stopLimit  = 20 * time.Second       // after SIGTERM; then the process group is killed. httpd itself gives its children ten seconds
	pollPause  = 2 * time.Millisecond   // between two looks at a server that starts
	probeLimit = 500 * time.Millisecond // for one connection on loopback
	tailBytes  = 4096                   // of each log in a failure
)

// StartError says that an engine did not come up on a configuration.
type StartError struct {
	Engine  string // name of the engine
	Exit    int    // exit status of the program; -1 when it was still running or ended by a signal
	Message string // what the program printed and logged, its last 4096 bytes of each
}

// Error gives the exit status and the engine's own words.
func (e *StartError) Error() string {
	if e.Exit < 0 {
		return fmt.Sprintf("%s did not start serving within %s\n%s", e.Engine, startLimit, e.Message)
	}
	return fmt.Sprintf("%s did not start: exit status %d\n%s", e.Engine, e.Exit, e.Message)
}

// InUse reports whether the engine could not have one of its ports.
func (e *StartError) InUse() bool {
	message := strings.ToLower(e.Message)
	return strings.Contains(message, "address already in use") || strings.Contains(message, "cannot bind socket")
}

// Process is a running engine.
type Process struct {
	command Command
	cmd     *exec.Cmd
	stderr  string        // file that takes standard output and standard error
	done    chan struct{} // closed when the program has ended
}

// Start runs the engine on the job and returns when every front accepts connections. A program that ends or does not
// serve gives a *StartError, a program that does not exist a *MissingError. When ctx ends the engine is stopped, so ctx
// must outlive the process.
func Start(ctx context.Context, e Engine, job Job) (*Process, error) {
	command, err := e.Command(ctx, job)
	if err != nil {
		return nil, err
	}
	p, err := launch(ctx, e.Name(), job, command)
	if err != nil {
		return nil, err
	}
	if err := p.await(ctx, job.Fronts); err != nil {
		_ = p.Stop() // the reason why it did not come up is the better message
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, &StartError{Engine: e.Name(), Exit: p.exit(err), Message: p.Log()}
	}
	return p, nil
}

var errEnded = errors.New("the program has ended")

func launch(ctx context.Context, name string, job Job, command Command) (*Process, error) {
	run, err := job.run(name)
	if err != nil {
		return nil, err
	}
	if command.Ready != "" {
		if err := os.Remove(command.Ready); err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
	}
	stderr := filepath.Join(run, "stderr")
	out, err := os.Create(stderr)
	if err != nil {
		return nil, err
	}
	defer func() { _ = out.Close() }() // the program has its own copy
	cmd := exec.CommandContext(ctx, command.Path, command.Args...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = command.Dir, append(os.Environ(), command.Env...), out, out
	// A group of its own: an interrupt typed at a terminal reaches the harness, which then stops the engine in order.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = stopLimit
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	p := &Process{command: command, cmd: cmd, stderr: stderr, done: make(chan struct{})}
	go func() {
		_ = cmd.Wait() // the status is in cmd.ProcessState
		// A parent that gets SIGTERM while it starts may leave children behind.
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // usually there are none
		close(p.done)
	}()
	return p, nil
}

// await returns when the engine has started and all fronts accept a connection.
func (p *Process) await(ctx context.Context, fronts []Front) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	for p.command.Ready != "" {
		if _, err := os.Stat(p.command.Ready); err == nil {
			break
		}
		if err := p.pause(ctx); err != nil {
			return err
		}
	}
	dialer := net.Dialer{Timeout: probeLimit}
	for _, front := range fronts {
		for {
			conn, err := dialer.DialContext(ctx, "tcp", front.Addr)
			if err == nil {
				_ = conn.Close()
				break
			}
			if err := p.pause(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *Process) pause(ctx context.Context) error {
	select {
	case <-p.done:
		return errEnded
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(pollPause):
		return nil
	}
}

// exit is the exit status of a program that ended by itself, otherwise -1.
func (p *Process) exit(reason error) int {
	if !errors.Is(reason, errEnded) || p.cmd.ProcessState == nil {
		return -1
	}
	return p.cmd.ProcessState.ExitCode()
}

// Stop sends SIGTERM, waits for the end, and kills what is left of the process group after twenty seconds; the error says
// so. It may be called more than once.
func (p *Process) Stop() error {
	select {
	case <-p.done:
		return nil
	default:
	}
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	select {
	case <-p.done:
		return nil
	case <-time.After(stopLimit):
	}
	err := syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
	<-p.done
	if err != nil && !errors.Is(err, syscall.ESRCH) {
		return err
	}
	return fmt.Errorf("%s did not end within %s of SIGTERM and was killed", p.cmd.Path, stopLimit)
}

// Done is closed when the program has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Exit waits for the end of the program and returns its exit status, or -1 when a signal ended it.
func (p *Process) Exit() int {
	<-p.done
	return p.cmd.ProcessState.ExitCode()
}

// Reload makes the engine read its configuration again. It does not wait until the engine has done so.
func (p *Process) Reload() error {
	if p.command.Reload == 0 {
		return fmt.Errorf("%s has no signal for a reload", p.cmd.Path)
	}
	return p.cmd.Process.Signal(p.command.Reload)
}

// Log returns the end of what the engine printed and of its error logs.
func (p *Process) Log() string {
	var text strings.Builder
	for _, file := range append([]string{p.stderr}, p.command.Logs...) {
		text.WriteString(tail(file))
	}
	return strings.TrimRight(text.String(), "\n")
}

// tail returns the last lines of a file, at most tailBytes; an absent log has none.
func tail(file string) string {
	data, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	if len(data) > tailBytes {
		data = data[len(data)-tailBytes:]
		if _, rest, ok := strings.Cut(string(data), "\n"); ok {
			return rest
		}
	}
	return string(data)
}
