package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
)

// backendCmd serves one fixed answer on a free port of the loopback interface and prints its address.
type backendCmd struct {
	Bytes int `default:"100" help:"Length of the body."`
}

// Run serves until its standard input ends, so that it never outlives the benchmark that started it.
func (c *backendCmd) Run(ctx context.Context, out *output) error {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(out.stdout, listener.Addr()); err != nil {
		return err
	}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		_ = listener.Close()
	}()
	answer := fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\nServer: backend\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%s",
		c.Bytes, strings.Repeat("x", c.Bytes))
	for {
		conn, err := listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err != nil {
			return err
		}
		go answerAll(conn, answer)
	}
}

// answerAll answers each request head of a connection; the benchmark's requests have no body.
func answerAll(conn net.Conn, answer []byte) {
	defer func() { _ = conn.Close() }()
	buf := make([]byte, 0, 8192)
	for {
		n, err := conn.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if err != nil || len(buf) == cap(buf) {
			return
		}
		for {
			end := bytes.Index(buf, []byte("\r\n\r\n"))
			if end < 0 {
				break
			}
			buf = buf[:copy(buf, buf[end+4:])]
			if _, err := conn.Write(answer); err != nil {
				return
			}
		}
	}
}

// backend is a running backend process.
type backend struct {
	addr  string
	cmd   *exec.Cmd
	stdin io.Closer
}

// startBackend runs this program as a backend, in a process of its own so that its work is not the load's.
func startBackend(ctx context.Context, bodyBytes int) (*backend, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self, "backend", fmt.Sprintf("--bytes=%d", bodyBytes))
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		return nil, fmt.Errorf("backend: %w", err)
	}
	return &backend{addr: strings.TrimSpace(line), cmd: cmd, stdin: stdin}, nil
}

// stop ends the backend and waits for it.
func (b *backend) stop() error {
	if err := b.stdin.Close(); err != nil {
		return err
	}
	return b.cmd.Wait()
}
