package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
)

// The demo is the first thing that a newcomer sees: it must answer, and the backends must take turns.
func TestDemo(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	reader, writer := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, []string{"serve"}, &terminal{
			stdin: strings.NewReader(""), stdout: writer, stderr: io.Discard, environ: os.Environ,
			getenv: func(string) string { return "keep the scheduler of the test as it is" },
		})
		_ = writer.Close()
	}()
	url := ""
	var shown strings.Builder
	for lines := bufio.NewScanner(reader); lines.Scan(); {
		shown.WriteString(lines.Text() + "\n")
		if found := regexp.MustCompile(`http://127[^ ]+/service1/hello`).FindString(lines.Text()); found != "" {
			url = found
		}
		if strings.HasPrefix(lines.Text(), "Ctrl-C") {
			break
		}
	}
	for _, want := range []string{"<Proxy balancer://backend>", "param-on-wrong-object", "enablereuse=on"} {
		if !strings.Contains(shown.String(), want) {
			t.Errorf("the demo does not show %q:\n%s", want, shown.String())
		}
	}
	for _, want := range []string{"backend one", "backend two", "backend one"} {
		if body := get(t, url); !strings.HasPrefix(body, want) || !strings.Contains(body, "GET /service1/hello HTTP/1.1") {
			t.Errorf("got %q, want the answer of %s", body, want)
		}
	}
	stop()
	select {
	case code := <-ended:
		if code != exitDone {
			t.Errorf("the demo ended with %d", code)
		}
	case <-time.After(10 * time.Second):
		t.Error("the demo does not end")
	}
}

func get(t *testing.T, url string) string {
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
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != http.StatusOK {
		t.Fatalf("%s: status %d\n%s", url, response.StatusCode, body)
	}
	return string(body)
}

// The demo shows the configuration of the seed and no other.
func TestDemoIsTheSeed(t *testing.T) {
	seed, err := os.ReadFile("../../testdata/seeds/001-balancer-rewrite.conf")
	if err != nil {
		t.Fatal(err)
	}
	if string(seed) != demoConfig {
		t.Error("demo.conf differs from the seed 001-balancer-rewrite.conf")
	}
}
