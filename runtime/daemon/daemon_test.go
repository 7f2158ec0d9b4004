package daemon

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/runtime/internal/leaks"
	"github.com/lbconf/lbconf/runtime/server"
)

func TestMain(m *testing.M) { os.Exit(leaks.Main(m)) }

// config is what a test serves: nothing but what it is given.
func config(items ...ir.Item) *ir.Config {
	c := &ir.Config{Items: append([]ir.Item{&ir.ServerName{Host: "test.example"}}, items...)}
	c.Number()
	return c
}

// journal is a log that a test can wait for.
type journal struct {
	mu   sync.Mutex
	text strings.Builder
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

// await waits until the log has a text.
func (j *journal) await(t *testing.T, text string) {
	t.Helper()
	for range 500 {
		j.mu.Lock()
		found := strings.Contains(j.text.String(), text)
		j.mu.Unlock()
		if found {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("the log never says %q:\n%s", text, j.text.String())
}

// TestRun serves, reloads at SIGHUP, keeps the old configuration when the new one cannot be had, and stops.
func TestRun(t *testing.T) {
	log := &journal{}
	front := make(chan string, 1)
	first := config(&ir.HeaderEdit{Always: true, Action: ir.HeaderSet, Name: "X-Generation", Value: "1"})
	second := config(&ir.HeaderEdit{Always: true, Action: ir.HeaderSet, Name: "X-Generation", Value: "2"})
	loads := []func() (Source, error){
		func() (Source, error) { return Source{Name: "first", Config: first}, nil },
		func() (Source, error) { return Source{}, errors.New("the file is gone") },
		func() (Source, error) { return Source{Name: "second", Config: second}, nil },
	}
	load := func() (Source, error) {
		next := loads[0]
		loads = loads[1:]
		return next()
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- Run(ctx, load, Options{
			Listen: map[uint16]string{80: "127.0.0.1:0"}, Log: slog.New(slog.NewTextHandler(log, nil)),
			Listening: func(all []server.Bound) { front <- all[0].Actual.String() },
		})
	}()
	url := "http://" + <-front + "/"
	generation(t, url, "1")
	hangup(t)
	log.await(t, "the file is gone")
	generation(t, url, "1")
	hangup(t)
	log.await(t, "path=second")
	generation(t, url, "2")
	stop()
	if err := <-ended; err != nil {
		t.Errorf("the server stopped with %v", err)
	}
}

func hangup(t *testing.T) {
	t.Helper()
	if err := syscall.Kill(os.Getpid(), syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
}

func generation(t *testing.T, url, want string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if got := response.Header.Get("X-Generation"); got != want {
		t.Errorf("the configuration that answers is %q, want %q", got, want)
	}
}

// TestProcess runs a program that has its configuration compiled in: its exit codes and messages are those of lbconf serve.
func TestProcess(t *testing.T) {
	files := diag.NewFileSet()
	site := ir.NewSource(files, "site.conf", "Listen 80\n  AuthType Basic\n")
	guarded := config(&ir.Residue{Node: site.At(2), State: ir.ResidueUnsupported, Guards: true, Name: "AuthType", Args: "Basic"})
	guarded.Files = files
	for _, test := range []struct {
		name   string
		config *ir.Config
		args   string
		code   int
		says   string
	}{
		{"help", config(), "--help", exitStopped, "-listen [PORT=]ADDR:PORT"},
		{"an unknown option", config(), "--port 80", exitUsage, "flag provided but not defined: -port"},
		{"an argument", config(), "site.conf", exitUsage, "the configuration is compiled in"},
		{"a wrong address", config(), "--listen 80", exitUsage, "write it as ADDR:PORT"},
		{"no Listen", config(), "", exitRefused, "site.conf: no Listen directive"},
		{"a guard", guarded, "--listen 127.0.0.1:0", exitUsage, `"0" is no port`},
		{"a guard", guarded, "--listen 80=127.0.0.1:0", exitRefused, "at=site.conf:2:3 reason=\"AuthType is not run"},
		{"strict", config(&ir.Word{Name: ir.WordSetHandler, Value: "x"}), "--strict --listen 80=127.0.0.1:0", exitRefused, "because of --strict"},
		{"an address of somebody else", config(), "--listen 80=192.0.2.1:80", exitFailed, "cannot listen for port 80"},
	} {
		var out strings.Builder
		p := process{name: "proxy", args: strings.Fields(test.args), stderr: &out, getenv: func(string) string { return "as it is" }}
		if code := p.run(t.Context(), Source{Name: "site.conf", Config: test.config}); code != test.code || !strings.Contains(out.String(), test.says) {
			t.Errorf("%s: exit %d, want %d and %q in:\n%s", test.name, code, test.code, test.says, out.String())
		}
	}
}

// TestStopped: a program that is told to stop ends with 0.
// TestAddressInUse holds that the message names the address and what to do, without the calls of the system.
func TestAddressInUse(t *testing.T) {
	taken, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	var out strings.Builder
	p := process{name: "proxy", args: []string{"--listen", "80=" + taken.Addr().String()}, stderr: &out, getenv: func(string) string { return "as it is" }}
	if code := p.run(t.Context(), Source{Name: "site.conf", Config: config()}); code != exitFailed {
		t.Errorf("exit %d", code)
	}
	want := "cannot listen for port 80 at " + taken.Addr().String() + ": address already in use: stop the process that has it"
	if !strings.Contains(out.String(), want) {
		t.Errorf("%q does not say %q", out.String(), want)
	}
}

// TestStopped holds that a stop is told: draining may take a while.
func TestStopped(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	log := &journal{}
	p := process{name: "proxy", args: []string{"--listen", "80=127.0.0.1:0"}, stderr: log, getenv: func(string) string { return "as it is" }}
	if code := p.run(ctx, Source{Name: "site.conf", Config: config()}); code != exitStopped {
		t.Errorf("exit %d", code)
	}
	log.await(t, "msg=stopping drain=30s")
}
