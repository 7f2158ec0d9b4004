package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestProxyingPage takes each configuration of docs/proxying.md: lint must find nothing in it, and serve must execute all of it.
func TestProxyingPage(t *testing.T) {
	text, err := os.ReadFile("../../docs/proxying.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```apache\n(.*?)```").FindAllStringSubmatch(string(text), -1)
	if len(blocks) < 6 {
		t.Fatalf("the page has %d configurations", len(blocks))
	}
	getenv := func(name string) string { return map[string]string{"GOMAXPROCS": "2"}[name] } // serve leaves the threads of the test alone
	stopped, stop := context.WithCancel(t.Context())
	stop() // the server is opened, and ends
	path := filepath.Join(t.TempDir(), "site.conf")
	for _, block := range blocks {
		if err := os.WriteFile(path, []byte(block[1]), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, command := range [][]string{
			{"lint", "--fail-on", "info", "--files", "skip", path},
			{"serve", "--strict", "--listen", "80=127.0.0.1:0", path},
		} {
			var out bytes.Buffer
			term := &terminal{stdin: strings.NewReader(""), stdout: &out, stderr: &out, getenv: getenv, environ: func() []string { return nil }}
			if code := run(stopped, command, term); code != 0 {
				t.Errorf("%s: exit code %d for\n%s\n%s", command[0], code, block[1], out.String())
			}
		}
	}
}
