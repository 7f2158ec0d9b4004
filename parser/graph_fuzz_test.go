package parser_test

import (
	"fmt"
	"math/rand/v2"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/diag"
)

// FuzzIncludeGraph holds that any folder of files that include, define and expand each other is read within its limits, and
// that none of its lines is lost.
func FuzzIncludeGraph(f *testing.F) {
	for seed := range uint64(20) {
		f.Add(seed, uint8(seed))
	}
	f.Fuzz(func(t *testing.T, seed uint64, size uint8) {
		r := rand.New(rand.NewPCG(seed, uint64(size)))
		files := graph(r, 1+int(size)%12)
		limits := parser.Limits{Files: 200, FileBytes: 1 << 16, TotalBytes: 1 << 20, IncludeDepth: 1 + r.IntN(20)}
		tree := parser.Load(parser.Input{Name: "/m/f0", Source: []byte(files["f0"]), Read: memoryOf(files), Limits: limits})
		if len(tree.Syntax) > limits.Files+1 {
			t.Errorf("%d files were read", len(tree.Syntax))
		}
		for _, d := range tree.Diagnostics {
			checkPlaces(t, tree.Files, d)
		}
		checkNodes(t, tree, tree.Nodes)
		for _, lost := range unaccounted(tree) {
			t.Errorf("%q is lost: %v", lost, files)
		}
		if err := diag.Render(&strings.Builder{}, tree.Files, tree.Diagnostics, diag.RenderOptions{}); err != nil {
			t.Fatal(err)
		}
	})
}

// graph returns files that lead to each other.
func graph(r *rand.Rand, n int) map[string]string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("f%d", i)
		if i > 0 && r.IntN(3) == 0 {
			names[i] = path.Join(fmt.Sprintf("d%d", r.IntN(2)), names[i])
		}
	}
	pick := func(words ...string) string { return words[r.IntN(len(words))] }
	target := func() string {
		return pick(pick(names...), pick(names...), "d0", "d1/*", "*", "d*/f*", "gone", "gone/*", "${V}", ".", "/m/f1")
	}
	var line func(depth int) string
	line = func(depth int) string {
		switch r.IntN(12) {
		case 0, 1:
			return pick("Include ", "IncludeOptional ") + target()
		case 2:
			return pick("Define ", "Define ", "UnDefine ") + pick("V", "W", "V "+target(), "W ${V}")
		case 3, 4:
			return "Use " + pick("m", "n", "M") + pick("", " "+target(), " a b", " ${V}")
		case 5:
			return "UndefMacro " + pick("m", "n")
		case 6, 7:
			if depth > 3 {
				return "A ${W}"
			}
			name := pick("IfDefine", "IfFile", "A", "IfModule", "Macro", "Macro", "IfVersion")
			args := map[string]string{"IfDefine": pick("V", "!W"), "IfFile": pick("", "!") + target(), "A": "x", "IfModule": "core.c", "Macro": pick("m", "n $a", "m $a @b"), "IfVersion": ">= 2.4"}[name]
			body := make([]string, r.IntN(4))
			for i := range body {
				body[i] = line(depth + 1)
			}
			return "<" + name + " " + args + ">\n" + strings.Join(append(body, ""), "\n") + pick("</"+name+">", "</"+name+">", "</"+name+">", "</A>", "")
		case 8:
			return pick("</A>", "<A $a>", "</IfDefine>", "<${V}", "# c", "", "X \\", "X @b \\ ")
		}
		return pick("A", "B $a", "C \"@b\"", "${V} x", "D ${W}")
	}
	files := map[string]string{}
	for _, name := range names {
		lines := make([]string, r.IntN(6))
		for i := range lines {
			lines[i] = line(0)
		}
		files[name] = strings.Join(append(lines, slices.Repeat([]string{""}, r.IntN(2))...), "\n")
	}
	return files
}
