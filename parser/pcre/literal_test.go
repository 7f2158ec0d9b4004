package pcre_test

import (
	"strings"
	"testing"

	"github.com/lbconf/lbconf/parser/pcre"
)

// TestQuantifierTakesOneCharacter: letters that are read together are still repeated one by one, whatever stands between the
// last of them and its quantifier.
func TestQuantifierTakesOneCharacter(t *testing.T) {
	for _, pattern := range []string{"abcd+", "abcd{2,3}", "abc(?#comment)d*", "abcd(?#comment)?", "(?x)abc d *", "(?x)abcd # end\n+", `\Qabc\Ed+`} {
		p, err := pcre.Parse(pattern)
		if err != nil {
			t.Errorf("%q: %v", pattern, err)
			continue
		}
		var before, repeated string
		pcre.Walk(p.Root, func(n pcre.Node) bool {
			if repeat, ok := n.(*pcre.Repeat); ok {
				if literal, ok := repeat.Body.(*pcre.Literal); ok {
					repeated += literal.Text
				}
				return false
			}
			if literal, ok := n.(*pcre.Literal); ok {
				before += literal.Text
			}
			return true
		})
		if before != "abc" || repeated != "d" {
			t.Errorf("%q: %q once, %q repeated", pattern, before, repeated)
		}
	}
}

// TestLongLiteral: a literal of the whole line costs what its length is, not the square of it.
func TestLongLiteral(t *testing.T) {
	text := strings.Repeat("a/b-c_", 5000)
	p, err := pcre.Parse("^" + text + "$")
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	pcre.Walk(p.Root, func(n pcre.Node) bool {
		if literal, ok := n.(*pcre.Literal); ok {
			got += literal.Text
		}
		return true
	})
	if got != text {
		t.Errorf("%d bytes of literals, want %d", len(got), len(text))
	}
}
