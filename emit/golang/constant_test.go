package golang

import (
	"bytes"
	"flag"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// named are the types of package ir whose constants are called after their values.
var named = []string{"SwitchName", "NumberName", "WordName", "WordsName", "SectionKind"}

// TestConstants holds the names of constants to what package ir says: a value without its name would be written as a
// conversion, which compiles and says less. The table has the constants that are not called after their values.
func TestConstants(t *testing.T) {
	want := []byte("package golang\n\nimport \"github.com/lbconf/lbconf/ir\"\n\n// irConstants are constants of package ir. TestConstants -update writes them.\nvar irConstants = []namedConstant{\n")
	for _, c := range exportedConstants(t, "../../ir") {
		if !slices.Contains(named, c.of) {
			want = append(want, "{ir."+c.name+", \""+c.name+"\"},\n"...)
			continue
		}
		if prefix := strings.TrimSuffix(strings.TrimSuffix(c.of, "Name"), "Kind"); strconv.Quote(strings.TrimPrefix(c.name, prefix)) != c.value {
			t.Errorf("ir.%s is %s: a %s is called %s and its value", c.name, c.value, c.of, prefix)
		}
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

// typedConstant is a constant with its type and the text of its value.
type typedConstant struct{ name, of, value string }

// exportedConstants returns the constants of a package that have a type of it, sorted.
func exportedConstants(t *testing.T, dir string) []typedConstant {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var list []typedConstant
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
	slices.SortFunc(list, func(a, b typedConstant) int { return strings.Compare(a.name, b.name) })
	return list
}

// typedConstants returns the exported constants of a declaration that have a type; one without a type and a value has that
// of the line before.
func typedConstants(decl *ast.GenDecl) []typedConstant {
	var list []typedConstant
	of := ""
	for _, spec := range decl.Specs {
		spec, ok := spec.(*ast.ValueSpec)
		if !ok {
			continue
		}
		if spec.Type != nil || len(spec.Values) > 0 {
			of = ""
		}
		if name, ok := spec.Type.(*ast.Ident); ok {
			of = name.Name
		}
		for i, name := range spec.Names {
			if of == "" || !name.IsExported() {
				continue
			}
			c := typedConstant{name: name.Name, of: of}
			if i < len(spec.Values) {
				c.value = types.ExprString(spec.Values[i])
			}
			list = append(list, c)
		}
	}
	return list
}
