package apache

import (
	"flag"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/lbconf/lbconf/emit"
	"github.com/lbconf/lbconf/emit/internal/irtest"
	"github.com/lbconf/lbconf/ir"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func mustEmit(t rapid.TB, cfg *ir.Config) (string, *emit.Report) {
	t.Helper()
	output, report, err := emit.Run(Emitter{}, cfg)
	if err != nil {
		t.Fatalf("emit: %v", err)
	}
	return string(output.Files[0].Content), report
}

// TestSeeds: httpd's language to IR to httpd's language to IR gives the same IR for every seed.
func TestSeeds(t *testing.T) {
	files := map[string]string{}
	for name, cfg := range irtest.Seeds(t, "../../testdata/seeds") {
		written, report := mustEmit(t, cfg)
		files[name+".conf"] = written
		if s := report.Summary(); s.Exact != s.Directives {
			t.Errorf("%s: %v", name, s)
		}
		back, _ := irtest.Lower(name, []byte(written))
		if diff := cmp.Diff(cfg, back, ir.IgnoreOrigin()); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if again, _ := mustEmit(t, back); again != written {
			t.Errorf("%s is written differently after reading it:\n%s", name, cmp.Diff(written, again))
		}
	}
	irtest.Golden(t, "testdata", ".conf", files, *update)
}

// TestRoundTrip: what is written is read back by the parser and the lowering, item by item.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		cfg := irtest.Config(false).Draw(rt, "config")
		written, report := mustEmit(rt, cfg)
		if s := report.Summary(); s.Dropped > 0 {
			var text strings.Builder
			if err := report.WriteText(&text); err != nil {
				rt.Fatal(err)
			}
			rt.Fatalf("%s\nin\n%s\nof\n%s", text.String(), written, irtest.Describe(cfg))
		}
		back, list := irtest.Lower("test.conf", []byte(written))
		if diff := cmp.Diff(cfg, back, ir.IgnoreOrigin()); diff != "" {
			for _, d := range list {
				rt.Log(back.Files.Position(d.Span.Start), d.Message)
			}
			rt.Fatalf("%s\nin\n%s", diff, written)
		}
	})
}
