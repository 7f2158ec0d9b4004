package admin_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lbconf/lbconf/ir/lower"
	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/runtime/admin"
	"github.com/lbconf/lbconf/runtime/internal/leaks"
	"github.com/lbconf/lbconf/runtime/program"
	"github.com/lbconf/lbconf/runtime/server"
	"github.com/lbconf/lbconf/runtime/upstream"
)

func TestMain(m *testing.M) { os.Exit(leaks.Main(m)) }

// site is a server with two backends behind balancer://cluster, whose URLs take the place of ONE and TWO.
type site struct {
	url      string
	server   *server.Server
	one, two string
}

// start runs a configuration with the pages until the test ends.
func start(t *testing.T, config string) *site {
	t.Helper()
	return startWith(t, config, admin.Options{})
}

func startWith(t *testing.T, config string, o admin.Options) *site {
	t.Helper()
	leaks.Check(t)
	s := &site{}
	for i, url := range []*string{&s.one, &s.two} {
		backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = fmt.Fprintf(w, "backend %d", i+1) // the client may be gone
		}))
		t.Cleanup(backend.Close)
		*url = backend.URL
	}
	config = strings.NewReplacer("ONE", s.one, "TWO", s.two).Replace(config)
	tree := parser.Load(parser.Input{Name: filepath.Join(t.TempDir(), "test.conf"), Source: []byte("Listen 80\n" + config)})
	lowered, list := lower.Lower(tree)
	for _, d := range list {
		t.Logf("%v", d)
	}
	p, report := program.Compile(lowered, program.Options{ServerRoot: t.TempDir()})
	if !report.OK() {
		t.Fatalf("%+v", report.Refused)
	}
	if err := p.OpenLogs(); err != nil {
		t.Fatal(err)
	}
	s.server = server.New(p, server.Options{Listen: map[uint16]string{80: "127.0.0.1:0"}, Log: slog.New(slog.DiscardHandler)})
	if err := admin.Mount(s.server, o); err != nil {
		t.Fatal(err)
	}
	if err := s.server.Listen(); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.server.Serve(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	s.url = "http://" + s.server.Addresses()[0].Actual.String()
	return s
}

// balancer returns a balancer of the main server.
func (s *site) balancer(t *testing.T, name string) *upstream.Balancer {
	t.Helper()
	for _, b := range s.server.Program().Hosts()[0].Balancers() {
		if b.Name == "balancer://"+name {
			return b
		}
	}
	t.Fatalf("no balancer %s", name)
	return nil
}

// do sends a request with the Referer of the site and returns the status and the body. A form makes it a POST.
func (s *site) do(t *testing.T, path, form string) (int, string) {
	t.Helper()
	method, body := http.MethodGet, io.Reader(nil)
	if form != "" {
		method, body = http.MethodPost, strings.NewReader(form)
	}
	request, err := http.NewRequestWithContext(t.Context(), method, s.url+path, body)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Referer", s.url+"/balancer-manager")
	a := exchange(t, request)
	return a.status, a.text
}

// exchange sends a request on a connection of its own.
func exchange(t *testing.T, request *http.Request) answer {
	t.Helper()
	client := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }() // it was read
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{status: response.StatusCode, header: response.Header, text: string(text)}
}

const cluster = `
ServerName manager.test
ProxyStatus On
<Proxy balancer://cluster>
BalancerMember ONE route=one
BalancerMember TWO route=two status=+H
BalancerMember http://127.0.0.1:1 loadfactor=2 retry=600 hcuri=/health
ProxySet nonce=secret growth=2 stickysession=SID
</Proxy>
<Proxy balancer://reports>
BalancerMember TWO status=+D
BalancerMember ONE/base
ProxySet lbmethod=bybusyness nonce=None
</Proxy>
ProxyPass /balancer-manager !
ProxyPass /server-status !
ProxyPass /server-info !
ProxyPass /reports balancer://reports
ProxyPass / balancer://cluster/
<Location /balancer-manager>
SetHandler balancer-manager
</Location>
<Location /server-status>
SetHandler server-status
</Location>
<Location /server-info>
SetHandler server-info
</Location>
`
