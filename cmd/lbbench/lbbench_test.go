package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lbconf/lbconf/cmd/internal/engine"
	"github.com/lbconf/lbconf/parser/testenv"
)

func testLoad(t *testing.T, handler http.HandlerFunc) (loadResult, error) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	clients := load{
		addr: strings.TrimPrefix(server.URL, "http://"), job: job{connections: 3, bodyBytes: 5},
	}
	return clients.run(t.Context(), 50*time.Millisecond)
}

// A fast wrong answer must not win a benchmark.
func TestLoadRefusesWrongAnswers(t *testing.T) {
	for name, test := range map[string]struct {
		handler http.HandlerFunc
		want    string
	}{
		"status": {func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "down", http.StatusServiceUnavailable) }, "instead of a 200"},
		"length": {func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "four") }, "4 bytes instead of 5"},
	} {
		if _, err := testLoad(t, test.handler); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v, want one with %q", name, err, test.want)
		}
	}
}

func TestLoadCountsAnswers(t *testing.T) {
	seen, err := testLoad(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "right") })
	if err != nil {
		t.Fatal(err)
	}
	if seen.requests == 0 || seen.p50 <= 0 || seen.p99 < seen.p50 {
		t.Errorf("implausible result %+v", seen)
	}
}

// httpd closes kept-alive connections when its threads are busy; a client opens another one.
func TestLoadOpensAnotherConnection(t *testing.T) {
	seen, err := testLoad(t, func(w http.ResponseWriter, _ *http.Request) {
		hijacked, rw, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		_, _ = rw.WriteString("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nright")
		_ = rw.Flush()
		_ = hijacked.Close()
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen.requests < 10 {
		t.Errorf("%d requests, want more than one connection has", seen.requests)
	}
}

func TestMedian(t *testing.T) {
	same := func(f float64) float64 { return f }
	if got := median([]float64{3, 1, 2}, same); got != 2 {
		t.Errorf("median of three = %v", got)
	}
	if got := median([]float64{4, 1, 2, 3}, same); got != 2.5 {
		t.Errorf("median of four = %v", got)
	}
}

// Each engine does each kind of job with the file that the benchmark writes for it.
func TestConfigurations(t *testing.T) {
	back := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "right") }))
	defer back.Close()
	for name, j := range map[string]job{
		"plain": {bodyBytes: 5, connections: 2}, "tls": {bodyBytes: 5, connections: 2, tls: true}, "noka": {bodyBytes: 5, connections: 2, closes: true},
	} {
		for _, c := range contenders("")[1:] {
			t.Run(name+"/"+c.engine.Name(), func(t *testing.T) {
				engine.Require(t, c.engine)
				front, err := testenv.Reserve()
				if err != nil {
					t.Fatal(err)
				}
				defer func() { _ = front.Release() }()
				dir := t.TempDir()
				if err := writeCertificate(dir); err != nil {
					t.Fatal(err)
				}
				config := c.config(place{front.Addr, strings.TrimPrefix(back.URL, "http://"), dir, j.tls})
				if err := os.WriteFile(filepath.Join(dir, "site.conf"), []byte(config), 0o600); err != nil {
					t.Fatal(err)
				}
				process, err := engine.Start(t.Context(), c.engine, engine.Job{Dir: dir, File: "site.conf", Fronts: []engine.Front{{Addr: front.Addr}}})
				if err != nil {
					t.Fatal(err)
				}
				defer func() {
					if err := process.Stop(); err != nil {
						t.Error(err)
					}
				}()
				if _, err := (load{addr: front.Addr, job: j}).run(t.Context(), 30*time.Millisecond); err != nil {
					t.Error(err)
				}
			})
		}
	}
}
