package lint_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/lbconf/lbconf/parser/diag"
)

// TestCases lints each file of testdata/*.txtar and compares what is found with the first line, which lists the codes at
// warning or above: "# nothing", or "# LB101 LB107". With "as information" behind it the line lists all codes: "nothing as
// information" is silence at every level. The archive silence.txtar holds what looks like a mistake and is none.
func TestCases(t *testing.T) {
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	for _, name := range archives {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range txtar.Parse(data).Files {
			t.Run(file.Name, func(t *testing.T) {
				first, _, _ := strings.Cut(string(file.Data), "\n")
				text, all := strings.CutSuffix(first, " as information")
				want := strings.Fields(strings.TrimPrefix(text, "#"))
				if len(want) == 1 && want[0] == "nothing" {
					want = nil
				}
				_, found := check(t, file.Name, string(file.Data))
				least := diag.Warning
				if all {
					least = diag.Info
				}
				if diff := cmp.Diff(want, codesFrom(found, least)); diff != "" {
					t.Errorf("findings (-want +got):\n%s%v", diff, found)
				}
			})
		}
	}
}
