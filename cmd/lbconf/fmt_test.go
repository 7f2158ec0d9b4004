package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/parser/format"
	"github.com/lbconf/lbconf/parser/testenv"
)

// formatted returns the canonical text, or nothing where the syntax of the file is refused.
func formatted(src []byte) ([]byte, bool) {
	tree, refused := format.Parse(diag.NewFileSet().Add("f", src, diag.Span{}))
	if len(refused) > 0 {
		return nil, false
	}
	return format.File(tree), true
}

// TestFormatKeepsMeaning holds that formatting changes nothing that lbconf reads, on real configurations and on the seeds:
// the IR is the same, but for white space in the text of a directive that has no type and is split into words, and lint finds
// the same.
func TestFormatKeepsMeaning(t *testing.T) {
	samples := testenv.Corpus(t)
	seeds, err := filepath.Glob("../../testdata/seeds/*.conf")
	if err != nil || len(seeds) == 0 {
		t.Fatal("no seeds", err)
	}
	for _, name := range seeds {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		samples = append(samples, testenv.Sample{Name: name, Source: src, Verdict: "ok"})
	}
	done := 0
	for _, sample := range samples {
		text, ok := formatted(sample.Source)
		if !ok {
			if sample.Verdict == "ok" {
				t.Errorf("%s: httpd accepts it, and fmt does not format it", sample.Name)
			}
			continue
		}
		done++
		if again, _ := formatted(text); !bytes.Equal(again, text) {
			t.Errorf("%s: formatting it again changes it (- once, + twice):\n%.2000s", sample.Name, cmp.Diff(string(text), string(again)))
		}
		if diff := reads(sample, text); diff != "" {
			t.Errorf("%s (- before, + after):\n%.3000s", sample.Name, diff)
		}
	}
	if done < len(samples)*9/10 {
		t.Errorf("%d of %d files are formatted", done, len(samples))
	}
}

// reads returns how the configuration differs that a formatted text says.
func reads(sample testenv.Sample, text []byte) string {
	flags := inputFlags{Context: "server", From: "apache", HTTPDVersion: followedVersion, MaxInput: 512}
	if sample.Htaccess {
		flags.Context = "htaccess"
	}
	before, after := flags.parse(sample.Name, sample.Source, variables{}, nil), flags.parse(sample.Name, text, variables{}, nil)
	for _, in := range []*input{before, after} {
		for item := range ir.All(in.config.Items) {
			if r, ok := item.(*ir.Residue); ok {
				r.Name, r.Args = strings.ToLower(r.Name), strings.Join(strings.Fields(r.Args), " ")
			}
		}
	}
	a, b := lintInput(before, false), lintInput(after, false)
	if a, b := sayings(a.findings), sayings(b.findings); !cmp.Equal(a, b) {
		return cmp.Diff(a, b)
	}
	if a.ignored != b.ignored {
		return fmt.Sprintf("%d findings are ignored, then %d", a.ignored, b.ignored)
	}
	return difference(before.config.Items, after.config.Items)
}

// sayings are findings without their places.
func sayings(list diag.List) map[string]int {
	all := map[string]int{}
	for _, d := range list {
		all[strings.ToLower(strings.Join(strings.Fields(d.Message), " "))]++
	}
	return all
}

// TestFormatPage holds that the example of docs/fmt.md is what the program makes of it.
func TestFormatPage(t *testing.T) {
	page, err := os.ReadFile("../../docs/fmt.md")
	if err != nil {
		t.Fatal(err)
	}
	block := func(kind string) string {
		_, rest, _ := strings.Cut(string(page), "```apache "+kind+"\n")
		text, _, found := strings.Cut(rest, "```")
		if !found {
			t.Fatalf("docs/fmt.md has no block %q", kind)
		}
		return text
	}
	got, _ := formatted([]byte(block("before")))
	if diff := cmp.Diff(block("after"), string(got)); diff != "" {
		t.Error(diff)
	}
}
