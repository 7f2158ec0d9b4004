package script

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/lbconf/lbconf/cmd/internal/engine"
)

func manual(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../../docs/scripts.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// The example of the manual passes: blocks with a path are files, and the scripts among them run.
func TestManualExample(t *testing.T) {
	dir := t.TempDir()
	blocks := regexp.MustCompile("(?s)```\\w+ (\\S+)\n(.*?)```").FindAllStringSubmatch(manual(t), -1)
	if len(blocks) != 2 {
		t.Fatalf("the manual has %d blocks with a path, not a configuration and a script", len(blocks))
	}
	for _, block := range blocks {
		file := filepath.Join(dir, block[1])
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(block[2]), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	Test(t, filepath.Join(dir, "tests"), Program{}, nil, engine.HTTPD{})
}

// The manual has every verb and every mask, and no others in its tables.
func TestManualIsComplete(t *testing.T) {
	text := manual(t)
	for verb := range commands(t.Context(), newSession(idle{}, Program{}, "")) {
		if !strings.Contains(text, "| `"+verb) {
			t.Errorf("the manual has no row for the verb %s", verb)
		}
	}
	_, tables, _ := strings.Cut(text, "## Masks")
	tables, _, _ = strings.Cut(tables, "\n## ")
	for _, mask := range maskName.FindAllString(tables, -1) {
		if _, ok := masks[mask]; !ok && mask != linesMask {
			t.Errorf("the manual has the mask %s, which does not exist", mask)
		}
	}
	for mask := range masks {
		if !strings.Contains(tables, "`"+mask+"`") {
			t.Errorf("the manual lacks the mask %s", mask)
		}
	}
}
