package emit_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lbconf/lbconf/emit"
	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/diag"
)

// marker is an emitter that does what a test wants with the ledger.
type marker func(cfg *ir.Config, ledger *emit.Ledger) error

func (marker) Target() string { return "test" }

func (m marker) Emit(cfg *ir.Config, ledger *emit.Ledger) (*emit.Output, error) {
	return &emit.Output{Files: []emit.File{{Name: "b"}, {Name: "a"}}}, m(cfg, ledger)
}

// config has a section with two directives, which stand in the reverse order of the source: an include may do that.
func config() *ir.Config {
	files := diag.NewFileSet()
	first := files.Add("main.conf", []byte("Include late\n<Location /x>\n"), diag.Span{})
	second := files.Add("bad\x1bname", []byte("Options None\nOptions All\n"), first.Span(0, 12))
	options := func(start int, value string) *ir.Words {
		return &ir.Words{Node: ir.Node{Origin: ir.Origin{Span: second.Span(start, start+11)}}, Name: ir.WordsOptions, Values: []string{value}}
	}
	cfg := &ir.Config{Files: files, Items: []ir.Item{
		&ir.Section{
			Node: ir.Node{Origin: ir.Origin{Span: first.Span(13, 25)}}, Kind: ir.SectionLocation, Pattern: "/x",
			Items: []ir.Item{options(13, "All"), options(0, "None")},
		},
		&ir.Listen{Port: 80},
	}}
	cfg.Number()
	return cfg
}

// TestRunChecksTheLedger: an emitter that forgets an item, or says two things of one, is an error and not an output.
func TestRunChecksTheLedger(t *testing.T) {
	failed := errors.New("broken")
	for _, test := range []struct {
		name, want string
		emitter    marker
	}{
		{"all", "", func(cfg *ir.Config, ledger *emit.Ledger) error {
			for item := range ir.All(cfg.Items) {
				ledger.Mark(item, emit.Exact, "")
			}
			return nil
		}},
		{"top level only", "the test emitter: Options (item 2) is not marked; Options (item 3) is not marked", func(cfg *ir.Config, ledger *emit.Ledger) error {
			for _, item := range cfg.Items {
				ledger.Mark(item, emit.Exact, "")
			}
			return nil
		}},
		{"twice", "the test emitter: Location (item 1) is marked twice", func(cfg *ir.Config, ledger *emit.Ledger) error {
			ledger.Mark(cfg.Items[0], emit.Exact, "")
			for item := range ir.All(cfg.Items) {
				ledger.Mark(item, emit.Exact, "")
			}
			return nil
		}},
		{"no reason", "the test emitter: Listen (item 4) is dropped without a reason", func(cfg *ir.Config, ledger *emit.Ledger) error {
			for item := range ir.All(cfg.Items) {
				state := emit.Exact
				if _, ok := item.(*ir.Listen); ok {
					state = emit.Dropped
				}
				ledger.Mark(item, state, "")
			}
			return nil
		}},
		{"no state", "the test emitter: Listen (item 4) has no valid state", func(cfg *ir.Config, ledger *emit.Ledger) error {
			for item := range ir.All(cfg.Items) {
				state := emit.Exact
				if _, ok := item.(*ir.Listen); ok {
					state = 0
				}
				ledger.Mark(item, state, "")
			}
			return nil
		}},
		{"failure", "broken", func(*ir.Config, *emit.Ledger) error { return failed }},
	} {
		t.Run(test.name, func(t *testing.T) {
			output, report, err := emit.Run(test.emitter, config())
			got := ""
			if err != nil {
				got = err.Error()
			}
			if got != test.want {
				t.Errorf("error %q, want %q", got, test.want)
			}
			if (err == nil) != (output != nil && report != nil) {
				t.Error("an output and an error, or neither")
			}
			if err == nil && output.Files[0].Name != "a" {
				t.Error("the files are not sorted")
			}
		})
	}
}

// TestReport: entries stand in the order of the source, those without a place first, and nothing in them moves a cursor.
func TestReport(t *testing.T) {
	_, report, err := emit.Run(marker(func(cfg *ir.Config, ledger *emit.Ledger) error {
		for item := range ir.All(cfg.Items) {
			switch emit.Directive(item) {
			case "Listen":
				ledger.Mark(item, emit.Moved, "it is a flag of the target")
			case "Location":
				ledger.Mark(item, emit.Exact, "")
			default:
				ledger.Mark(item, emit.Dropped, "the target has no folders")
			}
		}
		return nil
	}), config())
	if err != nil {
		t.Fatal(err)
	}
	var text, json strings.Builder
	if err := errors.Join(report.WriteText(&text), report.WriteJSON(&json)); err != nil {
		t.Fatal(err)
	}
	wantText := `Listen: moved: it is a flag of the target
bad\x1bname:1: Options: dropped: the target has no folders
bad\x1bname:2: Options: dropped: the target has no folders
4 directives: 1 exact, 1 moved, 2 dropped
`
	if diff := cmp.Diff(wantText, text.String()); diff != "" {
		t.Error(diff)
	}
	wantJSON := `{
  "version": 1,
  "target": "test",
  "summary": {
    "directives": 4,
    "exact": 1,
    "approximated": 0,
    "moved": 1,
    "dropped": 2
  },
  "entries": [
    {
      "directive": "Listen",
      "state": "moved",
      "reason": "it is a flag of the target"
    },
    {
      "file": "main.conf",
      "line": 2,
      "column": 1,
      "directive": "Location",
      "state": "exact"
    },
    {
      "file": "bad\u001bname",
      "line": 1,
      "column": 1,
      "directive": "Options",
      "state": "dropped",
      "reason": "the target has no folders"
    },
    {
      "file": "bad\u001bname",
      "line": 2,
      "column": 1,
      "directive": "Options",
      "state": "dropped",
      "reason": "the target has no folders"
    }
  ]
}
`
	if diff := cmp.Diff(wantJSON, json.String()); diff != "" {
		t.Error(diff)
	}
}

func TestSummary(t *testing.T) {
	for want, s := range map[string]emit.Summary{
		"214 directives: 190 exact, 18 approximated, 6 dropped": {Directives: 214, Exact: 190, Approximated: 18, Dropped: 6},
		"1 directive: 1 moved": {Directives: 1, Moved: 1},
		"0 directives":         {},
	} {
		if got := s.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
