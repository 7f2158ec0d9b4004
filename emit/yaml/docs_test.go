package yaml

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lbconf/lbconf/emit/internal/irtest"
)

var fenced = regexp.MustCompile("(?s)```(apache|yaml)\n(.*?)```\n")

// TestPage: the page about the format shows what convert writes, its other examples decode, and it names every group.
func TestPage(t *testing.T) {
	const path = "../../docs/yaml.md"
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	page := string(raw)
	blocks := fenced.FindAllStringSubmatchIndex(page, -1)
	if len(blocks) < 3 {
		t.Fatalf("%d examples", len(blocks))
	}
	text := func(i int) string { return page[blocks[i][4]:blocks[i][5]] }
	cfg, list := irtest.Lower("site.conf", []byte(text(0)))
	if len(list) > 0 {
		t.Error(list)
	}
	written := mustEmit(t, Emitter{}, cfg)
	if *update {
		page = page[:blocks[1][4]] + written + page[blocks[1][5]:]
		if err := os.WriteFile(path, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(text(1), written); diff != "" {
		t.Errorf("-update rewrites it:\n%s", diff)
	}
	for i := 2; i < len(blocks); i++ {
		mustDecode(t, "lbconf: 1\n"+text(i))
	}
	settings := settings()
	for key := range groups() {
		if _, setting := settings[key]; !setting && !strings.Contains(page, "`"+key+"`") {
			t.Errorf("%s does not name %s", path, key)
		}
	}
}
