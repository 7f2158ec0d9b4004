package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lbconf/lbconf/parser/testenv"
)

var (
	apacheBlock = regexp.MustCompile("(?s)```apache\n(.*?)```")
	shellBlock  = regexp.MustCompile("(?s)```console\n\\$ ([^\n]*)\n(.*?)```")
)

// TestParsePage runs the commands of docs/parse.md on the configuration of the page: an example that does not work teaches
// the wrong thing.
func TestParsePage(t *testing.T) {
	testenv.Program(t, "jq")
	page, err := filepath.Abs("../../docs/parse.md")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	if err := os.WriteFile("site.conf", apacheBlock.FindSubmatch(text)[1], 0o600); err != nil {
		t.Fatal(err)
	}
	current := shellBlock.ReplaceAllStringFunc(string(text), func(block string) string {
		command := shellBlock.FindStringSubmatch(block)[1]
		out, err := exec.Command("sh", "-c", command).Output()
		if _, exited := err.(*exec.ExitError); err != nil && !exited { //nolint:errorlint // Output wraps nothing
			t.Fatal(err)
		}
		if len(out) == 0 {
			t.Errorf("%s prints nothing: %v", command, err)
		}
		return "```console\n$ " + command + "\n" + string(out) + "```"
	})
	if *update {
		if err := os.WriteFile(page, []byte(current), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if strings.Count(current, "```console") < 6 {
		t.Error("the page shows no commands")
	}
	if diff := cmp.Diff(string(text), current); diff != "" {
		t.Errorf("docs/parse.md is out of date; run this test with -update\n%s", diff)
	}
}
