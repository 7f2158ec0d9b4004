package rewrite

import (
	"strings"
	"testing"
)

// TestLack holds that a missing argument is told from a quote that is not closed.
func TestLack(t *testing.T) {
	for raw, want := range map[string]string{
		"":       "two arguments are needed, and there is none; write",
		"a":      "two arguments are needed, and there is only one; write",
		`"a b`:   "the quote of the first argument is not closed",
		`'a b c`: "the quote of the first argument is not closed",
	} {
		_, problems := SplitArgs(raw)
		if len(problems) != 1 || problems[0].Kind != BadArguments || !strings.HasPrefix(problems[0].Message, want) {
			t.Errorf("%q: %v, want %q", raw, problems, want)
		}
	}
}
