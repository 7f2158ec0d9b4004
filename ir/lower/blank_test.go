package lower_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lbconf/lbconf/ir/lower"
	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/ast"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/parser/testenv"
)

// blanking asks httpd about the whole corpus, each refused line blanked in turn; it takes minutes.
var blanking = flag.Bool("blank", false, "hold all refusals of each real configuration against httpd's, a line at a time")

// TestCorpusBlanked holds that one run finds everything: each line that httpd refuses once the lines before it are blanked is
// among our refusals, and it refuses all of them.
func TestCorpusBlanked(t *testing.T) {
	if !*blanking {
		t.Skip("it takes minutes: -args -blank")
	}
	o := newOracleOf(t, 2, everyModule(t))
	for _, sample := range testenv.Corpus(t) {
		if sample.Verdict == "ok" {
			continue
		}
		theirs, accepted := o.blankedInTurn(t, sample)
		ours := o.refusedLines(t, sample)
		for _, line := range slices.Sorted(maps.Keys(theirs)) {
			if _, ok := ours[line]; !ok {
				if slices.ContainsFunc(corpusDifferences(), func(a allowed) bool { return a.said.MatchString(theirs[line]) }) {
					continue
				}
				t.Errorf("%s:%d: we do not refuse what httpd refuses: %s", sample.Name, line, theirs[line])
			}
		}
		for _, line := range slices.Sorted(maps.Keys(ours)) {
			if !accepted {
				break // what it would say of the rest is not known
			}
			if _, ok := theirs[line]; !ok {
				t.Errorf("%s:%d: we refuse what httpd takes: %s", sample.Name, line, ours[line])
			}
		}
	}
}

// corpusServer is what stands around a sample.
func (o *oracle) corpusServer(sample testenv.Sample) string {
	include := "Include " + filepath.Join(o.root, "in.conf") + "\n"
	if sample.Htaccess {
		include = "<Directory \"/\">\n" + include + "</Directory>\n"
	}
	return fmt.Sprintf("%s%s", o.header, include)
}

// everyModule returns the names of the modules of the machine that can be loaded together.
func everyModule(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(testenv.Modules + "/mod_*.so")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, file := range files {
		name := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(file), "mod_"), ".so")
		if name != "mpm_prefork" && name != "mpm_worker" {
			names = append(names, name)
		}
	}
	return names
}

// blankedInTurn returns the lines that httpd refuses, with its reasons, each found when the ones before are blank, and whether
// it takes what is left.
func (o *oracle) blankedInTurn(t *testing.T, sample testenv.Sample) (refused map[int]string, accepted bool) {
	t.Helper()
	refused = map[int]string{}
	source := string(sample.Source)
	for range 500 {
		writeFile(t, filepath.Join(o.root, "in.conf"), source)
		v := o.httpdSays(t, []fragment{{text: strings.TrimPrefix(o.corpusServer(sample), o.header)}})
		if !v.refused || v.file != "in.conf" || refused[v.line] != "" {
			return refused, !v.refused
		}
		refused[v.line] = v.why
		line := strings.ToLower(strings.TrimSpace(strings.Split(source, "\n")[v.line-1]))
		if strings.HasPrefix(line, "<") || strings.HasPrefix(line, "loadmodule") {
			return refused, false // what stands behind means something else without it
		}
		source = withoutLine(source, v.line)
	}
	return refused, false
}

// withoutLine blanks the directive that ends on a line.
func withoutLine(source string, line int) string {
	files := diag.NewFileSet()
	file := files.Add("in.conf", []byte(source), diag.Span{})
	tree, _ := parser.Parse(file)
	blanked := []byte(source)
	blank := func(whole diag.Span) {
		for i := file.Offset(whole.Start); i < file.Offset(whole.End); i++ {
			if blanked[i] != '\n' {
				blanked[i] = ' '
			}
		}
	}
	var walk func(items []ast.Item)
	walk = func(items []ast.Item) {
		for _, item := range items {
			switch item := item.(type) {
			case *ast.Section:
				walk(item.Items)
			case *ast.Directive, *ast.Bad:
				if lastLine(files, item.Span().Start) == line {
					blank(item.Span())
				}
			case *ast.Comment, *ast.Blank:
			}
		}
	}
	walk(tree.Items)
	return string(blanked)
}

// refusedLines returns the lines of a sample that we refuse, with our reasons.
func (o *oracle) refusedLines(t *testing.T, sample testenv.Sample) map[int]string {
	t.Helper()
	name := filepath.Join(o.root, "in.conf")
	if err := os.WriteFile(name, sample.Source, 0o600); err != nil {
		t.Fatal(err)
	}
	tree := parser.Load(parser.Input{Name: filepath.Join(o.root, "main.conf"), Source: []byte(o.corpusServer(sample)), EnvComplete: true})
	_, diags := lower.WithFiles(tree, machine{})
	refused := map[int]string{}
	for _, d := range slices.Concat(tree.Diagnostics, diags) {
		if d.Class == diag.Refusal && tree.Files.File(d.Span.Start).Name() == name {
			refused[lastLine(tree.Files, d.Span.Start)] = d.Message
		}
	}
	return refused
}
