package eval

import (
	"strings"
	"testing"

	"github.com/lbconf/lbconf/parser/expr"
	"github.com/lbconf/lbconf/runtime/exchange"
)

func compileTest(t *testing.T, src string) *Condition {
	t.Helper()
	parsed, err := expr.ParseCondition(src, expr.Options{})
	if err != nil {
		t.Fatalf("%s: %v", src, err)
	}
	c, err := CompileCondition(parsed, &Server{})
	if err != nil {
		t.Fatalf("%s: %v", src, err)
	}
	return c
}

// TestGroups pins which match $0 to $9 belong to: the last that matched and had groups; one that fails forgets them.
func TestGroups(t *testing.T) {
	for src, want := range map[string]bool{
		"'ab' =~ /(a)b/ && $1 == 'a' && $0 == 'ab'":            true,
		"'ab' =~ /(a)b/ && 'cd' =~ /c/ && $1 == 'a'":           true,
		"'ab' =~ /(a)b/ && ('cd' =~ /(x)/ || $1 == '')":        true,
		"'ab' =~ /(a)b/ && 'cd' =~ /(c)(x)?/ && '$1$2' == 'c'": true,
		"$1 == ''": true,
	} {
		var room Room
		for range 2 { // the room is reused
			if got := compileTest(t, src).Holds(&Context{Exchange: new(exchange.Exchange)}, &room); got != want {
				t.Errorf("%s: %v", src, got)
			}
		}
	}
}

// TestTooDeep holds that what httpd gives up on is refused and not evaluated otherwise.
func TestTooDeep(t *testing.T) {
	for _, test := range []struct {
		src  string
		deep bool
	}{
		{strings.Repeat("%{tolower:", 18) + "a" + strings.Repeat("}", 18) + " == 'a'", false},
		{strings.Repeat("%{tolower:", 19) + "a" + strings.Repeat("}", 19) + " == 'a'", true},
		{"true" + strings.Repeat(" || true", 100), false},
	} {
		parsed, err := expr.ParseCondition(test.src, expr.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := CompileCondition(parsed, &Server{}); (err != nil) != test.deep {
			t.Errorf("%s: error %v", test.src, err)
		}
	}
}
