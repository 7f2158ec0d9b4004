package directive

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lbconf/lbconf/parser/testenv"
)

// listed is a line of apache2 -L that names a directive and the source file of its module.
var listed = regexp.MustCompile(`(?m)^(<?\w+)>? \((\w+)\.c\)$`)

// TestHttpdKnowsTheSame holds the table against `apache2 -L` of httpd with all its modules, under each MPM: the same names,
// in the same modules.
func TestHttpdKnowsTheSame(t *testing.T) {
	binary := testenv.Program(t, "apache2")
	files, err := filepath.Glob(testenv.Modules + "/mod_*.so")
	if err != nil || len(files) < 100 {
		t.Fatalf("%d modules, want those of Debian's apache2-bin: %v", len(files), err)
	}
	root := t.TempDir()
	if err := os.Mkdir(filepath.Join(root, "logs"), 0o700); err != nil {
		t.Fatal(err)
	}
	known := map[string][]string{}
	for _, mpm := range []string{"event", "worker", "prefork"} {
		var config strings.Builder
		for _, file := range files {
			name := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(file), "mod_"), ".so")
			if !strings.HasPrefix(name, "mpm_") || name == "mpm_"+mpm {
				fmt.Fprintf(&config, "LoadModule %s_module %s\n", name, file)
			}
		}
		config.WriteString("ServerName localhost\n")
		file := filepath.Join(root, mpm+".conf")
		if err := os.WriteFile(file, []byte(config.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.CommandContext(t.Context(), binary, "-d", root, "-f", file, "-L").Output()
		if err != nil {
			t.Fatalf("apache2 -L with %s: %v", mpm, err)
		}
		for _, line := range listed.FindAllStringSubmatch(string(out), -1) {
			if !slices.Contains(known[line[1]], moduleID(line[2])) {
				known[line[1]] = append(known[line[1]], moduleID(line[2]))
			}
		}
	}
	table := map[string][]string{}
	for d := range All() {
		name := d.Name
		if d.Section {
			name = "<" + name
		}
		table[name] = slices.Sorted(d.ModuleIDs())
	}
	for name := range maps.Keys(known) {
		slices.Sort(known[name])
	}
	if diff := cmp.Diff(known, table); diff != "" {
		t.Errorf("httpd (-) and the table (+) differ:\n%s", diff)
	}
}
