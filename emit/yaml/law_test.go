package yaml

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/lbconf/lbconf/emit"
	"github.com/lbconf/lbconf/emit/internal/irtest"
	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/diag"
)

func mustEmit(t rapid.TB, e Emitter, cfg *ir.Config) string {
	t.Helper()
	output, report, err := emit.Run(e, cfg)
	if err != nil {
		t.Fatalf("emit: %v", err)
	}
	if s := report.Summary(); s.Exact != s.Directives {
		t.Errorf("not everything is exact: %v", s)
	}
	return string(output.Files[0].Content)
}

func mustDecode(t rapid.TB, src string) *ir.Config {
	t.Helper()
	files := diag.NewFileSet()
	cfg, list := Decode(files, "test.yaml", []byte(src))
	for _, d := range list {
		t.Errorf("%v: %s %v", files.Position(d.Span.Start), d.Message, d.Notes)
	}
	return cfg
}

// TestRoundTrip: what is written is read back, item by item, and is written in the same way again.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		cfg := irtest.Config(true).Draw(rt, "config")
		written := mustEmit(rt, Emitter{NoComments: true}, cfg)
		back := mustDecode(rt, written)
		if diff := cmp.Diff(cfg, back, ir.IgnoreOrigin()); diff != "" {
			rt.Fatalf("%s\nin\n%s", diff, written)
		}
		if again := mustEmit(rt, Emitter{NoComments: true}, back); again != written {
			rt.Fatalf("written differently after decoding:\n%s", cmp.Diff(written, again))
		}
	})
}

// TestEveryFieldCounts: no field of the IR can change without a change of the output, or an error.
func TestEveryFieldCounts(t *testing.T) {
	e := Emitter{NoComments: true}
	plain := mustEmit(t, e, irtest.Every())
	if diff := cmp.Diff(irtest.Every(), mustDecode(t, plain), ir.IgnoreOrigin()); diff != "" {
		t.Error(diff)
	}
	irtest.Flips(func(field string, cfg *ir.Config) {
		output, _, err := emit.Run(e, cfg)
		if err == nil && string(output.Files[0].Content) == plain {
			t.Errorf("%s has no effect on the output", field)
		}
	})
}

// TestDeterministic: the output depends on the configuration alone.
func TestDeterministic(t *testing.T) {
	cfg := irtest.Every()
	first := mustEmit(t, Emitter{}, cfg)
	for range 20 {
		if again := mustEmit(t, Emitter{}, cfg); again != first {
			t.Fatal(cmp.Diff(first, again))
		}
	}
}
