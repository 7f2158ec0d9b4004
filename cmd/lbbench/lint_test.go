package main

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lbconf/lbconf/cmd/internal/engine"
	"github.com/lbconf/lbconf/parser/large"
)

// A program that refuses the file is not a fast one.
func TestReadRefusesFailures(t *testing.T) {
	_, err := readInTurn(t.Context(), io.Discard, []reader{{"good", []string{"true"}}, {"bad", []string{"sh", "-c", "echo no such module; exit 1"}}}, 1)
	if err == nil || !strings.Contains(err.Error(), "bad") || !strings.Contains(err.Error(), "no such module") {
		t.Errorf("error %v", err)
	}
	costs, err := readInTurn(t.Context(), io.Discard, []reader{{"good", []string{"true"}}}, 2)
	if err != nil || len(costs[0]) != 2 || costs[0][0].peak < 1<<16 || costs[0][0].elapsed <= 0 {
		t.Errorf("%+v, %v", costs, err)
	}
}

func TestWriteCosts(t *testing.T) {
	one := func(cpu, elapsed time.Duration) cost {
		return cost{user: cpu, elapsed: elapsed, peak: 20 << 20}
	}
	r := reading{
		source: make([]byte, 1<<20), hosts: 3, parse: 250e6, readers: []reader{{name: "lbconf lint"}, {name: "apache2 -t"}},
		costs: [][]cost{{one(time.Second, time.Second), one(2*time.Second, time.Second)}, {one(4*time.Second, 2*time.Second), one(4*time.Second, 4*time.Second)}},
	}
	var text strings.Builder
	if err := writeCosts(&text, r); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"| `lbconf lint` | 1.50 | 0.00 | 1.50 | 1.00 | 20 | 20.0 |", "0.38 (0.25–0.50) of the processor time, 0.38 (0.25–0.50) of the time that passes", "250 MB/s"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("%q is missing in\n%s", want, text.String())
		}
	}
}

// httpd accepts the configuration that it is timed on.
func TestLargeIsAccepted(t *testing.T) {
	httpd := engine.HTTPD{AsIs: true}
	engine.Require(t, httpd)
	dir := t.TempDir()
	source := slices.Concat([]byte(modulesOfHosts), large.VirtualHosts(5))
	if err := os.WriteFile(filepath.Join(dir, "hosts.conf"), source, 0o600); err != nil {
		t.Fatal(err)
	}
	verdict, err := httpd.Check(t.Context(), engine.Job{Dir: dir, File: "hosts.conf"})
	if err != nil || !verdict.OK {
		t.Errorf("%+v, %v", verdict, err)
	}
}
