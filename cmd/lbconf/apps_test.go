package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lbconf/lbconf/cmd/internal/engine"
	"github.com/lbconf/lbconf/parser/testenv"
)

// application is a server of applications that both engines are put in front of.
type application struct {
	command *exec.Cmd
	output  bytes.Buffer
	done    chan struct{}
}

// startApplication starts a program and waits until the addresses answer. It ends with the test.
func startApplication(t *testing.T, command *exec.Cmd, network string, addresses ...string) {
	t.Helper()
	app := &application{command: command, done: make(chan struct{})}
	command.Stdout, command.Stderr = &app.output, &app.output
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = command.Wait() // it is killed
		close(app.done)
	}()
	t.Cleanup(func() {
		_ = syscall.Kill(-command.Process.Pid, syscall.SIGKILL) // it may be over
		<-app.done
		if t.Failed() {
			t.Logf("%s", app.output.Bytes())
		}
	})
	for _, address := range addresses {
		app.await(t, network, address)
	}
}

func (a *application) await(t *testing.T, network, address string) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for {
		conn, err := net.Dial(network, address)
		if err == nil {
			_ = conn.Close()
			return
		}
		select {
		case <-a.done:
			t.Fatalf("%s ended: %s", a.command.Path, a.output.Bytes())
		case <-time.After(20 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s does not listen on %s", a.command.Path, address)
		}
	}
}

// reserve keeps a free port for the length of the test.
func reserve(t *testing.T) string {
	t.Helper()
	reservation, err := testenv.Reserve()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = reservation.Release() })
	return reservation.Addr
}

// folder makes a folder that other users may read, with files in it.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for up := dir; up != os.TempDir() && up != "/"; up = filepath.Dir(up) {
		if err := os.Chmod(up, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		mode := os.FileMode(0o644)
		if strings.HasSuffix(name, ".sh") {
			mode = 0o755
		}
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// exchange is a request to both engines; the answers must be the same.
type exchange struct {
	name, method, path string
	fields             []string
	body               string
	// status is what is expected, text what the answer must have in it.
	status int
	text   string
}

// sameAnswers starts httpd and lbconf on a configuration and compares what they answer.
func sameAnswers(t *testing.T, config string, exchanges []exchange) {
	t.Helper()
	var answers [2][]string
	for i, e := range []engine.Engine{engine.HTTPD{}, engine.LBConf{Program: lbconfProgram(t)}} {
		engine.Require(t, e)
		front := reserve(t)
		dir := folder(t, map[string]string{"site.conf": "Listen " + front + "\n" + config, "logs/x": ""})
		process, err := engine.Start(t.Context(), e, engine.Job{Dir: dir, File: "site.conf", Fronts: []engine.Front{{Addr: front}}})
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range exchanges {
			answers[i] = append(answers[i], x.run(t, e.Name(), front))
		}
		if t.Failed() {
			t.Log(process.Log())
		}
		if err := process.Stop(); err != nil {
			t.Error(err)
		}
	}
	for i, x := range exchanges {
		if diff := cmp.Diff(answers[0][i], answers[1][i]); diff != "" {
			t.Errorf("%s (-httpd +lbconf):\n%s", x.name, diff)
		}
	}
}

// run sends the request and returns the answer without what differs each time.
func (x exchange) run(t *testing.T, engineName, front string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, x.method, "http://"+front+x.path, strings.NewReader(x.body))
	if err != nil {
		t.Fatal(err)
	}
	request.Host = "site.example"
	for _, field := range x.fields {
		name, value, _ := strings.Cut(field, ": ")
		request.Header.Add(name, value)
	}
	transport := &http.Transport{DisableKeepAlives: true}
	response, err := transport.RoundTrip(request)
	if err != nil {
		t.Errorf("%s on %s: %v", x.name, engineName, err)
		return ""
	}
	defer func() { _ = response.Body.Close() }()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		t.Errorf("%s on %s: %v", x.name, engineName, err)
	}
	if response.StatusCode != x.status || !strings.Contains(string(content), x.text) {
		t.Errorf("%s on %s: %s, expected %d with %q:\n%.2000s", x.name, engineName, response.Status, x.status, x.text, content)
	}
	lines := []string{response.Status}
	for name, values := range response.Header {
		if name != "Date" && name != "Server" {
			lines = append(lines, fmt.Sprintf("%s: %q", name, values))
		}
	}
	slices.Sort(lines[1:])
	return volatile.ReplaceAllString(strings.ReplaceAll(strings.Join(lines, "\n")+"\n\n"+string(content), front, "FRONT"), "$1…")
}

// volatile is what differs each time: ports, sessions and what httpd has that lbconf does not.
var volatile = regexp.MustCompile(`((?:REMOTE_PORT|SERVER_PORT|SERVER_SOFTWARE|JSESSIONID|REQUEST_TIME|REQUEST_TIME_FLOAT|UNIQUE_ID)=)[\w./ ()-]*`)
