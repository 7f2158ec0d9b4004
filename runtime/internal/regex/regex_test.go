package regex

import (
	"errors"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lbconf/lbconf/parser/pcre"
)

func options(q question) pcre.Options {
	o := pcre.DefaultOptions()
	if q.options != "" {
		o = pcre.Options{
			DotAll: strings.Contains(q.options, "dotall"), DollarEndOnly: strings.Contains(q.options, "dollar_endonly"),
			Multiline: strings.Contains(q.options, "multiline"),
		}
	}
	return o
}

// compare matches all questions here and in pcre2test. remember is when failures begin to be remembered. It returns how
// many answers were compared and how many of them were matches.
func compare(t *testing.T, questions []question, remember int) (compared, matched int) {
	t.Helper()
	answers := ask(t, questions)
	for i, q := range questions {
		p, err := pcre.ParseOptions(q.pattern, options(q))
		if (err == nil) != (answers[i] != nil) {
			t.Errorf("%q: %v, pcre2test accepts: %v", q.pattern, err, answers[i] != nil)
			continue
		}
		if err != nil {
			continue
		}
		re, err := Compile(p, q.caseless)
		if err != nil {
			positioned, ok := errors.AsType[*pcre.Error](err)
			if !ok || !strings.Contains(positioned.Message, "lbconf cannot execute") {
				t.Errorf("%q: %v", q.pattern, err)
			}
			continue
		}
		if re.pool != nil {
			prog := re.prog
			re.pool.New = func() any {
				m := newMachine(prog)
				m.remember = remember
				return m
			}
		}
		goRegexp := goEquivalent(t, p, q)
		for j, subject := range q.subjects {
			want := answers[i][j]
			got, ok := re.Match(subject, nil)
			if ok && want != nil {
				for len(want) < len(got) {
					want = append(want, -1)
				}
				matched++
			}
			compared++
			if ok != (want != nil) || ok && !slices.Equal(got, want) {
				t.Errorf("%q (caseless %v %s) on %q\n  lbconf: %v %v\n  PCRE2:  %v", q.pattern, q.caseless, q.options, subject, ok, got, want)
			}
			if goRegexp != nil && isASCII(subject) {
				if got := goRegexp.FindStringSubmatchIndex(subject); !slices.Equal(got, want) {
					t.Errorf("%q as Go's %q on %q\n  Go:    %v\n  PCRE2: %v", q.pattern, goRegexp, subject, got, want)
				}
			}
		}
	}
	return compared, matched
}

// goEquivalent returns the pattern for Go's regexp, if there is one.
func goEquivalent(t *testing.T, p *pcre.Pattern, q question) *regexp.Regexp {
	t.Helper()
	if q.caseless {
		return nil
	}
	text, err := p.Go()
	if err != nil {
		return nil
	}
	re, err := regexp.Compile(text)
	if err != nil {
		t.Errorf("%q as Go's %q: %v", q.pattern, text, err)
	}
	return re
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= 0x80 })
}

// TestFacts matches the patterns of testdata/facts.txt, in which a line with a tab is a subject.
func TestFacts(t *testing.T) {
	text, err := os.ReadFile("testdata/facts.txt")
	if err != nil {
		t.Fatal(err)
	}
	unescape := strings.NewReplacer(`\n`, "\n", `\xff`, "\xff", `\r`, "\r", `\e`, "")
	var questions []question
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(line, "\n")
		if subject, ok := strings.CutPrefix(line, "\t"); ok {
			q := &questions[len(questions)-1]
			q.subjects = append(q.subjects, unescape.Replace(subject))
			continue
		}
		questions = append(questions, question{pattern: line})
	}
	compared, matched := compare(t, questions, rememberAfter)
	if compared < 100 || matched < 50 {
		t.Errorf("%d compared, %d matched", compared, matched)
	}
	for i := range questions {
		questions[i].caseless = true
	}
	compare(t, questions, 0)
	for i := range questions {
		questions[i].caseless = false
		questions[i].options = "newline=lf"
	}
	compare(t, questions, 0)
	for i := range questions {
		questions[i].options = "multiline"
	}
	compare(t, questions, 0)
}

// TestRandom matches random patterns on random subjects, with failures remembered late and from the start.
func TestRandom(t *testing.T) {
	pieces := strings.Split(`a b / A . * + ? *? +? ?? ++ *+ ?+ {2} {0,2} {1,} {2,3}? ( ( ) ) (?: (?i) (?> (?= (?! (?<= (?<! (?| | | [ab] [^/] [^a] [b-] `+
		`\d \w \W \s \b \B ^ $ \A \z \Z \1 \2 (?(1) \K \R (?<n> \k<n> 1 b* .* (.*) ([^/]+) a* (a|b) (a*)* (a|)+ (?-s:.) (?m:^) (?m:$) (*F)`, " ")
	alphabet := []string{"a", "b", "/", "A", "1", "\n", "\r\n", "\xff", "\xc3\xa9", " ", "aa", "ab"}
	for _, remember := range []int{rememberAfter, 0} {
		rng := rand.New(rand.NewPCG(21, uint64(remember)))
		var questions []question
		for range 5000 {
			questions = append(questions, randomQuestion(rng, pieces, alphabet))
		}
		compared, matched := compare(t, questions, remember)
		if compared < 10000 || matched < 2000 {
			t.Errorf("%d compared, %d matched: too few", compared, matched)
		}
	}
}

func randomQuestion(rng *rand.Rand, pieces, alphabet []string) question {
	q := question{caseless: rng.IntN(5) == 0}
	var b strings.Builder
	open := 0
	for range 1 + rng.IntN(10) {
		piece := pieces[rng.IntN(len(pieces))]
		if piece == ")" && open == 0 {
			continue
		}
		open += strings.Count(piece, "(") - strings.Count(piece, ")")
		b.WriteString(piece)
	}
	b.WriteString(strings.Repeat(")", max(open, 0)))
	q.pattern = b.String()
	if strings.Contains(q.pattern, `\R`) {
		// PCRE2 10.42 makes a repeated \R possessive before \s, as if the two could not match the same byte.
		q.pattern = strings.ReplaceAll(q.pattern, `\s`, `\d`)
	}
	for range 6 {
		var s strings.Builder
		for range rng.IntN(14) {
			s.WriteString(alphabet[rng.IntN(len(alphabet))])
		}
		q.subjects = append(q.subjects, s.String())
	}
	return q
}

func mustCompile(tb testing.TB, pattern string) *Regexp {
	tb.Helper()
	p, err := pcre.Parse(pattern)
	if err != nil {
		tb.Fatal(err)
	}
	re, err := Compile(p, false)
	if err != nil {
		tb.Fatal(err)
	}
	return re
}

// TestShapes holds which patterns are matched without a program.
func TestShapes(t *testing.T) {
	tests := map[string]shapeKind{
		"^/service1/(.*)": prefixGroup, "^(.*)$": prefixGroup, "^/a/(.*?)$": prefixGroup, "^/a/(.*?)": noShape, "^/a/b$": equals,
		"^/x/?$": equalsSlash, "^/a": hasPrefix, "/a": contains, `\.php$`: hasSuffix, "^/a.*": prefixRest, "^": hasPrefix,
		"": contains, "^$": equals, "(?i)^/a": noShape, "^/(?-s:.*)": noShape, "^/a/([^/]+)$": noShape, `^/a\Z`: noShape,
		`^/x/?+$`: noShape, "(.*)": noShape,
	}
	for pattern, want := range tests {
		if got := mustCompile(t, pattern).shape.kind; got != want {
			t.Errorf("%q: shape %d, want %d", pattern, got, want)
		}
	}
}

// TestNoAllocation holds that a match with a slice to reuse allocates nothing, through every kind of step back.
func TestNoAllocation(t *testing.T) {
	if raceEnabled {
		t.Skip("under the race detector a pool drops machines at random")
	}
	subject := "/api/v2/users/42/orders?x=1&y=aaaaaaaaaaaaaaaaaaaa"
	buffer := []byte(subject)
	for _, pattern := range []string{
		"^/api/(.*)", `^/api/(v\d+)/([^/]+)/(\d+)(/.*)?$`, `(?i)USERS/(\d+)`, `(a+)+$`, `(?<=users/)\d+`, `^(.*?)/(?!x)(\w+)\?`, `(a)\1+`,
	} {
		re := mustCompile(t, pattern)
		caps, ok := re.Match(subject, nil)
		if !ok {
			t.Errorf("%q does not match", pattern)
		}
		if n := testing.AllocsPerRun(100, func() { caps, _ = re.Match(subject, caps) }); n != 0 {
			t.Errorf("%q: %v allocations", pattern, n)
		}
		if n := testing.AllocsPerRun(100, func() { caps, _ = re.MatchBytes(buffer, caps) }); n != 0 {
			t.Errorf("%q on bytes: %v allocations", pattern, n)
		}
	}
}

// TestReDoS holds that patterns that take PCRE2 forever end here, with the right answer where failures can be
// remembered.
func TestReDoS(t *testing.T) {
	long := strings.Repeat("a", 4000)
	for _, tt := range []struct {
		pattern, subject string
		want             bool
	}{
		{"^(a+)+$", long + "!", false},
		{"^(a*)*b", long, false},
		{"^(a|aa)+$", long + "!", false},
		{"^(a|a?)+$", long, true},
		{"^(.*a){12}$", long[:200] + "b", false},
		{"(x+x+)+y", strings.Repeat("x", 3000), false},
		{`^(a+)+\1b$`, long[:60] + "!", false},
	} {
		re := mustCompile(t, tt.pattern)
		start := time.Now()
		_, ok := re.Match(tt.subject, nil)
		if ok != tt.want {
			t.Errorf("%q: %v", tt.pattern, ok)
		}
		t.Logf("%q: %v", tt.pattern, time.Since(start))
	}
}

// TestRefused holds the places of what httpd executes and lbconf does not.
func TestRefused(t *testing.T) {
	tests := map[string]string{
		"^/(a(?1)?b)": "(?1)", `\X`: `\X`, "a(*ACCEPT)b": "(*ACCEPT)", "(*UTF)a": "(*UTF)", "(*sr:a)": "(*sr:a)", "(?*a)b": "(?*a)",
		`(a)(?<=\1)`: `(?<=\1)`, `a[\p{Alphabetic}]`: `[\p{Alphabetic}]`,
	}
	for pattern, place := range tests {
		p, err := pcre.Parse(pattern)
		if err != nil {
			t.Fatal(err)
		}
		_, err = Compile(p, false)
		var e *pcre.Error
		if !errors.As(err, &e) {
			t.Errorf("%q: %v", pattern, err)
			continue
		}
		if diff := cmp.Diff(place, pattern[e.Offset:e.End]); diff != "" {
			t.Errorf("%q (-want +got)\n%s", pattern, diff)
		}
	}
}

func BenchmarkMatch(b *testing.B) {
	subject := "/api/v2/users/42/orders"
	for _, pattern := range []string{"^/api/(.*)", `^/api/(v\d+)/([^/]+)/(\d+)(/.*)?$`, `(?i)^/API/.*/orders$`, "^/x/([^/]+)$", `\.(?:css|js|png)$`} {
		re := mustCompile(b, pattern)
		goRe := regexp.MustCompile(pattern)
		var caps []int
		b.Run("lbconf/"+pattern, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				caps, _ = re.Match(subject, caps)
			}
		})
		b.Run("go/"+pattern, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				goRe.FindStringSubmatchIndex(subject)
			}
		})
	}
}

// FuzzMatch holds that a match ends, lies in the subject, and is the same with failures remembered from the start.
func FuzzMatch(f *testing.F) {
	f.Add("^(a*)*b", "aaab")
	f.Add(`(?<=a)(b|)+\1`, "abb")
	f.Fuzz(func(t *testing.T, pattern, subject string) {
		p, err := pcre.Parse(pattern)
		if err != nil || len(subject) > 200 {
			return
		}
		re, err := Compile(p, false)
		if err != nil {
			return
		}
		caps, ok := re.Match(subject, nil)
		for i := 0; ok && i < len(caps); i += 2 {
			if from, to := caps[i], caps[i+1]; to > len(subject) || (from < 0) != (to < 0) {
				t.Fatalf("%q on %q: %v", pattern, subject, caps)
			}
		}
		if re.pool == nil {
			return
		}
		m := newMachine(re.prog)
		m.match(subject)
		limited := m.aborted
		m.remember = 0
		if again := m.match(subject); !limited && (again != ok || ok && !slices.Equal(m.regs[2:2*(re.groups+1)], caps[2:])) {
			t.Fatalf("%q on %q: %v %v, with failures remembered %v %v", pattern, subject, ok, caps, again, m.regs)
		}
	})
}
