package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/lbconf/lbconf/cmd/internal/engine"
	"github.com/lbconf/lbconf/parser/testenv"
)

// sample is one round of one contender.
type sample struct {
	cpuPerRequest     time.Duration
	requestsPerSecond float64
	p50, p99          time.Duration
	resident          int64 // bytes of all processes at the end of the round
}

// plan is a benchmark: who takes part, on what job, how often.
type plan struct {
	contenders []contender
	rounds     int
	duration   time.Duration
	warmup     time.Duration
	job        job
}

// run lets the contenders take turns, so that a machine whose speed drifts is unfair to all of them alike. It returns
// the samples by contender, in the order of the plan.
func (p plan) run(ctx context.Context, out *output) ([][]sample, error) {
	samples := make([][]sample, len(p.contenders))
	for round := range p.rounds {
		for i, c := range p.contenders {
			s, err := p.round(ctx, c)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", c.engine.Name(), err)
			}
			samples[i] = append(samples[i], s)
			_, _ = fmt.Fprintf(out.stderr, "round %d/%d %-8s %6.1f µs of CPU per request, %7.0f requests/s, p99 %s\n",
				round+1, p.rounds, c.engine.Name(), micros(s.cpuPerRequest), s.requestsPerSecond, s.p99.Round(time.Microsecond))
		}
	}
	return samples, nil
}

func (p plan) round(ctx context.Context, c contender) (result sample, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	back, err := startBackend(ctx, p.job.bodyBytes)
	if err != nil {
		return sample{}, err
	}
	defer func() { err = errors.Join(err, back.stop()) }()
	dir, err := os.MkdirTemp("", "lbbench-")
	if err != nil {
		return sample{}, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	front, err := testenv.Reserve()
	if err != nil {
		return sample{}, err
	}
	defer func() { err = errors.Join(err, front.Release()) }()
	if p.job.tls {
		if err := writeCertificate(dir); err != nil {
			return sample{}, err
		}
	}
	file := filepath.Join(dir, "site.conf")
	if err := os.WriteFile(file, []byte(c.config(place{front.Addr, back.addr, dir, p.job.tls})), 0o644); err != nil {
		return sample{}, err
	}
	process, err := engine.Start(ctx, c.engine, engine.Job{Dir: dir, File: "site.conf", Fronts: []engine.Front{{Addr: front.Addr}}})
	if err != nil {
		return sample{}, err
	}
	defer func() { err = errors.Join(err, process.Stop()) }()
	return p.measure(ctx, process, front.Addr)
}

func (p plan) measure(ctx context.Context, process *engine.Process, front string) (sample, error) {
	clients := load{addr: front, job: p.job}
	if _, err := clients.run(ctx, p.warmup); err != nil {
		return sample{}, err
	}
	before, err := process.Usage()
	if err != nil {
		return sample{}, err
	}
	seen, err := clients.run(ctx, p.duration)
	if err != nil {
		return sample{}, err
	}
	after, err := process.Usage()
	if err != nil {
		return sample{}, err
	}
	return sample{
		cpuPerRequest:     (after.CPU - before.CPU) / time.Duration(seen.requests),
		requestsPerSecond: float64(seen.requests) / seen.elapsed.Seconds(),
		p50:               seen.p50,
		p99:               seen.p99,
		resident:          after.Resident,
	}, nil
}

func micros(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }
