package irtest_test

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"testing"

	"github.com/lbconf/lbconf/emit/internal/irtest"
	"github.com/lbconf/lbconf/ir"
)

// TestEvery: the laws of the emitters look at each type of item, so that one that is added cannot be forgotten.
func TestEvery(t *testing.T) {
	present := make(map[string]bool)
	for item := range ir.All(irtest.Every().Items) {
		present[reflect.TypeOf(item).Elem().Name()] = true
	}
	files, err := filepath.Glob("../../../ir/*.go")
	if err != nil {
		t.Fatal(err)
	}
	variant := regexp.MustCompile(`(?m)^func \(\*(\w+)\) item\(\)`)
	found := 0
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range variant.FindAllSubmatch(source, -1) {
			found++
			if name := string(match[1]); !present[name] {
				t.Errorf("Every has no *ir.%s", name)
			}
		}
	}
	if found == 0 {
		t.Error("package ir has no items: are they declared in another way now?")
	}
}
