package lbconf_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const modulePath = "github.com/lbconf/lbconf/"

// layers is the import policy of the module: a package may import the packages on its line and nothing else of this
// module. A name that ends in /... stands for a package and all below it. A package without a line fails the test, so
// that a new package states where it stands. Lines run from the bottom to the top.
var layers = map[string][]string{
	"parser/clib":      {},
	"parser/slab":      {},
	"parser/table":     {},
	"parser/diag":      {},
	"parser/pcre":      {"parser/diag"},
	"parser/rewrite":   {"parser/clib", "parser/diag", "parser/pcre"},
	"parser/directive": {"parser/clib", "parser/diag"},
	"parser/ast":       {"parser/diag"},
	"parser/fnmatch":   {},
	"parser/subnet":    {},
	"parser/expr":      {"parser/clib", "parser/pcre", "parser/subnet"},
	"parser":           {"parser/clib", "parser/diag", "parser/ast", "parser/directive", "parser/fnmatch", "parser/pcre", "parser/slab"},
	"parser/format":    {"parser", "parser/ast", "parser/clib", "parser/diag", "parser/directive", "parser/rewrite"},
	// For tests only.
	"parser/testenv": {},
	// For benchmarks only.
	"parser/large": {},

	"ir":           {"parser/clib", "parser/diag", "parser/rewrite", "parser/pcre"},
	"ir/lower":     {"ir", "parser", "parser/..."},
	"ir/effective": {"ir", "parser/clib", "parser/diag", "parser/fnmatch"},
	"ir/lint":      {"ir", "ir/effective", "parser/clib", "parser/diag", "parser/ast", "parser/directive", "parser/pcre", "parser/rewrite", "parser/subnet", "parser/table"},

	"emit":      {"ir", "ir/effective", "parser/diag", "parser/rewrite"},
	"emit/yaml": {"emit", "ir", "ir/effective", "parser/clib", "parser/diag", "parser/ast", "parser/fnmatch", "parser/pcre", "parser/rewrite"},
	// For tests of the emitters only, so it may read what they may not.
	"emit/internal/irtest": {"ir", "ir/lower", "parser", "parser/..."},
	"emit/golang":          {"emit", "ir", "parser/diag", "parser/pcre", "parser/rewrite"},
	"emit/apache":          {"emit", "ir", "ir/effective", "parser/diag", "parser/ast", "parser/rewrite"},

	"runtime/internal/clock": {},
	"runtime/internal/regex": {"parser/clib", "parser/pcre"},
	// For tests that ask httpd.
	"runtime/internal/leaks":     {"runtime/internal/clock"},
	"runtime/internal/httpdtest": {"parser/testenv", "runtime/internal/clock"},
	"runtime/wire":               {"runtime/internal/clock"},
	"runtime/exchange":           {"parser/clib", "runtime/wire"},
	"runtime/upstream":           onModel("runtime/wire", "runtime/tlsconf"),
	"runtime/ajp":                {"runtime/wire"},
	"runtime/fcgi":               {"parser/clib", "runtime/wire"},
	"runtime/health":             onModel("runtime/ajp", "runtime/upstream", "runtime/wire", "runtime/internal/clock"),
	"runtime/route":              onModel("runtime/upstream"),
	"runtime/heartbeat":          onModel("runtime/upstream"),
	"runtime/balance":            onModel("runtime/upstream"),
	"runtime/eval":               onModel("runtime/exchange", "runtime/route", "runtime/wire", "runtime/internal/regex"),
	"runtime/static":             {"parser/clib", "runtime/exchange", "runtime/wire"},
	"runtime/tlsconf":            onModel("runtime/exchange"),
	"runtime/access":             onModel("runtime/eval", "runtime/exchange", "runtime/wire"),
	"runtime/trace":              {},
	"runtime/environ":            onModel("runtime/exchange", "runtime/wire", "runtime/internal/regex"),
	"runtime/accesslog":          onModel("runtime/eval", "runtime/exchange", "runtime/wire"),
	"runtime/header":             onModel("runtime/eval", "runtime/exchange", "runtime/wire", "runtime/internal/regex"),
	"runtime/rewrite":            onModel("runtime/trace", "runtime/eval", "runtime/exchange", "runtime/route", "runtime/internal/regex"),
	// No sockets: neither proxy nor server.
	"runtime/program": onModel("runtime/heartbeat", "runtime/trace", "runtime/access", "runtime/accesslog", "runtime/environ", "runtime/eval", "runtime/exchange", "runtime/header",
		"runtime/rewrite", "runtime/route", "runtime/static", "runtime/tlsconf", "runtime/upstream", "runtime/wire", "runtime/internal/regex"),
	"runtime/proxy":      onModel("runtime/trace", "runtime/tlsconf", "runtime/ajp", "runtime/balance", "runtime/exchange", "runtime/fcgi", "runtime/program", "runtime/static", "runtime/upstream", "runtime/wire", "runtime/internal/clock"),
	"runtime/scoreboard": {},
	"runtime/server":     onModel("runtime/heartbeat", "runtime/tlsconf", "runtime/exchange", "runtime/health", "runtime/program", "runtime/proxy", "runtime/route", "runtime/scoreboard", "runtime/static", "runtime/upstream", "runtime/wire", "runtime/internal/clock"),
	"runtime/admin": onModel("runtime/heartbeat", "runtime/exchange", "runtime/program", "runtime/route", "runtime/scoreboard", "runtime/server", "runtime/upstream",
		"runtime/wire", "runtime/internal/clock"),
	"runtime/metrics": onModel("runtime/exchange", "runtime/program", "runtime/proxy", "runtime/scoreboard", "runtime/server", "runtime/upstream", "runtime/wire"),
	"runtime/daemon":  onModel("runtime/trace", "runtime/internal/clock", "runtime/admin", "runtime/metrics", "runtime/program", "runtime/server", "runtime/upstream"),

	"cmd/...": {"parser", "parser/...", "ir", "ir/...", "emit", "emit/...", "runtime/...", "cmd/internal/..."},
}

// onModel is what a package of the runtime may import: what a configuration means, never how it is read, and the packages
// of the runtime below it.
func onModel(below ...string) []string {
	return append(below, "ir", "ir/effective", "parser/clib", "parser/diag", "parser/expr", "parser/fnmatch", "parser/rewrite", "parser/pcre", "parser/subnet")
}

// TestImports reads every Go file of the module in this process, so that the test cache sees the files it depends on.
func TestImports(t *testing.T) {
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if name := entry.Name(); path != "." && (name == "testdata" || strings.HasPrefix(name, ".")) {
				return filepath.SkipDir
			}
			return nil
		}
		if strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") {
			checkFile(t, filepath.ToSlash(path))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestTopLevel holds the users' choice of folders: no further Go directories beside these five.
func TestTopLevel(t *testing.T) {
	allowed := []string{"cmd", "parser", "ir", "emit", "runtime"}
	files, err := filepath.Glob("*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if top, _, _ := strings.Cut(filepath.ToSlash(file), "/"); !slices.Contains(allowed, top) {
			t.Errorf("%s: Go code outside %v", file, allowed)
		}
	}
	if files, _ := filepath.Glob("runtime/*.go"); len(files) > 0 {
		t.Errorf("%v: no Go file lies directly in runtime, its name would shadow the standard package", files)
	}
}

func checkFile(t *testing.T, path string) {
	t.Helper()
	pkg := filepath.ToSlash(filepath.Dir(path))
	allowed, ok := policyOf(pkg)
	if !ok {
		t.Errorf("%s: package %s has no line in the layers table", path, pkg)
		return
	}
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
	if err != nil {
		t.Errorf("%s: %v", path, err)
		return
	}
	for _, spec := range file.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		imported, ours := strings.CutPrefix(name, modulePath)
		if ours && !slices.ContainsFunc(allowed, func(pattern string) bool { return covers(pattern, imported) }) {
			t.Errorf("%s: %s must not import %s", path, pkg, imported)
		}
	}
}

// policyOf returns the line of the most specific entry that covers pkg.
func policyOf(pkg string) ([]string, bool) {
	if allowed, ok := layers[pkg]; ok {
		return allowed, true
	}
	best := ""
	for pattern := range layers {
		if strings.HasSuffix(pattern, "/...") && covers(pattern, pkg) && len(pattern) > len(best) {
			best = pattern
		}
	}
	return layers[best], best != ""
}

func covers(pattern, pkg string) bool {
	if prefix, ok := strings.CutSuffix(pattern, "..."); ok {
		return strings.HasPrefix(pkg, prefix)
	}
	return pattern == pkg
}
