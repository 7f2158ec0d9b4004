package pcre_test

import (
	"errors"
	"flag"
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

var (
	seed  = flag.Uint64("seed", 5, "where the random patterns begin")
	count = flag.Int("patterns", 30000, "number of random patterns")
)

// TestRandomVerdicts builds patterns from the pieces on which parsers of regular expressions disagree: the same ones each time,
// unless -seed and -patterns say otherwise.
func TestRandomVerdicts(t *testing.T) {
	pieces := strings.Split("a b c 0 1 . * + ? {2} {1,2} {,2} {2,1} { } ( ) (?: (?i) (?-i: (?| (?> (?= (?! (?<= (?<! (?<n> (?'n' (?P<m> "+
		"(?P=n) (?P>n) (?&n) (?1) (?-1) (?+1) (?R) (?(1) (?(n) (?(<n>) (?(R) (?(R1) (?(DEFINE) (?(?=a) (?C1) (?#x) (?x) (?xx) (?U) (?J) (?^ "+
		"(?n) | [ ] [^ - [:alpha:] [:^digit:] [:foo:] [a-z] [z-a] [^]] [[:<:]] ^ $ \\ \\1 \\2 \\12 \\8 \\g{1} \\g{-1} \\g1 \\g<1> \\g{n} "+
		"\\k<n> \\k{n} \\d \\W \\s \\h \\R \\X \\K \\Q \\E \\b \\B \\A \\z \\Z \\G \\C \\N \\N{2} \\p{Lu} \\pL \\P{^Greek} \\p{foo} \\x41 "+
		"\\x{41} \\x{141} \\x{ \\o{101} \\o \\c \\cA \\101 \\777 \\l \\y \\_ (*ACCEPT) (*F) (*MARK:x) (*MARK) (*PRUNE:y) (*pla: (*atomic: (*nlb: "+
		"(*sr: (*foo: (*) # é \xff \t ~ /", " ")
	pieces = append(pieces, morePieces...)
	rng := rand.New(rand.NewPCG(*seed, 6)) //nolint:gosec // not for secrets
	var patterns []string
	for range *count {
		var b strings.Builder
		for range 1 + rng.IntN(9) {
			b.WriteString(pieces[rng.IntN(len(pieces))])
		}
		patterns = append(patterns, b.String())
	}
	compareVerdicts(t, patterns)
}

// morePieces are those with white space in them, and those that are rarely written.
var morePieces = []string{
	"a", "b", "1", "9", "0", "(", "(", ")", ")", "(?:", "(?", "?", "*", "+", "{", "}", "{1}", "{1,}", "{,3}", "{2,1}", "{0,3}", "{65535}", "{65536}", "[", "]", "^", "$", "-", ".", "|", "\\",
	"\\d", "\\w", "\\s", "\\h", "\\R", "\\X", "\\N", "\\b", "\\B", "\\A", "\\z", "\\Z", "\\G", "\\K", "\\Q", "\\E", "\\1", "\\2", "\\g", "\\g{1}", "\\g{-1}", "\\g1", "\\k<n>", "\\k{n}", "\\k'n'", "\\g<n>", "\\g'1'",
	"\\x", "\\x4", "\\x{41}", "\\x{", "\\o{101}", "\\o", "\\0", "\\012", "\\08", "\\c", "\\cA", "\\p", "\\pL", "\\p{Lu}", "\\P{Greek}", "\\p{^L}", "\\p{No}", "\\p{X", "\\e", "\\f", "\\a", "\\t", "\\u", "\\L", "\\U", "\\l", "\\i", "\\y", "\\_", "\\/", "\\N{U+41}", "\\N{3}",
	"[:alpha:]", "[[:alpha:]]", "[[:^digit:]]", "[[:x:]]", "[:", ":]", "[=a=]", "[.a.]", "[[:<:]]", "[[:>:]]", "[]", "[^", "[^]", "a-z", "z-a", "\\d-", "-\\d", "[a-\\d]", "[\\b]", "[\\Qa]\\E]",
	"(?<n>", "(?'n'", "(?P<n>", "(?P=n)", "(?P>n)", "(?&n)", "(?1)", "(?+1)", "(?-1)", "(?0)", "(?R)", "(?=", "(?!", "(?<=", "(?<!", "(?>", "(?|", "(?#", "(?i)", "(?i:", "(?-i)", "(?^)", "(?xx)", "(?x) # c", "(?s-m:", "(?J)", "(?z)", "(?n)", "(?U)", "(?im-sx)",
	"(?(1)", "(?(<n>)", "(?('n')", "(?(n)", "(?(R)", "(?(R1)", "(?(R&n)", "(?(DEFINE)", "(?(?=a)", "(?(VERSION>=10)", "(?(+1)", "(?(-1)", "(?(a)", "(*ACCEPT)", "(*FAIL)", "(*F)", "(*COMMIT)", "(*PRUNE:x)", "(*SKIP)", "(*THEN)", "(*MARK:a)", "(*:a)", "(*MARK)", "(*X)", "(*UTF)", "(*UCP)",
	"(*CRLF)", "(*LIMIT_MATCH=9)", "(*NO_START_OPT)", "(*atomic:", "(*pla:", "(*positive_lookbehind:", "(*sr:", "(*asr:", "(*napla:", "(?*", "(?<*", "(?C)", "(?C1)", "(?C'x')", "(?C256)", "(?<", "(?P", "(?<9>", "(?<a-b>", "(?<ab", "é", "\xff", "\n", " ", ",", "=", "!", "<", ">", "#", "'", ":",
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
