package main

import (
	"errors"
	"flag"
	"sync"
	"testing"

	"github.com/lbconf/lbconf/cmd/internal/differ"
	"github.com/lbconf/lbconf/cmd/internal/engine"
)

// What TestDifferential compares. By hand: go test ./cmd/lbconf -run TestDifferential -v -timeout 1h -args -seed 21 -configurations 200.
var (
	differSeed      = flag.Uint64("seed", 20, "the seed of generated configurations")
	differFirst     = flag.Uint64("first", 0, "the first configuration of the seed")
	differCount     = flag.Uint64("configurations", 10, "how many configurations are generated and held against httpd on the wire")
	differExchanges = flag.Int("exchanges", 50, "how many exchanges each configuration has at least")
	differShrink    = flag.Int("shrink", 120, "how many runs may be made to shrink a case that differs")
	differLimit     = flag.Int("differences", 5, "how many differences are shrunk before the search stops")
)

// TestDifferential runs generated configurations on httpd and on lbconf, and compares what went over the wire.
func TestDifferential(t *testing.T) {
	httpd, lbconf := engine.HTTPD{}, engine.LBConf{Program: lbconfProgram(t)}
	if _, err := httpd.Version(t.Context()); err != nil {
		t.Skip(err)
	}
	work := make(chan uint64)
	var wg sync.WaitGroup
	var mu sync.Mutex
	exchanges, found, explained := 0, 0, map[string]int{}
	for range 2 {
		wg.Go(func() {
			for number := range work {
				c := differ.Generate(*differSeed, number, *differExchanges)
				result, err := differ.Compare(t.Context(), c, httpd, lbconf)
				d := result.Difference
				if d != nil { // what a busy machine does once is not worth a search
					again, failed := differ.Compare(t.Context(), c, httpd, lbconf)
					if err = failed; err == nil && again.Difference == nil {
						t.Logf("configuration %d differed once, and not when it was run again:\n%s", number, d.Text)
						result = again
					}
					d = again.Difference
				}
				mu.Lock()
				exchanges += result.Same
				for why, n := range result.Explained {
					explained[why] += n
				}
				enough := found >= *differLimit
				if d != nil {
					found++
				}
				mu.Unlock()
				refused := (*differ.RefusedError)(nil)
				switch {
				case errors.As(err, &refused):
					t.Logf("configuration %d: %v", number, err)
				case err != nil:
					t.Error(err)
				case d != nil && !enough:
					d = differ.Shrink(t.Context(), d, httpd, lbconf, *differShrink)
					t.Errorf("configuration %d of seed %d:\n%s", number, *differSeed, d.Script())
				}
			}
		})
	}
	for i := range *differCount {
		work <- *differFirst + i
	}
	close(work)
	wg.Wait()
	t.Logf("%d exchanges are the same", exchanges)
	for why, n := range explained {
		t.Logf("%d exchanges: %s", n, why)
	}
}
