package main

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lbconf/lbconf/emit"
	"github.com/lbconf/lbconf/emit/apache"
	"github.com/lbconf/lbconf/emit/yaml"
	"github.com/lbconf/lbconf/ir"
)

// corpus returns the folder of real configurations that are no part of the project, and the rows of its VERDICTS.tsv: file,
// where it stands, and what `apache2 -t` says of it.
func corpus(t *testing.T) (dir string, rows [][]string) {
	t.Helper()
	dir = os.Getenv("LBCONF_CORPUS")
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
	t.Cleanup(func() { _ = file.Close() }) // it was only read
	reader := csv.NewReader(file)
	reader.Comma, reader.LazyQuotes, reader.FieldsPerRecord = '\t', true, -1
	if rows, err = reader.ReadAll(); err != nil {
		t.Fatal(err)
	}
	return dir, rows[1:]
}

// TestCorpusRoundTrip holds the laws of conversion on real configurations, those that httpd refuses too: what is written as
// YAML, or as httpd's language, reads as the same configuration, unless the report says what was lost.
func TestCorpusRoundTrip(t *testing.T) {
	dir, rows := corpus(t)
	for _, row := range rows {
		flags := inputFlags{Context: "server", From: "apache", HTTPDVersion: followedVersion, MaxInput: 512}
		if row[1] == "dir" {
			flags.Context = "htaccess"
		}
		name := filepath.Join(dir, row[0])
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		before := flags.parse(name, source, nil)
		for _, target := range []struct {
			emitter emit.Emitter
			from    string
		}{{yaml.Emitter{}, "yaml"}, {apache.Emitter{}, "apache"}} {
			output, report, err := emit.Run(target.emitter, before.config)
			if err != nil {
				t.Errorf("%s to %s: %v", row[0], target.from, err)
				continue
			}
			if s := report.Summary(); s.Exact != s.Directives {
				continue
			}
			flags.From = target.from
			after := flags.parse(name, output.Files[0].Content, nil)
			if diff := difference(before.config.Items, after.config.Items); diff != "" {
				t.Errorf("%s to %s (- before, + after):\n%.3000s", row[0], target.from, diff)
			}
		}
	}
}

// difference returns how the first items differ that do, or nothing. It compares item by item, since cmp takes exponential
// time for sections in sections that differ.
func difference(a, b []ir.Item) string {
	flat := cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Items" }, cmp.Ignore())
	if len(a) != len(b) {
		return fmt.Sprintf("%d items, then %d", len(a), len(b))
	}
	for i := range a {
		if diff := cmp.Diff(a[i], b[i], ir.IgnoreOrigin(), flat); diff != "" {
			return diff
		}
		if diff := difference(children(a[i]), children(b[i])); diff != "" {
			return diff
		}
	}
	return ""
}

func children(item ir.Item) []ir.Item {
	if c, ok := item.(ir.Container); ok {
		return c.Children()
	}
	return nil
}
