package rewrite

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/pcre"
)

// Rule is a parsed RewriteRule.
type Rule struct {
	// Raw is the argument text.
	Raw string
	// PatternText is the pattern without the ! of a negated one; PatternStart is its offset in Raw.
	PatternText  string
	PatternStart int
	// Negated says that the rule applies when the pattern does not match.
	Negated bool
	// Pattern is the parsed pattern, caseless under NC; nil when it does not parse.
	Pattern *pcre.Pattern
	// Substitution is the second argument as it was written.
	Substitution Template
	// Output is what httpd expands: Substitution without the final ? of a rule that drops the query by it.
	Output Template
	// Flags are the flags that exist, in the order of the configuration.
	Flags []Flag
}

// ParseRule reads the argument text of a RewriteRule. The rule is never nil; what did not parse is empty in it, and the
// problems say so.
func ParseRule(raw string) (*Rule, []Problem) { return new(Reader).Rule(raw) }

// Rule is ParseRule.
func (p *Reader) Rule(raw string) (*Rule, []Problem) {
	args, problems := SplitArgs(raw)
	r := &Rule{Raw: raw}
	if len(Refused(problems)) > 0 {
		return r, problems
	}
	flags, flagProblems := p.parseFlags(args.Flags)
	r.Flags = flags
	problems = append(problems, flagProblems...)

	r.PatternText, r.PatternStart = args.First.Text, args.First.Start
	if strings.HasPrefix(r.PatternText, "!") {
		r.Negated = true
		r.PatternText = r.PatternText[1:]
		r.PatternStart++
	}
	pattern, bad := p.pattern(r.PatternText, r.PatternStart, r.Has(FlagNC))
	r.Pattern = pattern
	problems = append(problems, bad...)

	r.Substitution = templateAt(args.Second.Text, args.Second.Start)
	r.Output = r.Substitution
	if text, cut := strings.CutSuffix(args.Second.Text, "?"); cut && !r.Has(FlagQSA) {
		r.Output = templateAt(text, args.Second.Start)
	}
	return r, problems
}

// MustRule reads the argument text of a RewriteRule. It panics for one that httpd refuses: it is for rules that stand in a
// program.
func MustRule(raw string) *Rule {
	r, problems := ParseRule(raw)
	mustTake("RewriteRule "+raw, problems)
	return r
}

// mustTake panics with the first problem for which httpd refuses a line.
func mustTake(line string, problems []Problem) {
	if refused := Refused(problems); len(refused) > 0 {
		panic(line + ": " + refused[0].Message)
	}
}

// String returns the arguments as they were written.
func (r *Rule) String() string { return r.Raw }

// Reader reads the lines of a configuration. A pattern or a condition that stands in many of them, as in the files of
// generated virtual hosts, is parsed once and shared: nothing changes them. The zero value is ready to use, by one goroutine at a time.
type Reader struct {
	patterns map[patternKey]*pcre.Pattern
	flags    map[string]FlagName
	// conds are the first conditions that are right, by their text.
	conds map[string]*Cond
	// items is where the flags of a line are gathered.
	items []flagText
}

// maxShared is the number of conditions that are kept to be shared: generated files repeat a few.
const maxShared = 1000

// patternKey is what a pattern depends on.
type patternKey struct {
	text     string
	caseless bool
}

// flagByName returns the flag that a spelling means.
func (p *Reader) flagByName(written string) (FlagName, bool) {
	if name, ok := p.flags[written]; ok {
		return name, true
	}
	name, ok := flagByName(written)
	if ok {
		if p.flags == nil {
			p.flags = map[string]FlagName{}
		}
		p.flags[written] = name
	}
	return name, ok
}

// pattern returns the pattern of a text; what does not parse is reported at each place.
func (p *Reader) pattern(text string, offset int, caseless bool) (*pcre.Pattern, []Problem) {
	key := patternKey{text, caseless}
	if known := p.patterns[key]; known != nil {
		return known, nil
	}
	pattern, problems := parsePattern(text, offset, caseless)
	if pattern != nil {
		if p.patterns == nil {
			p.patterns = map[patternKey]*pcre.Pattern{}
		}
		p.patterns[key] = pattern
	}
	return pattern, problems
}

// parsePattern parses a regular expression that stands at an offset of the raw text.
func parsePattern(text string, offset int, caseless bool) (*pcre.Pattern, []Problem) {
	options := pcre.DefaultOptions()
	options.Caseless = caseless
	pattern, err := pcre.ParseOptions(text, options)
	if err == nil {
		return pattern, nil
	}
	p := Problem{
		Offset: offset, End: offset + len(text), Kind: BadPattern, Message: err.Error(),
		HTTPD: "cannot compile regular expression '" + text + "'",
	}
	if positioned, ok := errors.AsType[*pcre.Error](err); ok {
		p.Offset, p.End = offset+positioned.Offset, offset+positioned.End
		p.Message = fmt.Sprintf("the regular expression does not compile: %s", positioned.Message)
	}
	return nil, []Problem{p}
}

// Has says whether the rule has a flag.
func (r *Rule) Has(name FlagName) bool {
	for i := range r.Flags {
		if r.Flags[i].Name == name {
			return true
		}
	}
	return false
}

// Last returns the last flag of a name: where httpd keeps one value, it keeps the last.
func (r *Rule) Last(name FlagName) (Flag, bool) {
	for _, f := range slices.Backward(r.Flags) {
		if f.Name == name {
			return f, true
		}
	}
	return Flag{}, false
}

// All returns the flags of a name in order: E and CO may stand several times.
func (r *Rule) All(name FlagName) []Flag {
	var flags []Flag
	for _, f := range r.Flags {
		if f.Name == name {
			flags = append(flags, f)
		}
	}
	return flags
}

// Status returns the status that the rule answers with instead of rewriting: 403 for F, 410 for G, the code of an R
// that is no redirect. The last of them wins, and a later R with a redirect code replaces the code.
func (r *Rule) Status() (int, bool) {
	code, answers := r.outcome()
	return code, answers
}

// Redirect returns the status of the redirect that R asks for; false without R or when Status answers.
func (r *Rule) Redirect() (int, bool) {
	code, answers := r.outcome()
	return code, !answers && r.Has(FlagR)
}

func (r *Rule) outcome() (code int, answers bool) {
	code = defaultRedirect
	for i := range r.Flags {
		switch f := &r.Flags[i]; {
		case f.Name == FlagF:
			code, answers = 403, true
		case f.Name == FlagG:
			code, answers = 410, true
		case f.Name == FlagR && f.Value != "":
			code, _ = redirectCode(f.Value)
			answers = answers || code < 300 || code > 399
		}
	}
	return code, answers
}

// NoSubstitution says that the path stays as it is: the substitution is a lone -, or the rule answers with a status.
func (r *Rule) NoSubstitution() bool {
	_, answers := r.outcome()
	return answers || r.Substitution.Text == "-"
}

// DropsQuery says that the result has no query and is not searched for one: the substitution ends in ? without QSA, or
// holds no ? under QSD.
func (r *Rule) DropsQuery() bool {
	if strings.HasSuffix(r.Substitution.Text, "?") {
		return !r.Has(FlagQSA)
	}
	return r.Has(FlagQSD) && !strings.Contains(r.Substitution.Text, "?")
}

// LastQuestionMark says that the query begins at the last ? of the result: QSL, or QSA with a substitution that ends in
// ?.
func (r *Rule) LastQuestionMark() bool {
	return r.Has(FlagQSL) || r.Has(FlagQSA) && strings.HasSuffix(r.Substitution.Text, "?")
}

// EscapesReferences says that what $N and %N insert is percent-escaped: B or BCTLS.
func (r *Rule) EscapesReferences() bool { return r.Has(FlagB) || r.Has(FlagBCTLS) }

// Skip returns the number of rules that a match skips, 0 without S.
func (r *Rule) Skip() int {
	f, _ := r.Last(FlagS)
	return clib.Atoi(f.Value)
}

// MaxRounds returns how often N may begin again: its value, else 32000.
func (r *Rule) MaxRounds() int {
	rounds := 32000
	for _, f := range r.All(FlagN) {
		if f.Value != "" {
			rounds = clib.Atoi(f.Value)
		}
	}
	return rounds
}
