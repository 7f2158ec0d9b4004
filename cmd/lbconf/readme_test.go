package main

import (
	"bytes"
	"context"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// consoleBlock is a command line of lbconf in a document, with what it prints.
var consoleBlock = regexp.MustCompile("(?s)```console\n\\$ lbconf ([^\n]*)\n(.*?)```")

// TestReadme runs what the README shows: a reader must not meet an output that the program does not have.
func TestReadme(t *testing.T) {
	t.Chdir("../..")
	const name = "README.md"
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	blocks := 0
	current := consoleBlock.ReplaceAllStringFunc(string(text), func(block string) string {
		blocks++
		command := consoleBlock.FindStringSubmatch(block)[1]
		var out bytes.Buffer
		term := &terminal{stdin: strings.NewReader(""), stdout: &out, stderr: &out, getenv: func(string) string { return "" }, environ: func() []string { return nil }}
		run(context.Background(), strings.Fields(command), term)
		return "```console\n$ lbconf " + command + "\n" + out.String() + "```"
	})
	if blocks == 0 {
		t.Fatal("the README shows no output")
	}
	if *update {
		if err := os.WriteFile(name, []byte(current), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(text), current); diff != "" {
		t.Errorf("the README is out of date; run this test with -update\n%s", diff)
	}
}
