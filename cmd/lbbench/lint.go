package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/lbconf/lbconf/cmd/internal/engine"
	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/parser/large"
)

// lintCmd compares what lbconf takes to judge a large configuration with what httpd takes to read it.
type lintCmd struct {
	LBConf string `name:"lbconf" placeholder:"PATH" help:"The lbconf to measure. Default: the one beside this program."`
	Rounds int    `default:"9" help:"Rounds of each program. Default: ${default}."`
	Hosts  int    `default:"10000" help:"Virtual hosts of the configuration, sixteen lines each. Default: ${default}."`
}

// Validate refuses plans that measure nothing.
func (c *lintCmd) Validate() error {
	if c.Rounds < 1 || c.Hosts < 1 {
		return errors.New("--rounds and --hosts must be positive")
	}
	return nil
}

// Run measures and prints the table.
func (c *lintCmd) Run(ctx context.Context, out *output) (err error) {
	lbconf, err := findLBConf(c.LBConf)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "lbbench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	hosts := large.VirtualHosts(c.Hosts)
	source := slices.Concat([]byte(modulesOfHosts), hosts)
	if err := os.WriteFile(filepath.Join(dir, "hosts.conf"), source, 0o644); err != nil {
		return err
	}
	job := engine.Job{Dir: dir, File: "hosts.conf"}
	httpd, err := engine.HTTPD{AsIs: true}.Command(ctx, job)
	if err != nil {
		return err
	}
	readers := []reader{
		{"lbconf lint", append([]string{lbconf, "lint"}, job.Path())},
		{"apache2 -t", append([]string{httpd.Path, "-t"}, httpd.Args...)},
	}
	costs, err := readInTurn(ctx, out.stderr, readers, c.Rounds)
	if err != nil {
		return err
	}
	return writeCosts(out.stdout, reading{source: source, hosts: c.Hosts, readers: readers, costs: costs, parse: parseSpeed(hosts, c.Rounds)})
}

// modulesOfHosts loads what the virtual hosts need. The log goes nowhere, so that httpd has nothing to open.
const modulesOfHosts = `LoadModule mpm_event_module modules/mod_mpm_event.so
LoadModule authz_core_module modules/mod_authz_core.so
LoadModule proxy_module modules/mod_proxy.so
LoadModule proxy_http_module modules/mod_proxy_http.so
LoadModule rewrite_module modules/mod_rewrite.so
LoadModule slotmem_shm_module modules/mod_slotmem_shm.so
LoadModule lbmethod_byrequests_module modules/mod_lbmethod_byrequests.so
LoadModule proxy_balancer_module modules/mod_proxy_balancer.so
ErrorLog /dev/null
`

// reader is a program that reads the configuration, with its arguments.
type reader struct {
	name    string
	command []string
}

// cost is what one run took.
type cost struct {
	user, system, elapsed time.Duration
	// peak is the highest resident memory in bytes.
	peak int64
}

func (c cost) cpu() time.Duration { return c.user + c.system }

// readInTurn runs the programs in turn, once before that to warm the caches. It returns the costs by program.
func readInTurn(ctx context.Context, progress io.Writer, readers []reader, rounds int) ([][]cost, error) {
	costs := make([][]cost, len(readers))
	for round := range 1 + rounds {
		for i, r := range readers {
			one, err := read(ctx, r)
			if err != nil {
				return nil, err
			}
			if round == 0 {
				continue
			}
			costs[i] = append(costs[i], one)
			_, _ = fmt.Fprintf(progress, "round %d/%d %-11s %.2f s of CPU, %.2f s elapsed, %.0f MiB\n",
				round, rounds, r.name, one.cpu().Seconds(), one.elapsed.Seconds(), mebibytes(one.peak))
		}
	}
	return costs, nil
}

// read runs a program to its end, which must be a good one: to refuse the file early must not win.
func read(ctx context.Context, r reader) (cost, error) {
	cmd := exec.CommandContext(ctx, r.command[0], r.command[1:]...)
	start := time.Now()
	said, err := cmd.CombinedOutput()
	elapsed := time.Since(start)
	if err != nil {
		return cost{}, fmt.Errorf("%s: %w: %s", r.name, err, strings.TrimSpace(string(said[:min(len(said), 500)])))
	}
	usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return cost{}, fmt.Errorf("%s: the system does not say what it used", r.name)
	}
	return cost{cmd.ProcessState.UserTime(), cmd.ProcessState.SystemTime(), elapsed, usage.Maxrss << 10}, nil // in KiB on Linux
}

// parseSpeed is the speed of the parser alone in bytes per second: the median of the rounds.
func parseSpeed(source []byte, rounds int) float64 {
	var speeds []float64
	for range rounds {
		start := time.Now()
		parser.Parse(diag.NewFileSet().Add("hosts.conf", source, diag.Span{}))
		speeds = append(speeds, float64(len(source))/time.Since(start).Seconds())
	}
	return median(speeds, func(f float64) float64 { return f })
}

// reading is what was measured.
type reading struct {
	source  []byte
	hosts   int
	readers []reader
	costs   [][]cost
	parse   float64
}

// writeCosts prints a Markdown table of the medians, and the ratios round by round.
func writeCosts(w io.Writer, r reading) error {
	var text strings.Builder
	fmt.Fprintf(&text, "%d virtual hosts, %d lines, %.1f MB; all rules, no findings; %d rounds in turn, medians.\n\n",
		r.hosts, strings.Count(string(r.source), "\n"), float64(len(r.source))/1e6, len(r.costs[0]))
	text.WriteString("| Command | user s | system s | user + system s | elapsed s | highest resident MiB | ÷ input |\n|---|--:|--:|--:|--:|--:|--:|\n")
	for i, reader := range r.readers {
		of := func(value func(cost) float64) float64 { return median(r.costs[i], value) }
		peak := of(func(c cost) float64 { return float64(c.peak) })
		fmt.Fprintf(&text, "| `%s` | %.2f | %.2f | %.2f | %.2f | %.0f | %.1f |\n", reader.name,
			of(func(c cost) float64 { return c.user.Seconds() }), of(func(c cost) float64 { return c.system.Seconds() }),
			of(func(c cost) float64 { return c.cpu().Seconds() }), of(func(c cost) float64 { return c.elapsed.Seconds() }),
			peak/(1<<20), peak/float64(len(r.source)))
	}
	fmt.Fprintf(&text, "\nlbconf ÷ httpd: %s of the processor time, %s of the time that passes. The parser alone reads %.0f MB/s.\n",
		r.ratio(cost.cpu), r.ratio(func(c cost) time.Duration { return c.elapsed }), r.parse/1e6)
	fmt.Fprintf(&text, "\n%s, %d cores, %s/%s, %s.\n", processor(), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version())
	_, err := io.WriteString(w, text.String())
	return err
}

// ratio is that of the first program to the second: the median of the rounds, with their range.
func (r reading) ratio(of func(cost) time.Duration) string {
	var ratios []float64
	for round, own := range r.costs[0] {
		ratios = append(ratios, float64(of(own))/float64(of(r.costs[1][round])))
	}
	return fmt.Sprintf("%.2f (%.2f–%.2f)", median(ratios, func(f float64) float64 { return f }), slices.Min(ratios), slices.Max(ratios))
}

func mebibytes(n int64) float64 { return float64(n) / (1 << 20) }
