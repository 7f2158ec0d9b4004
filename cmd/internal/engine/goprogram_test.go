package engine

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// TestSourceAround: the source of lbconf is found from any folder in it, and nothing else is taken for it.
func TestSourceAround(t *testing.T) {
	source := t.TempDir()
	inner := filepath.Join(source, "a", "b")
	if err := errors.Join(os.MkdirAll(inner, 0o755), os.WriteFile(filepath.Join(source, "a", "go.mod"), []byte("module example.com/a\n"), 0o600)); err != nil {
		t.Fatal(err)
	}
	if found := SourceAround(inner); found != "" {
		t.Errorf("found %s, where there is none", found)
	}
	if err := os.WriteFile(filepath.Join(source, "go.mod"), []byte("module github.com/lbconf/lbconf\n\ngo 1.26\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if found := SourceAround(inner); found != source {
		t.Errorf("found %q, want %s", found, source)
	}
}

// TestGoProgramMissing: without the source there is no engine, and the message says how to name it.
func TestGoProgramMissing(t *testing.T) {
	_, err := GoProgram{Source: t.TempDir()}.Version(t.Context())
	if missing := (*MissingError)(nil); !errors.As(err, &missing) {
		t.Errorf("got %v, want a *MissingError", err)
	}
}
