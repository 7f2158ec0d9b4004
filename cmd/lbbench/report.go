package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"time"
)

// writeReport prints a Markdown table: medians of the rounds, and lbconf's ratio to each other contender as the median
// of the ratios round by round.
func writeReport(ctx context.Context, w io.Writer, p plan, samples [][]sample) error {
	var text strings.Builder
	fmt.Fprintf(&text, "%d connections, kept alive, %d rounds of %s in turn after %s of warm-up; body of %d bytes; load, backend and proxy share the machine.\n\n",
		p.connections, p.rounds, p.duration, p.warmup, p.bodyBytes)
	text.WriteString("| Engine | CPU µs/request | requests/s | p50 ms | p99 ms | resident MiB | CPU of lbconf ÷ this |\n|---|--:|--:|--:|--:|--:|--:|\n")
	for i, c := range p.contenders {
		version, err := c.engine.Version(ctx)
		if err != nil {
			return err
		}
		list := samples[i]
		fmt.Fprintf(&text, "| %s %s | %.1f | %.0f | %.2f | %.2f | %.1f | %s |\n", c.engine.Name(), version,
			median(list, func(s sample) float64 { return micros(s.cpuPerRequest) }),
			median(list, func(s sample) float64 { return s.requestsPerSecond }),
			median(list, func(s sample) float64 { return micros(s.p50) / 1000 }),
			median(list, func(s sample) float64 { return micros(s.p99) / 1000 }),
			median(list, func(s sample) float64 { return float64(s.resident) / (1 << 20) }),
			ratio(p, samples, i))
	}
	fmt.Fprintf(&text, "\n%s, %d cores, %s/%s, %s.\n", processor(), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version())
	_, err := io.WriteString(w, text.String())
	return err
}

// ratio is lbconf's processor time per request divided by that of contender i, with the range over the rounds.
func ratio(p plan, samples [][]sample, i int) string {
	if p.contenders[0].engine.Name() != "lbconf" || i == 0 {
		return "–"
	}
	var ratios []float64
	for round, own := range samples[0] {
		ratios = append(ratios, float64(own.cpuPerRequest)/float64(samples[i][round].cpuPerRequest))
	}
	value := func(f float64) float64 { return f }
	return fmt.Sprintf("%.2f (%.2f–%.2f)", median(ratios, value), slices.Min(ratios), slices.Max(ratios))
}

// median returns the middle value of a list that is not empty, or the mean of the two middle ones.
func median[T any](list []T, value func(T) float64) float64 {
	values := make([]float64, len(list))
	for i, item := range list {
		values[i] = value(item)
	}
	slices.SortFunc(values, cmp.Compare)
	mid := len(values) / 2
	if len(values)%2 == 1 {
		return values[mid]
	}
	return (values[mid-1] + values[mid]) / 2
}

// smallCmd is the benchmark of the smallest job.
type smallCmd struct {
	Engines     []string      `default:"lbconf,httpd,nginx,haproxy" help:"Who takes part, of lbconf, httpd, nginx, haproxy and caddy. Default: ${default}."`
	LBConf      string        `name:"lbconf" placeholder:"PATH" help:"The lbconf to measure. Default: the one beside this program."`
	Rounds      int           `default:"5" help:"Rounds of each engine. Default: ${default}."`
	Duration    time.Duration `default:"5s" help:"Length of a round. Default: ${default}."`
	Warmup      time.Duration `default:"1s" help:"Load before each round that is not counted. Default: ${default}."`
	Connections int           `default:"64" help:"Connections of the load. Default: ${default}."`
	Bytes       int           `default:"100" help:"Length of the body. Default: ${default}."`
}

// Validate refuses plans that measure nothing.
func (c *smallCmd) Validate() error {
	if c.Rounds < 1 || c.Connections < 1 || c.Duration <= 0 || c.Warmup <= 0 || c.Bytes < 0 {
		return errors.New("--rounds, --connections, --duration and --warmup must be positive")
	}
	return nil
}

// Run measures and prints the table.
func (c *smallCmd) Run(ctx context.Context, out *output) error {
	chosen, err := c.choose()
	if err != nil {
		return err
	}
	for _, one := range chosen {
		if _, err := one.engine.Version(ctx); err != nil {
			return err
		}
	}
	p := plan{chosen, c.Rounds, c.Duration, c.Warmup, c.Connections, c.Bytes}
	samples, err := p.run(ctx, out)
	if err != nil {
		return err
	}
	return writeReport(ctx, out.stdout, p, samples)
}

// choose returns the contenders that were named, in the order of contenders.
func (c *smallCmd) choose() ([]contender, error) {
	lbconf := ""
	if slices.Contains(c.Engines, "lbconf") {
		var err error
		if lbconf, err = findLBConf(c.LBConf); err != nil {
			return nil, err
		}
	}
	all := contenders(lbconf)
	var chosen []contender
	for _, one := range all {
		if slices.Contains(c.Engines, one.engine.Name()) {
			chosen = append(chosen, one)
		}
	}
	if len(chosen) != len(c.Engines) {
		return nil, fmt.Errorf("--engines %s: choose among %s", strings.Join(c.Engines, ","), strings.Join(names(all), ", "))
	}
	return chosen, nil
}

func names(list []contender) []string {
	var words []string
	for _, c := range list {
		words = append(words, c.engine.Name())
	}
	return words
}
