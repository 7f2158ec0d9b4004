package lower_test

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"github.com/lbconf/lbconf/ir/lower"
	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/diag"
)

// beyond is what httpd says about macros, which are not expanded, and about names that it could not resolve.
var beyond = regexp.MustCompile(`macro '|name resolution`)

// TestCorpus holds real configurations against what httpd said about them: the line at which it stopped is refused here too,
// and nothing is refused in one that it accepted.
func TestCorpus(t *testing.T) {
	dir := os.Getenv("LBCONF_CORPUS")
	if dir == "" {
		dir = "../../../shared/corpus"
	}
	file, err := os.Open(filepath.Join(dir, "VERDICTS.tsv"))
	if err != nil {
		if os.Getenv("LBCONF_REQUIRE_CORPUS") == "1" {
			t.Fatal(err)
		}
		t.Skipf("no corpus: %v", err)
	}
	t.Cleanup(func() { _ = file.Close() })
	reader := csv.NewReader(file)
	reader.Comma, reader.LazyQuotes, reader.FieldsPerRecord = '\t', true, -1
	rows, err := reader.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		line, err := strconv.Atoi(row[3])
		if err != nil {
			t.Fatal(err)
		}
		tree, diags := loadCorpus(t, filepath.Join(dir, row[0]), row[1])
		hit := false
		for _, d := range append(tree.Diagnostics, diags...) {
			if d.Class != diag.Refusal {
				continue
			}
			hit = hit || tree.Files.Position(d.Span.Start).Line == line
			if row[2] == "ok" {
				t.Errorf("%s: httpd accepts it, and %s says: %s", row[0], d.Code, d.Message)
			}
		}
		judged := row[2] == "syntax" || row[2] == "context" || row[2] == "structure"
		if judged && !hit && !beyond.MatchString(row[4]) {
			t.Errorf("%s:%d: nothing is refused here, and httpd says: %s", row[0], line, row[4])
		}
	}
}

func loadCorpus(t *testing.T, name, wrap string) (*parser.Tree, diag.List) {
	t.Helper()
	source, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	in := parser.Input{Name: name, Source: source}
	if wrap == "dir" {
		in.Context = parser.ContextHtaccess
	}
	tree := parser.Load(in)
	_, diags := lower.Lower(tree)
	return tree, diags
}
