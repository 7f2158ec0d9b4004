package pcre_test

import (
	"errors"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/lbconf/lbconf/parser/pcre"
)

// corpus returns the patterns of testdata/patterns.txt, one a line.
func corpus(tb testing.TB) []string {
	tb.Helper()
	text, err := os.ReadFile("testdata/patterns.txt")
	if err != nil {
		tb.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
}

func compareVerdicts(t *testing.T, patterns []string) {
	t.Helper()
	accepted := 0
	for i, want := range verdicts(t, patterns) {
		_, err := pcre.Parse(patterns[i])
		if err == nil {
			accepted++
		}
		if (err == nil) != (want == "") {
			t.Errorf("%q\n  lbconf: %v\n  PCRE2:  %s", patterns[i], err, want)
		}
	}
	if accepted < len(patterns)/20 || accepted > len(patterns)*19/20 {
		t.Errorf("%d of %d patterns accepted: too one-sided to compare anything", accepted, len(patterns))
	}
}

func TestVerdicts(t *testing.T) { compareVerdicts(t, corpus(t)) }

// TestRandomVerdicts builds patterns from the pieces on which parsers of regular expressions disagree.
func TestRandomVerdicts(t *testing.T) {
	pieces := strings.Split("a b c 0 1 . * + ? {2} {1,2} {,2} {2,1} { } ( ) (?: (?i) (?-i: (?| (?> (?= (?! (?<= (?<! (?<n> (?'n' (?P<m> "+
		"(?P=n) (?P>n) (?&n) (?1) (?-1) (?+1) (?R) (?(1) (?(n) (?(<n>) (?(R) (?(R1) (?(DEFINE) (?(?=a) (?C1) (?#x) (?x) (?xx) (?U) (?J) (?^ "+
		"(?n) | [ ] [^ - [:alpha:] [:^digit:] [:foo:] [a-z] [z-a] [^]] [[:<:]] ^ $ \\ \\1 \\2 \\12 \\8 \\g{1} \\g{-1} \\g1 \\g<1> \\g{n} "+
		"\\k<n> \\k{n} \\d \\W \\s \\h \\R \\X \\K \\Q \\E \\b \\B \\A \\z \\Z \\G \\C \\N \\N{2} \\p{Lu} \\pL \\P{^Greek} \\p{foo} \\x41 "+
		"\\x{41} \\x{141} \\x{ \\o{101} \\o \\c \\cA \\101 \\777 \\l \\y \\_ (*ACCEPT) (*F) (*MARK:x) (*MARK) (*PRUNE:y) (*pla: (*atomic: (*nlb: "+
		"(*sr: (*foo: (*) # é \xff \t ~ /", " ")
	rng := rand.New(rand.NewPCG(5, 6))
	var patterns []string
	for range 30000 {
		var b strings.Builder
		for range 1 + rng.IntN(9) {
			b.WriteString(pieces[rng.IntN(len(pieces))])
		}
		patterns = append(patterns, b.String())
	}
	compareVerdicts(t, patterns)
}

// FuzzParse holds that a parse ends, that errors are positioned inside the pattern, and that nodes lie in it.
func FuzzParse(f *testing.F) {
	for _, p := range corpus(f) {
		f.Add(p)
	}
	f.Fuzz(func(t *testing.T, pattern string) {
		p, err := pcre.Parse(pattern)
		if err != nil {
			var e *pcre.Error
			if !errors.As(err, &e) || e.Offset < 0 || e.End < e.Offset || e.End > len(pattern) || e.Message == "" {
				t.Fatalf("%q: %#v", pattern, err)
			}
			return
		}
		pcre.Walk(p.Root, func(n pcre.Node) bool {
			if start, end := n.Span(); start < 0 || end < start || end > len(pattern) {
				t.Fatalf("%q: %T spans %d to %d", pattern, n, start, end)
			}
			return true
		})
	})
}

// MustParse is for patterns of programs, where a pattern that does not parse is a mistake of the program.
func TestMustParse(t *testing.T) {
	if got := pcre.MustParse("^/a").Source; got != "^/a" {
		t.Errorf("got %q", got)
	}
	defer func() {
		if recover() == nil {
			t.Error("no panic for a pattern that does not parse")
		}
	}()
	pcre.MustParse("(")
}
