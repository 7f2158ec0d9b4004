package testenv

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// Sample is a real configuration, and what httpd says of it.
type Sample struct {
	// Name is its path, Source its text.
	Name   string
	Source []byte
	// Htaccess says that it is the text of a folder, not of a server: httpd was asked about it in a <Directory>.
	Htaccess bool
	// Verdict is ok for one that `apache2 -t` accepts, else the kind of what it refuses first: syntax, context, structure, an
	// unknown directive, or a file or variable that is not there.
	Verdict string
	// Line is the line at which httpd stopped, Said its message.
	Line int
	Said string
}

// Corpus returns real configurations: those of the folder LBCONF_CORPUS, or of shared/corpus beside the project, that its
// VERDICTS.tsv names. Without them the test is skipped, or fails where LBCONF_REQUIRE_CORPUS is 1.
func Corpus(tb testing.TB) []Sample {
	tb.Helper()
	folder := os.Getenv("LBCONF_CORPUS")
	if folder == "" {
		folder = filepath.Join(root(tb), "..", "shared", "corpus")
	}
	file, err := os.Open(filepath.Join(folder, "VERDICTS.tsv"))
	if err != nil {
		missing(tb, "LBCONF_REQUIRE_CORPUS", "no corpus", err)
	}
	defer func() { _ = file.Close() }() // it was only read
	reader := csv.NewReader(file)
	reader.Comma, reader.LazyQuotes, reader.FieldsPerRecord = '\t', true, -1
	rows, err := reader.ReadAll()
	if err != nil {
		tb.Fatal(err)
	}
	var all []Sample
	for _, row := range rows[1:] {
		sample := Sample{Name: filepath.Join(folder, row[0]), Htaccess: row[1] == "dir", Verdict: row[2], Said: row[4]}
		if sample.Line, err = strconv.Atoi(row[3]); err != nil {
			tb.Fatal(err)
		}
		if sample.Source, err = os.ReadFile(sample.Name); err != nil {
			tb.Fatal(err)
		}
		all = append(all, sample)
	}
	return all
}

// root returns the folder of the project, which is above that of each test.
func root(tb testing.TB) string {
	tb.Helper()
	folder, err := os.Getwd()
	if err != nil {
		tb.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil || folder == filepath.Dir(folder) {
			return folder
		}
		folder = filepath.Dir(folder)
	}
}
