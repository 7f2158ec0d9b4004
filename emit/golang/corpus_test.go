package golang

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"testing"

	"github.com/lbconf/lbconf/emit/internal/irtest"
	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/lower"
	"github.com/lbconf/lbconf/parser"
)

// TestCorpus holds the law of TestEvaluated on real configurations, which are no part of the project.
func TestCorpus(t *testing.T) {
	if os.Getenv("LBCONF_REQUIRE_CORPUS") != "1" {
		t.Skip("builds some hundred programs, where LBCONF_REQUIRE_CORPUS is 1")
	}
	configs := make(map[string]*ir.Config)
	dir, rows := corpus(t)
	for _, row := range rows {
		source, err := os.ReadFile(filepath.Join(dir, row[0]))
		if err != nil {
			t.Fatal(err)
		}
		context := parser.ContextServer
		if row[1] == "dir" {
			context = parser.ContextHtaccess
		}
		tree := parser.Load(parser.Input{Name: row[0], Source: source, Context: context})
		configs[row[0]], _ = lower.Lower(tree)
	}
	for name, dump := range evaluate(t, configs) {
		if irtest.Dump(configs[name]) != dump {
			t.Errorf("%s: the literal of the program is not the configuration", name)
		}
	}
}

// corpus returns the folder of real configurations and the rows of its VERDICTS.tsv: file, and where it stands.
func corpus(t *testing.T) (dir string, rows [][]string) {
	t.Helper()
	dir = os.Getenv("LBCONF_CORPUS")
	if dir == "" {
		dir = "../../../shared/corpus"
	}
	file, err := os.Open(filepath.Join(dir, "VERDICTS.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() }) // it was only read
	reader := csv.NewReader(file)
	reader.Comma, reader.LazyQuotes, reader.FieldsPerRecord = '\t', true, -1
	if rows, err = reader.ReadAll(); err != nil {
		t.Fatal(err)
	}
	return dir, rows[1:]
}
