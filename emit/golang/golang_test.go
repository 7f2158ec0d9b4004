package golang

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lbconf/lbconf/emit"
	"github.com/lbconf/lbconf/emit/internal/irtest"
	"github.com/lbconf/lbconf/ir"
)

// mustEmit returns the files of a program by name, and holds the ledger to saying that nothing is lost.
func mustEmit(t *testing.T, e Emitter, cfg *ir.Config) map[string]string {
	t.Helper()
	output, report, err := emit.Run(e, cfg)
	if err != nil {
		t.Fatalf("emit: %v\n%s", err, irtest.Describe(cfg))
	}
	if s := report.Summary(); s.Exact+s.Approximated != s.Directives {
		t.Errorf("%s: %v", e.Source, s)
	}
	files := make(map[string]string)
	for _, f := range output.Files {
		files[f.Name] = string(f.Content)
	}
	return files
}

// TestSeeds pins the programs of the seeds.
func TestSeeds(t *testing.T) {
	golden := map[string]string{}
	for name, cfg := range irtest.Seeds(t, "../../testdata/seeds") {
		golden[name+".go"] = mustEmit(t, Emitter{Source: name + ".conf", OneFile: true}, cfg)["main.go"]
	}
	irtest.Golden(t, "testdata", ".go", golden, *update)
}

// TestUnresolved: a variable without a value is said to be one.
func TestUnresolved(t *testing.T) {
	cfg, _ := irtest.Lower("site.conf", []byte("ErrorLog ${LOGS}/error.log\nRewriteRule ^/a ${map:key} [L]\nProxyPass / http://${HOST}/\nSecRule ${X}\n"))
	_, report, err := emit.Run(Emitter{}, cfg)
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	if err := report.WriteText(&text); err != nil {
		t.Fatal(err)
	}
	want := `site.conf:1: ErrorLog: approximated: ${LOGS} has no value here, and the program takes it as text: give it one with --env or --envvars
site.conf:3: ProxyPass: approximated: ${HOST} has no value here, and the program takes it as text: give it one with --env or --envvars
site.conf:4: SecRule: exact: kept as it was; httpd has no such directive, and the program will not start
4 directives: 2 exact, 2 approximated
`
	if diff := cmp.Diff(want, text.String()); diff != "" {
		t.Error(diff)
	}
}

// TestEvaluated is the law of the target: the programs compile, and what their literals are when they run is the
// configuration that they were written from, field by field, places included. The programs of many configurations are built
// as packages of one.
func TestEvaluated(t *testing.T) {
	configs := irtest.Seeds(t, "../../testdata/seeds")
	configs["every"] = irtest.Every()
	irtest.Flips(func(field string, cfg *ir.Config) {
		cfg.Number() // a field may be a list of items
		configs["flip "+field] = cfg
	})
	wild, plain := irtest.Config(true), irtest.Config(false)
	for i := range 12 {
		configs[fmt.Sprintf("wild %d", i)] = wild.Example(i)
		configs[fmt.Sprintf("plain %d", i)] = plain.Example(i)
	}
	for name, dump := range evaluate(t, configs) {
		if diff := cmp.Diff(irtest.Dump(configs[name]), dump); diff != "" {
			t.Errorf("%s (- configuration, + program):\n%s\nof\n%s", name, diff, irtest.Describe(configs[name]))
		}
	}
}

// evaluate runs the configurations' programs and returns what their literals are.
func evaluate(t *testing.T, configs map[string]*ir.Config) map[string]string {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	// The files are laid over a folder of this module that does not exist, so that they may import its internal packages.
	o := overlay{t: t, root: root, real: t.TempDir(), replace: make(map[string]string)}
	names := slices.Sorted(maps.Keys(configs))
	var importList, callList strings.Builder
	for i, name := range names {
		fmt.Fprintf(&importList, "p%d %q\n", i, modulePath+"/"+o.folder(i))
		fmt.Fprintf(&callList, "p%d.Config(),\n", i)
		for file, content := range mustEmit(t, Emitter{Source: name, OneFile: i%2 == 0}, configs[name]) {
			if strings.HasSuffix(file, ".go") {
				content = strings.Replace(content, "package main\n", fmt.Sprintf("package p%d\n", i), 1)
				content = strings.Replace(content, "\nfunc config() ", "\nfunc Config() ", 1)
				o.add(o.folder(i)+"/"+file, strings.Replace(content, ", config()))", ", Config()))", 1))
			}
		}
	}
	o.add(o.folder(-1)+"/main.go", `package main

import (
	"encoding/json"
	"os"

	"github.com/lbconf/lbconf/emit/internal/irtest"
	"github.com/lbconf/lbconf/ir"
`+importList.String()+`)

func main() {
	var dumps [][]byte
	for _, config := range []*ir.Config{
`+callList.String()+`} {
		dumps = append(dumps, []byte(irtest.Dump(config)))
	}
	if err := json.NewEncoder(os.Stdout).Encode(dumps); err != nil {
		panic(err)
	}
}
`)
	var dumps [][]byte
	if err := json.Unmarshal(o.run(o.folder(-1)), &dumps); err != nil {
		t.Fatal(err)
	}
	result := make(map[string]string)
	for i, name := range names {
		result[name] = string(dumps[i])
	}
	return result
}

// overlay is a set of files that the go command takes for files of this module.
type overlay struct {
	t          *testing.T
	root, real string
	replace    map[string]string
}

// folder is where program i lies; -1 is the one that runs them all.
func (*overlay) folder(i int) string {
	if i < 0 {
		return "emit/golang/evaluated"
	}
	return fmt.Sprintf("emit/golang/evaluated/p%d", i)
}

func (o *overlay) add(name, content string) {
	path := filepath.Join(o.real, fmt.Sprint(len(o.replace)))
	o.replace[filepath.Join(o.root, name)] = path
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		o.t.Fatal(err)
	}
}

// run builds and runs a package, and returns what it prints.
func (o *overlay) run(pkg string) []byte {
	o.t.Helper()
	list, err := json.Marshal(map[string]any{"Replace": o.replace})
	if err != nil {
		o.t.Fatal(err)
	}
	file := filepath.Join(o.real, "overlay.json")
	if err := os.WriteFile(file, list, 0o600); err != nil {
		o.t.Fatal(err)
	}
	program := filepath.Join(o.real, "program")
	cmd := exec.CommandContext(o.t.Context(), "go", "build", "-overlay", file, "-o", program, "./"+pkg)
	cmd.Dir = o.root
	if out, err := cmd.CombinedOutput(); err != nil {
		o.t.Fatalf("%v\n%s", err, out)
	}
	out, err := exec.CommandContext(o.t.Context(), program).Output()
	if err != nil {
		o.t.Fatal(err)
	}
	return out
}
