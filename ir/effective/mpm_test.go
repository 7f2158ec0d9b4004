package effective_test

import (
	"strconv"
	"strings"
	"testing"
)

// TestBound holds what httpd 2.4.71 prints at start about these lines: the bound, and the numbers behind "decreasing to"
// and "increasing to".
func TestBound(t *testing.T) {
	const prefork = "LoadModule mpm_prefork_module modules/mod_mpm_prefork.so\n"
	for _, c := range []struct {
		config  string
		want    int
		changed string
	}{
		{"", 400, ""},
		{"ServerLimit 16\nMaxRequestWorkers 400\nThreadsPerChild 25\n", 400, ""},
		{"ServerLimit 2\n", 50, "50"},
		{"ThreadsPerChild 64\n", 384, "384"},
		{"ThreadsPerChild 100\n", 384, "match 384"},
		{"ThreadLimit 100\nThreadsPerChild 100\n", 400, ""},
		{"MaxRequestWorkers 10\n", 25, "25"},
		{"ThreadsPerChild 2\nMaxRequestWorkers 2\n", 2, ""},
		{"MaxRequestWorkers 60\n", 50, "50"},
		{"MaxClients 1000\n", 400, "400"},
		{"ServerLimit 0\nThreadsPerChild 0\n", 1, "1 1 1"},
		{prefork, 256, ""},
		{prefork + "MaxRequestWorkers 300\n", 256, "match"},
		{prefork + "ServerLimit 10\n", 10, "match"},
		{prefork + "MaxRequestWorkers 0\n", 1, "1"},
	} {
		bound := view(t, c.config).Bound()
		var changed []string
		for _, r := range bound.Changed {
			changed = append(changed, r.Message[strings.LastIndexByte(r.Message, ' ')+1:])
			if r.By == nil {
				t.Errorf("%q: %s is of no directive", c.config, strconv.Quote(r.Message))
			}
		}
		if got := strings.Join(changed, " "); bound.Requests != c.want || got != c.changed {
			t.Errorf("%q: %d, changed to %q; want %d, %q", c.config, bound.Requests, got, c.want, c.changed)
		}
	}
}
