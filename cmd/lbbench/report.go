package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
)

// writeReport prints a Markdown table: medians of the rounds, and lbconf's ratio to each other contender as the median
// of the ratios round by round.
func writeReport(ctx context.Context, w io.Writer, p plan, samples [][]sample) error {
	var text strings.Builder
	fmt.Fprintf(&text, "%d connections, %s, %d rounds of %s in turn after %s of warm-up; body of %d bytes; load, backend and proxy share the machine.\n\n",
		p.job.connections, p.job.says(), p.rounds, p.duration, p.warmup, p.job.bodyBytes)
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
