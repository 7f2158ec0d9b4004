package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/lbconf/lbconf/ir/lint"
)

// TestRulesPage keeps docs/rules.md what the program prints; -update writes it.
func TestRulesPage(t *testing.T) {
	const page = "../../docs/rules.md"
	var b bytes.Buffer
	if err := writeRulesMarkdown(&b); err != nil {
		t.Fatal(err)
	}
	holdPage(t, page, b.Bytes(), "lbconf rules --format markdown prints; go test ./cmd/lbconf -run RulesPage")
}

// TestLintSchema validates the output for every example, good and bad, against the schema that ships, and sees that the
// schema refuses what the form forbids.
func TestLintSchema(t *testing.T) {
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(lintSchema))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource("lint.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("lint.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range lint.Rules() {
		for _, example := range []string{r.Bad, r.Good} {
			var b bytes.Buffer
			if err := writeLintJSON(&b, []linted{lintExample(example)}); err != nil {
				t.Fatal(err)
			}
			if strings.Contains(b.String(), "null") {
				t.Errorf("%s: what is absent must be absent:\n%s", r.ID, b.String())
			}
			output, err := jsonschema.UnmarshalJSON(&b)
			if err != nil {
				t.Fatal(err)
			}
			if err := schema.Validate(output); err != nil {
				t.Errorf("%s: %v", r.ID, err)
			}
		}
	}
	for _, wrong := range []string{
		`{"version":1,"findings":null,"summary":{}}`,
		`{"version":2,"findings":[]}`,
		`{"version":1,"findings":[{"rule":"LB1","name":"x","class":"defect","severity":"error","message":"m"}]}`,
	} {
		document, err := jsonschema.UnmarshalJSON(strings.NewReader(wrong))
		if err != nil {
			t.Fatal(err)
		}
		if schema.Validate(document) == nil {
			t.Errorf("the schema accepts %s", wrong)
		}
	}
}

// TestLintJSONFix sees that the offsets of a fix name the bytes that they should.
func TestLintJSONFix(t *testing.T) {
	const source = "# comment\nProxyPass \"/app/\" \"http://b.example.com\"\n"
	var b bytes.Buffer
	if err := writeLintJSON(&b, []linted{lintExample(source)}); err != nil {
		t.Fatal(err)
	}
	var report lintReport
	if err := json.Unmarshal(b.Bytes(), &report); err != nil {
		t.Fatal(err)
	}
	if len(report.Findings) != 1 || report.Findings[0].Fix == nil {
		t.Fatalf("want one finding with a fix: %s", b.String())
	}
	edit := report.Findings[0].Fix.Edits[0]
	fixed := source[:edit.Offset] + edit.Text + source[edit.Offset+edit.Length:]
	if want := "# comment\nProxyPass \"/app/\" \"http://b.example.com/\"\n"; fixed != want {
		t.Errorf("after the fix: %q, want %q", fixed, want)
	}
}

// TestReplaceFile sees that a file that cannot be written leaves nothing behind.
func TestReplaceFile(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "report")
	if err := os.WriteFile(name, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	failing := func(w io.Writer, _ bool) error {
		_, _ = io.WriteString(w, "half")
		return io.ErrUnexpectedEOF
	}
	if err := (&terminal{}).write(name, failing); err == nil {
		t.Error("no error")
	}
	if got, _ := os.ReadFile(name); string(got) != "old" {
		t.Errorf("content %q, want the old one", got)
	}
	if err := replaceFile(name, []byte("new")); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(name); string(got) != "new" || info.Mode().Perm() != 0o600 {
		t.Errorf("content %q mode %v, want new with the mode of before", got, info.Mode())
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// What is no regular file is written to and stays what it is: a report to /dev/null must not replace the device.
func TestReplaceFileKeepsDevicesAndLinks(t *testing.T) {
	dir := t.TempDir()
	target, link, pipe := filepath.Join(dir, "target"), filepath.Join(dir, "link"), filepath.Join(dir, "pipe")
	if err := os.WriteFile(target, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("target", link); err != nil {
		t.Skipf("no link here: %v", err)
	}
	if err := replaceFile(link, []byte("new")); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is now %v, %v", info, err)
	}
	if got, _ := os.ReadFile(target); string(got) != "new" {
		t.Errorf("the target holds %q, want new", got)
	}
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Skipf("no named pipe here: %v", err)
	}
	read := make(chan string)
	go func() {
		got, _ := os.ReadFile(pipe)
		read <- string(got)
	}()
	if err := replaceFile(pipe, []byte("piped")); err != nil {
		t.Fatal(err)
	}
	if got := <-read; got != "piped" {
		t.Errorf("the pipe carried %q", got)
	}
	if info, err := os.Lstat(pipe); err != nil || info.Mode()&os.ModeNamedPipe == 0 {
		t.Errorf("the pipe is now %v, %v", info, err)
	}
	if err := replaceFile(dir, nil); err == nil || !strings.Contains(err.Error(), "it is a folder") {
		t.Errorf("writing to a folder: %v", err)
	}
}

// TestLintStops holds that Ctrl-C ends a lint that waits for its input: only serve and test take signals in hand.
func TestLintStops(t *testing.T) {
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), binary)
	cmd.Args = []string{"lbconf", "lint", "-"}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(stdin, strings.Repeat("# waits for more\n", 1<<13)); err != nil { // more than a pipe holds: it reads
		t.Fatal(err)
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err := <-ended:
		if err == nil {
			t.Error("it ended as if the input had")
		}
	case <-time.After(10 * time.Second):
		t.Error("still waiting")
	}
}
