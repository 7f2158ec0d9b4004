package golang

import (
	"bytes"
	"flag"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestConstants holds the table of constants to what package ir says: a value without its name would be written as a
// conversion, which compiles and says less.
func TestConstants(t *testing.T) {
	want := []byte("package golang\n\nimport \"github.com/lbconf/lbconf/ir\"\n\n// irConstants are the typed constants of package ir. TestConstants -update writes them.\nvar irConstants = []namedConstant{\n")
	for _, name := range exportedConstants(t, "../../ir") {
		want = append(want, "{ir."+name+", \""+name+"\"},\n"...)
	}
	want, err := format.Source(append(want, "}\n"...))
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("constants.go", want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile("constants.go")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("constants.go is out of date: go test ./emit/golang -run Constants -update")
	}
}

// exportedConstants returns the constants of a package that have a type of it, sorted.
func exportedConstants(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range tree.Decls {
			if decl, ok := decl.(*ast.GenDecl); ok && decl.Tok == token.CONST {
				list = append(list, typedConstants(decl)...)
			}
		}
	}
	slices.Sort(list)
	return list
}

// typedConstants returns the exported constants of a declaration that have a type; one without a type and a value has that
// of the line before.
func typedConstants(decl *ast.GenDecl) []string {
	var list []string
	typed := false
	for _, spec := range decl.Specs {
		spec, ok := spec.(*ast.ValueSpec)
		if !ok {
			continue
		}
		if spec.Type != nil || len(spec.Values) > 0 {
			typed = spec.Type != nil
		}
		for _, name := range spec.Names {
			if typed && name.IsExported() {
				list = append(list, name.Name)
			}
		}
	}
	return list
}
