package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// trafficCmd is the benchmark of a job of requests.
type trafficCmd struct {
	Engines     []string      `default:"lbconf,httpd,nginx,haproxy" help:"Who takes part, of lbconf, httpd, nginx, haproxy and caddy. Default: ${default}."`
	LBConf      string        `name:"lbconf" placeholder:"PATH" help:"The lbconf to measure. Default: the one beside this program."`
	Rounds      int           `default:"5" help:"Rounds of each engine. Default: ${default}."`
	Duration    time.Duration `default:"5s" help:"Length of a round. Default: ${default}."`
	Warmup      time.Duration `default:"1s" help:"Load before each round that is not counted. Default: ${default}."`
	Connections int           `placeholder:"N" help:"Connections of the load. Default: 64, and 512 of c512."`
	Bytes       int           `default:"-1" placeholder:"N" help:"Length of the body. Default: 100, and what 10k and 1m say."`

	job job
}

// Validate refuses plans that measure nothing.
func (c *trafficCmd) Validate() error {
	if c.Rounds < 1 || c.Connections < 0 || c.Duration <= 0 || c.Warmup <= 0 {
		return errors.New("--rounds, --connections, --duration and --warmup must be positive")
	}
	return nil
}

// Run measures and prints the table.
func (c *trafficCmd) Run(ctx context.Context, out *output) error {
	chosen, err := c.choose()
	if err != nil {
		return err
	}
	for _, one := range chosen {
		if _, err := one.engine.Version(ctx); err != nil {
			return err
		}
	}
	p := plan{contenders: chosen, rounds: c.Rounds, duration: c.Duration, warmup: c.Warmup, job: c.job}
	if c.Connections > 0 {
		p.job.connections = c.Connections
	}
	if c.Bytes >= 0 {
		p.job.bodyBytes = c.Bytes
	}
	samples, err := p.run(ctx, out)
	if err != nil {
		return err
	}
	return writeReport(ctx, out.stdout, p, samples)
}

// choose returns the contenders that were named, in the order of contenders.
func (c *trafficCmd) choose() ([]contender, error) {
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
