package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lbconf/lbconf/cmd/internal/differ"
	"github.com/lbconf/lbconf/parser/diag"
)

const departuresIntroduction = `# Departures from httpd

What ` + "`lbconf serve`" + ` does in another way than httpd on purpose: because httpd cannot be followed, or because another answer is the better one.
Everything else that differs is a mistake. What is not executed at all is no departure: ` + "`serve`" + ` lists it when it starts, or refuses to.

This page is written by a test from the scripts and tables that show each departure on both servers. The test fails when it is out of date.
`

// scriptFolders are those whose scripts run on httpd and on lbconf.
var scriptFolders = []string{"conformance", "lint"}

// TestDeparturesPage keeps docs/departures.md what the scripts say; -update writes it.
func TestDeparturesPage(t *testing.T) {
	const page = "../../docs/departures.md"
	want := departuresPage(t)
	holdPage(t, page, want, "the scripts say; go test ./cmd/lbconf -run DeparturesPage")
}

// holdPage holds a page to what a test makes of it; -update writes it. of says what that is, and which test does.
func holdPage(t *testing.T, page string, want []byte, of string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(page, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s is not what %s -update writes it (- what it is to be, + page):\n%s", page, of, diff)
	}
}

// TestScriptsSayWhatTheyShow holds that each script begins with a sentence about what it shows, which pages quote.
func TestScriptsSayWhatTheyShow(t *testing.T) {
	eachScript(t, func(path, says, _ string) {
		if says == "" {
			t.Errorf("%s: no comment above its first command says what it shows: write one, above # departure:", path)
		}
	})
}

// eachScript calls do with each script, what its first comment says, and the reason for which it departs, if any.
func eachScript(t *testing.T, do func(path, says, departure string)) {
	t.Helper()
	for _, folder := range scriptFolders {
		err := filepath.WalkDir(filepath.Join("../../testdata", folder), func(path string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".txtar") {
				return err
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			says, why := scriptHead(string(text))
			do(path, says, why)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// departuresPage writes docs/departures.md: a section for each folder of scripts that depart.
func departuresPage(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	b.WriteString(departuresIntroduction)
	area, found := "", 0
	eachScript(t, func(path, says, why string) {
		if why == "" {
			return
		}
		found++
		name := strings.TrimPrefix(filepath.ToSlash(path), "../../")
		parts := strings.Split(strings.TrimSuffix(name, ".txtar"), "/")
		if parts[2] != area {
			area = parts[2]
			fmt.Fprintf(&b, "\n## %s\n\n", area)
		}
		fmt.Fprintf(&b, "- [%s](../%s): %s\n  Departure: %s\n", strings.Join(parts[2:], "/"), name, sentence(says), sentence(why))
	})
	if found == 0 {
		t.Fatal("no script departs: they are not where they were")
	}
	for _, table := range []string{"requests", "responses"} {
		file := "runtime/server/testdata/hostile/" + table + ".txt"
		fmt.Fprintf(&b, "\n## hostile %s\n\nOf [the table](../%s) that both servers get. An outcome has the statuses, and whether the connection stays open.\n\n", table, file)
		writeHostile(t, &b, "../../"+file)
	}
	b.WriteString("\n## Generated configurations\n\nWhat `TestDifferential` takes for no mistake when it compares both servers on the wire:\n\n")
	for _, why := range differ.Explanations() {
		fmt.Fprintf(&b, "- %s\n", sentence(why))
	}
	return b.Bytes()
}

// writeHostile lists the departures of a table of messages, those with one reason together: a line "= OUTCOME: REASON" is
// about the case above it.
func writeHostile(t *testing.T, b *bytes.Buffer, file string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var reasons []string
	cases := make(map[string][]string)
	name, outcome := "", ""
	for line := range strings.Lines(string(text)) {
		departure, departs := strings.CutPrefix(strings.TrimSpace(line), "= ")
		if !departs {
			cells := strings.SplitN(line, " | ", 3)
			if len(cells) == 3 {
				name, outcome = strings.TrimSpace(cells[0]), strings.TrimSpace(cells[1])
			}
			continue
		}
		own, why, _ := strings.Cut(departure, ": ")
		if len(cases[why]) == 0 {
			reasons = append(reasons, why)
		}
		says := name
		if own != outcome {
			says = fmt.Sprintf("%s (%s, httpd: %s)", name, own, outcome)
		}
		cases[why] = append(cases[why], markdown(says))
	}
	for _, why := range reasons {
		fmt.Fprintf(b, "- %s.\n  Departure: %s\n", strings.Join(cases[why], "; "), sentence(why))
	}
}

// sentence ends text as a sentence of Markdown.
func sentence(text string) string { return strings.TrimSuffix(markdown(diag.Clean(text)), ".") + "." }
