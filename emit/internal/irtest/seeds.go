package irtest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/lower"
	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/diag"
)

// Seeds returns the seeds by name without their ending, read from folder.
func Seeds(t *testing.T, folder string) map[string]*ir.Config {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(folder, "*.conf"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no seeds in %s: %v", folder, err)
	}
	seeds := map[string]*ir.Config{}
	for _, path := range paths {
		src, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(path)
		seeds[strings.TrimSuffix(name, ".conf")], _ = Lower(name, src)
	}
	return seeds
}

// Lower reads a configuration in httpd's language.
func Lower(name string, src []byte) (*ir.Config, diag.List) {
	tree := parser.Load(parser.Input{Name: name, Source: src})
	cfg, list := lower.Lower(tree)
	return cfg, append(tree.Diagnostics, list...)
}
