package yaml

import (
	"flag"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lbconf/lbconf/emit/internal/irtest"
	"github.com/lbconf/lbconf/ir"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const seedFolder = "../../testdata/seeds"

// TestSeeds: Apache to IR to YAML to IR gives the same IR for every seed, and the YAML is that of testdata.
func TestSeeds(t *testing.T) {
	files := map[string]string{}
	for name, cfg := range irtest.Seeds(t, seedFolder) {
		written := mustEmit(t, Emitter{}, cfg)
		files[name+".yaml"] = written
		if diff := cmp.Diff(cfg, mustDecode(t, written), ir.IgnoreOrigin()); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	irtest.Golden(t, "testdata", ".yaml", files, *update)
}
