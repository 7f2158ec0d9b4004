package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lbconf/lbconf/parser/testenv"
)

// scratch returns a folder that the account of httpd can enter, with one file in it.
func scratch(t *testing.T, name, text string) string {
	t.Helper()
	dir := t.TempDir()
	for folder := dir; strings.HasPrefix(folder, os.TempDir()) && folder != os.TempDir(); folder = filepath.Dir(folder) {
		if err := os.Chmod(folder, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

func reserve(t *testing.T) string {
	t.Helper()
	r, err := testenv.Reserve()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Release(); err != nil {
			t.Error(err)
		}
	})
	return r.Addr
}

func closing(t *testing.T, c io.Closer) {
	t.Helper()
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}

func get(t *testing.T, url string) string {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer closing(t, response.Body)
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%d %s", response.StatusCode, body)
}

// Each engine answers on the address it was given, counts its processes, and is gone after Stop.
func TestStartAndStop(t *testing.T) {
	addr := reserve(t)
	_, port, _ := net.SplitHostPort(addr)
	tests := []struct {
		engine Engine
		file   string
		text   string
		front  Front
	}{
		{HTTPD{}, "site.conf", "Redirect 410 /gone\n", Front{Addr: addr}},
		{HTTPD{}, "site.conf", "<VirtualHost *:443>\nRedirect 410 /gone\n</VirtualHost>\n", Front{Port: 443, Addr: addr}},
		{HTTPD{}, "site.conf", "Listen " + addr + "\nRedirect 410 /gone\n", Front{Addr: addr}},
		{HTTPD{}, "site.conf", "Listen 80\nRedirect 410 /gone\n", Front{Port: 80, Addr: addr}},
		{Nginx{}, "nginx.conf", "pid n.pid; events {}\nhttp { access_log off; server { listen " + addr + "; location /gone { return 410; } } }\n", Front{Addr: addr}},
		{HAProxy{}, "haproxy.cfg", "defaults\n mode http\n timeout client 1s\nfrontend f\n bind " + addr + "\n http-request deny deny_status 410\n", Front{Addr: addr}},
		{Caddy{}, "Caddyfile", "{\n admin off\n auto_https off\n}\nhttp://127.0.0.1:" + port + " {\n respond /gone 410\n}\n", Front{Addr: addr}},
	}
	for i, test := range tests {
		t.Run(fmt.Sprintf("%d-%s", i, test.engine.Name()), func(t *testing.T) {
			Require(t, test.engine)
			job := Job{Dir: scratch(t, test.file, test.text), File: test.file, Fronts: []Front{test.front}}
			p, err := Start(t.Context(), test.engine, job)
			if err != nil {
				t.Fatal(err)
			}
			if got := get(t, "http://"+addr+"/gone"); !strings.HasPrefix(got, "410 ") {
				t.Errorf("GET /gone: %s\n%s", got, p.Log())
			}
			usage, err := p.Usage()
			if err != nil || len(usage.PIDs) == 0 || usage.Resident == 0 {
				t.Errorf("usage = %+v, %v", usage, err)
			}
			if test.engine.Name() == "httpd" && len(usage.PIDs) < 2 {
				t.Errorf("httpd has a parent and children, found %v", usage.PIDs)
			}
			if err := p.Stop(); err != nil {
				t.Error(err)
			}
			var dialer net.Dialer
			if conn, err := dialer.DialContext(t.Context(), "tcp", addr); err == nil {
				closing(t, conn)
				t.Error("the port still answers after Stop")
			}
			if _, err := p.Usage(); !errors.Is(err, os.ErrProcessDone) {
				t.Errorf("usage after Stop: %v", err)
			}
		})
	}
}

func TestHTTPDRefuses(t *testing.T) {
	Require(t, HTTPD{})
	dir := scratch(t, "site.conf", "LoadModule proxy_module modules/mod_proxy.so\n<Proxy balancer://b>\nProxySet enablereuse=on\n</Proxy>\n")
	job := Job{Dir: dir, File: "site.conf", Fronts: []Front{{Addr: reserve(t)}}}
	verdict, err := HTTPD{}.Check(t.Context(), job)
	if err != nil {
		t.Fatal(err)
	}
	want := "AH00526: Syntax error on line 3 of " + dir + "/site.conf:\nProxySet: unknown Balancer parameter enablereuse=on; balancer://b"
	if verdict.OK || verdict.Exit != 1 || !strings.HasSuffix(verdict.Message, want) {
		t.Errorf("verdict = %+v, want a message that ends in %q", verdict, want)
	}
	_, err = Start(t.Context(), HTTPD{}, job)
	if failed := (*StartError)(nil); !errors.As(err, &failed) || failed.Exit != 1 || !strings.Contains(failed.Message, "AH00526") {
		t.Errorf("Start = %v, want a *StartError with status 1 and httpd's message", err)
	}
	if err := os.WriteFile(job.Path(), []byte("ProxyPass / http://127.0.0.1:9/\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if verdict, err := (HTTPD{}).Check(t.Context(), job); err != nil || !verdict.OK || !strings.HasSuffix(verdict.Message, "Syntax OK") {
		t.Errorf("verdict = %+v, %v", verdict, err)
	}
}

// A port that somebody listens on is told apart from a bad configuration, so that the caller takes another one.
func TestPortInUse(t *testing.T) {
	Require(t, HTTPD{})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer closing(t, listener)
	job := Job{Dir: scratch(t, "site.conf", "\n"), File: "site.conf", Fronts: []Front{{Addr: listener.Addr().String()}}}
	_, err = Start(t.Context(), HTTPD{}, job)
	if failed := (*StartError)(nil); !errors.As(err, &failed) || !failed.InUse() {
		t.Errorf("Start = %v, want a *StartError that is InUse", err)
	}
}

func TestMissing(t *testing.T) {
	for _, e := range []Engine{HTTPD{Program: "no-such-httpd"}, HTTPD{ModuleDir: t.TempDir()}, LBConf{Program: "/no/such/lbconf"}, Nginx{Program: "no-such"}, HAProxy{Program: "no-such"}, Caddy{Program: "no-such"}} {
		_, err := e.Command(t.Context(), Job{Dir: t.TempDir(), File: "x"})
		if missing := (*MissingError)(nil); !errors.As(err, &missing) || missing.Engine != e.Name() {
			t.Errorf("%s: %v, want a *MissingError of this engine", e.Name(), err)
		}
	}
}

// The end of the context ends the engine: an interrupted run leaves nothing behind.
func TestContextStops(t *testing.T) {
	Require(t, HTTPD{})
	ctx, cancel := context.WithCancel(t.Context())
	p, err := Start(ctx, HTTPD{}, Job{Dir: scratch(t, "site.conf", "\n"), File: "site.conf", Fronts: []Front{{Addr: reserve(t)}}})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	<-p.Done()
}

// forking is an engine that leaves a child when it is told to end, as httpd does before it has its signal handlers.
type forking struct{ HTTPD }

func (forking) Command(_ context.Context, job Job) (Command, error) {
	ready := filepath.Join(job.Dir, "ready")
	return Command{Path: "/bin/sh", Args: []string{"-c", "sleep 60 & echo $! > child; mv child ready; wait"}, Dir: job.Dir, Ready: ready}, nil
}

func TestStopLeavesNoChildren(t *testing.T) {
	dir := t.TempDir()
	p, err := Start(t.Context(), forking{}, Job{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "ready"))
	if err != nil {
		t.Fatal(err)
	}
	child, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Stop(); err != nil {
		t.Error(err)
	}
	file := fmt.Sprintf("/proc/%d/cmdline", child) // absent, or empty for one that nobody has waited for
	for end := time.Now().Add(5 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		line, _ := os.ReadFile(file)
		if len(line) == 0 {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("still running: %q", line)
		}
	}
}

// A reserved port refuses connections and is not given to others, but a listener may have it again and again.
func TestReserve(t *testing.T) {
	addr := reserve(t)
	for range 3 {
		var dialer net.Dialer
		if conn, err := dialer.DialContext(t.Context(), "tcp", addr); err == nil {
			closing(t, conn)
			t.Fatal("a reserved port accepts connections")
		}
		listener, err := net.Listen("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		conn, err := dialer.DialContext(t.Context(), "tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		closing(t, conn)
		closing(t, listener)
	}
	for range 200 {
		if other := reserve(t); other == addr {
			t.Fatal("the same port twice")
		}
	}
}

func TestMapText(t *testing.T) {
	mapped := map[string]string{"443": "127.0.0.1:40443", "80": "127.0.0.1:40080"}
	text := `# <VirtualHost *:80> in a comment stays
Listen 443 https
Listen [::]:80
Listen 8080
<VirtualHost *:80 "10.0.0.1:443" *:8080>
  ServerName a:443
</VirtualHost>
<virtualhost _default_:443>
`
	want := `# <VirtualHost *:80> in a comment stays
Listen 127.0.0.1:40443 https
Listen 127.0.0.1:40080
Listen 8080
<VirtualHost *:40080 "10.0.0.1:40443" *:8080>
  ServerName a:443
</VirtualHost>
<virtualhost _default_:40443>
`
	if diff := cmp.Diff(want, mapText(text, mapped)); diff != "" {
		t.Error(diff)
	}
}

func TestAtLeast(t *testing.T) {
	for _, test := range []struct {
		version, least string
		want           bool
	}{
		{"2.4.71", "2.4.64", true},
		{"2.4.9", "2.4.64", false},
		{"2.4.64-rc1", "2.4.64", true},
		{"2.5", "2.4.64", true},
		{"2.4", "2.4.1", false},
	} {
		if got := AtLeast(test.version, test.least); got != test.want {
			t.Errorf("AtLeast(%s, %s) = %v", test.version, test.least, got)
		}
	}
}

func TestLBConfCommand(t *testing.T) {
	dir := scratch(t, "site.conf", "Listen 127.0.0.1:40001\n<VirtualHost *:443>\n</VirtualHost>\n")
	program := filepath.Join(dir, "program")
	if err := os.WriteFile(program, []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	job := Job{Dir: dir, File: "site.conf", Fronts: []Front{{Addr: "127.0.0.1:40001"}, {Addr: "127.0.0.1:40002"}, {Port: 443, Addr: "127.0.0.1:40003"}}}
	command, err := LBConf{Program: program, Args: []string{"x"}}.Command(t.Context(), job)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"x", "serve", "--listen", "127.0.0.1:40002", "--listen", "443=127.0.0.1:40003", "site.conf"}
	if diff := cmp.Diff(want, command.Args); diff != "" {
		t.Error(diff)
	}
}

// TestMayEnter: a folder that is closed to others is named, wherever on the way it is.
func TestMayEnter(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("httpd changes its account only when root starts it")
	}
	dir := filepath.Join(scratch(t, "site.conf", ""), "closed", "open")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := (HTTPD{}).MayEnter(dir); err != nil {
		t.Error(err)
	}
	closed := filepath.Dir(dir)
	if err := os.Chmod(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := (HTTPD{}).MayEnter(dir); err == nil || !strings.Contains(err.Error(), "may not enter "+closed+" (mode 0700)") {
		t.Errorf("%v, want an error that names %s", err, closed)
	}
}
