package lint_test

import (
	"encoding/csv"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/ir/lint"
	"github.com/lbconf/lbconf/ir/lower"
	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/diag"
)

// TestCorpus lints real configurations: on one that httpd accepts nothing is called refused, and none makes a rule fail.
func TestCorpus(t *testing.T) {
	dir := os.Getenv("LBCONF_CORPUS")
	if dir == "" {
		dir = "../../../shared/corpus"
	}
	verdicts, err := os.Open(filepath.Join(dir, "VERDICTS.tsv"))
	if err != nil {
		if os.Getenv("LBCONF_REQUIRE_CORPUS") == "1" {
			t.Fatal(err)
		}
		t.Skipf("no corpus: %v", err)
	}
	t.Cleanup(func() { _ = verdicts.Close() })
	reader := csv.NewReader(verdicts)
	reader.Comma, reader.LazyQuotes, reader.FieldsPerRecord = '\t', true, -1
	rows, err := reader.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		name, wrap, verdict := row[0], row[1], row[2]
		source, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		in := parser.Input{Name: filepath.Join(dir, name), Source: source}
		if wrap == "dir" {
			in.Context = parser.ContextHtaccess
		}
		tree := parser.Load(in)
		config, refusals := lower.Lower(tree)
		found, _ := lint.Check(config, effective.New(config), lint.Reading{
			Found: slices.Concat(tree.Diagnostics, refusals), Syntax: tree.Syntax, Defined: slices.Collect(maps.Keys(tree.Defined)),
		})
		for _, d := range found {
			at := tree.Files.Position(d.Span.Start)
			if d.Class == diag.Refusal && verdict == "ok" {
				t.Errorf("%s:%d:%d: httpd accepts it, and %s says: %s", name, at.Line, at.Column, d.Code, d.Message)
			}
			if d.Class == diag.Defect && testing.Verbose() {
				t.Logf("%s:%d:%d: %s %s: %s", name, at.Line, at.Column, d.Severity, d.Code, d.Message)
			}
		}
	}
}
