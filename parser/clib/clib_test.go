package clib_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/lbconf/lbconf/parser/clib"
)

// TestAtoi has what glibc's atoi printed on a 64-bit machine.
func TestAtoi(t *testing.T) {
	for text, want := range map[string]int{
		"": 0, "x": 0, "5": 5, "500ms": 500, " \t\n\v\f\r-7x": -7, "+3": 3, "- 3": 0, "--3": 0, "007": 7,
		"2147483647": 2147483647, "2147483648": -2147483648, "4294967296": 0, "-2147483649": 2147483647,
		"9223372036854775800": -8, "9223372036854775807": -1, "9223372036854775808": -1, "99999999999999999999": -1,
		"-9223372036854775807": 1, "-9223372036854775808": 0, "-99999999999999999999": 0,
	} {
		if got := clib.Atoi(text); got != want {
			t.Errorf("Atoi(%q) is %d, want %d", text, got, want)
		}
		if got := clib.Atoi([]byte(text)); got != want {
			t.Errorf("Atoi of the bytes of %q is %d, want %d", text, got, want)
		}
	}
}

// TestCase holds that bytes outside of ASCII stay what they are and are equal to themselves only.
func TestCase(t *testing.T) {
	if got, want := clib.ToLower("Ab\xc9\u212a\u0130Z"), "ab\xc9\u212a\u0130z"; got != want {
		t.Errorf("ToLower is %q, want %q", got, want)
	}
	if got, want := clib.ToUpper("aB\xe9\u017fz"), "AB\xe9\u017fZ"; got != want {
		t.Errorf("ToUpper is %q, want %q", got, want)
	}
	for _, pair := range [][2]string{{"k", "\u212a"}, {"s", "\u017f"}, {"\xc9", "\xe9"}, {"@", "`"}, {"[", "{"}, {"\xff", "\xfe"}} {
		if clib.EqualFold(pair[0], pair[1]) {
			t.Errorf("%q and %q are equal", pair[0], pair[1])
		}
	}
}

// TestASCII holds the functions against those of package strings, which do the same on ASCII.
func TestASCII(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[@-{ ]{0,6}`)
		a, b := text.Draw(t, "a"), text.Draw(t, "b")
		if got, want := clib.EqualFold(a, []byte(b)), strings.EqualFold(a, b); got != want {
			t.Fatalf("EqualFold is %v", got)
		}
		if got, want := clib.HasPrefixFold([]byte(a), b), strings.HasPrefix(strings.ToLower(a), strings.ToLower(b)); got != want {
			t.Fatalf("HasPrefixFold is %v", got)
		}
		if got, want := sign(clib.CompareFold(a, b)), strings.Compare(strings.ToLower(a), strings.ToLower(b)); got != want {
			t.Fatalf("CompareFold is %d", got)
		}
		if got := clib.ToLower(a); got != strings.ToLower(a) {
			t.Fatalf("ToLower is %q", got)
		}
		if got := clib.ToUpper(a); got != strings.ToUpper(a) {
			t.Fatalf("ToUpper is %q", got)
		}
	})
}

func sign(n int) int { return min(1, max(-1, n)) }

func TestAfterInt(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "5": "", "5x": "x", " -7 8": " 8", "+": "+", "- 3": "- 3", "x5": "x5", " \t": " \t", "12(": "(",
	} {
		if got := clib.AfterInt(text); got != want {
			t.Errorf("AfterInt(%q) is %q, want %q", text, got, want)
		}
	}
}
