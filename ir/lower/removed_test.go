package lower

import (
	"os"
	"regexp"
	"testing"

	"github.com/lbconf/lbconf/parser/directive"
)

// TestRemoved holds that httpd 2.4 has none of the directives that are called removed: advice for one that it has would
// never be given.
func TestRemoved(t *testing.T) {
	source, err := os.ReadFile("removed.go")
	if err != nil {
		t.Fatal(err)
	}
	names := 0
	for _, match := range regexp.MustCompile(`"([a-z]+)"`).FindAllStringSubmatch(string(source), -1) {
		if _, ok := removedAdvice(match[1]); !ok {
			continue
		}
		names++
		if d, ok := directive.Lookup(match[1]); ok {
			t.Errorf("httpd 2.4 has %s", d.Name)
		}
	}
	if names < 20 {
		t.Errorf("%d names were found in the source", names)
	}
}
