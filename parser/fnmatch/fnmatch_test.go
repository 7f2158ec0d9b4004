package fnmatch_test

import (
	"testing"

	"github.com/lbconf/lbconf/parser/fnmatch"
)

func TestMatch(t *testing.T) {
	for _, test := range []struct {
		pattern, text   string
		want, wantPaths bool
	}{
		{"", "", true, true},
		{"*", "", true, true},
		{"*", "a/b", true, false},
		{"/*/e", "/d/e", true, true},
		{"/*/e", "/d/e/y", false, false},
		{"/*/e", "/d/x/e", true, false},
		{"a?c", "abc", true, true},
		{"a?c", "a/c", true, false},
		{"a[/]c", "a/c", true, false},
		{"a/c", "a/c", true, true},
		{"[a-c]x", "bx", true, true},
		{"[!a-c]x", "bx", false, false},
		{"[^a-c]x", "dx", true, true},
		{"[]]x", "]x", true, true},
		{"[a", "[a", true, true},
		{`[\]]`, "]", true, true},
		{`\*`, "*", true, true},
		{`\*`, "a", false, false},
		{"a*b*c", "axxbyybzc", true, true},
		{"a*b*c", "axxbyybz", false, false},
	} {
		if got := fnmatch.Match(test.pattern, test.text, false); got != test.want {
			t.Errorf("Match(%q, %q) = %v", test.pattern, test.text, got)
		}
		if got := fnmatch.Match(test.pattern, test.text, true); got != test.wantPaths {
			t.Errorf("Match(%q, %q) of paths = %v", test.pattern, test.text, got)
		}
	}
}

func TestName(t *testing.T) {
	for _, test := range []struct {
		pattern, name string
		want          bool
	}{
		{"*.conf", "a.conf", true},
		{"*.conf", ".conf", false},
		{".*", ".conf", true},
		{`\.c*`, ".conf", true},
		{"?conf", ".conf", false},
		{"[.]conf", ".conf", false},
	} {
		if got := fnmatch.Name(test.pattern, test.name); got != test.want {
			t.Errorf("Name(%q, %q) = %v", test.pattern, test.name, got)
		}
	}
}

func TestHost(t *testing.T) {
	for _, test := range []struct {
		pattern, name string
		want          bool
	}{
		{"*.example.com", "a.b.example.com", true},
		{"*.example.com", "example.com", false},
		{"w?w.example.com", "www.example.com", true},
		{"[a]", "[a]", true},
		{"[a]", "a", false},
	} {
		if got := fnmatch.Host(test.pattern, test.name); got != test.want {
			t.Errorf("Host(%q, %q) = %v", test.pattern, test.name, got)
		}
		if got := fnmatch.Host(test.pattern, []byte(test.name)); got != test.want {
			t.Errorf("Host(%q, %q) of bytes = %v", test.pattern, test.name, got)
		}
	}
}

func TestHasWildcard(t *testing.T) {
	for text, want := range map[string]bool{
		"/a": false, "/a*": true, "/a?": true, "/[a": false, "/[a]": true, "/a]": false, `/\*`: false, "/[a/b]": true,
	} {
		if got := fnmatch.HasWildcard(text); got != want {
			t.Errorf("HasWildcard(%q) = %v", text, got)
		}
	}
}
