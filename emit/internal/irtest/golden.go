package irtest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Golden compares files with those in a folder, or with update rewrites the folder, so that it holds these files only.
func Golden(t *testing.T, folder, ending string, files map[string]string, update bool) {
	t.Helper()
	present, err := filepath.Glob(filepath.Join(folder, "*"+ending))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range present {
		if _, ok := files[filepath.Base(path)]; ok {
			continue
		}
		if !update {
			t.Errorf("%s: nothing writes this file any more; -update removes it", path)
			continue
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	for name, content := range files {
		path := filepath.Join(folder, name)
		if update {
			if err := os.MkdirAll(folder, 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Errorf("%v; -update writes it", err)
			continue
		}
		if diff := cmp.Diff(string(want), content); diff != "" {
			t.Errorf("%s (-update rewrites it):\n%s", path, diff)
		}
	}
}
