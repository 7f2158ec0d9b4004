package program

import (
	"fmt"
	"strings"
	"testing"
)

// TestClaim holds what httpd 2.4.71 does with the slots that it kept: the names of the configuration, and which of them find
// theirs. A plus stands for one that does.
func TestClaim(t *testing.T) {
	for _, test := range []struct{ slots, names, want, left string }{
		{"a b", "a b", "a+ b+", ""},
		{"a b c", "a b", "a+ b+", "c"},
		{"a b c", "a c", "a+ c+", "b"},
		{"a b c", "d a", "d a", "c"},
		{"a b c", "a d", "a+ d", "c"},
		{"a b -", "n a b", "n a b", ""},
		{"a b -", "a b n", "a+ b+ n", ""},
		{"a - -", "a a", "a+ a+", ""},
		{"", "a", "a", ""},
		{"a b", "", "", "a b"},
	} {
		slots := strings.Fields(strings.ReplaceAll(test.slots, "-", "_"))
		for i := range slots {
			slots[i] = strings.ReplaceAll(slots[i], "_", "")
		}
		names := strings.Fields(test.names)
		was := strings.Fields(test.slots)
		claims, left := claim(slots, names)
		var got, rest []string
		for i, name := range names {
			if claims[i] >= 0 {
				name += "+"
			}
			got = append(got, name)
		}
		for _, k := range left {
			rest = append(rest, was[k])
		}
		if s := fmt.Sprint(got, rest); s != fmt.Sprint(strings.Fields(test.want), strings.Fields(test.left)) {
			t.Errorf("slots %q, names %q: %s, want %s [%s]", test.slots, test.names, s, test.want, test.left)
		}
	}
}
