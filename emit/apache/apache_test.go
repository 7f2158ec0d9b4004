package apache

import (
	"flag"
	"slices"
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

// TestEveryFieldCounts: no field of the IR can change without a change of the output, or an error. Those of inferred are
// what a reader infers from the rest.
func TestEveryFieldCounts(t *testing.T) {
	inferred := []string{"Number.Value", "Residue.State", "Residue.Guards"}
	plain, _ := mustEmit(t, irtest.Every())
	irtest.Flips(func(field string, cfg *ir.Config) {
		output, _, err := emit.Run(Emitter{}, cfg)
		if err == nil && string(output.Files[0].Content) == plain && !slices.Contains(inferred, field) {
			t.Errorf("%s has no effect on the output", field)
		}
	})
}

// TestLoss: what no line of httpd's language can say is dropped with a reason, and with it what it holds.
func TestLoss(t *testing.T) {
	cfg := &ir.Config{Items: []ir.Item{
		&ir.Section{Kind: ir.SectionLocation, Pattern: "/a\nb", Items: []ir.Item{&ir.Words{Name: ir.WordsOptions, Values: []string{"None"}}}},
		&ir.Residue{State: ir.ResidueInert, Name: "#Not", Args: "a comment"},
		&ir.Residue{State: ir.ResidueInert, Name: "Foo", Args: `ends with \`},
		&ir.Residue{State: ir.ResidueRefused, Name: "ProxyPass", Args: "nothing"},
		&ir.Word{Name: ir.WordErrorLog, Value: "${LOGS}/error.log"},
		&ir.Word{Name: ir.WordServerAdmin, Value: "${map:key}"},
	}}
	cfg.Number()
	written, report := mustEmit(t, cfg)
	want := "ProxyPass nothing\nErrorLog ${LOGS}/error.log\nServerAdmin ${map:key}\n"
	if diff := cmp.Diff(want, written); diff != "" {
		t.Error(diff)
	}
	var text strings.Builder
	if err := report.WriteText(&text); err != nil {
		t.Fatal(err)
	}
	want = `Location: dropped: a line of httpd's language cannot hold a line break or a NUL byte
Options: dropped: it stands in <Location>, which is dropped
#Not: dropped: httpd would not read the line back as the directive "#Not"
Foo: dropped: a line that ends with \ goes on in the next one for httpd
ProxyPass: exact: written as it was; httpd refuses it
ErrorLog: approximated: httpd replaces ${LOGS} where it is defined, by Define or by the environment
7 directives: 2 exact, 1 approximated, 4 dropped
`
	if diff := cmp.Diff(want, text.String()); diff != "" {
		t.Error(diff)
	}
}
