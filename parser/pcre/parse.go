package pcre

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Limits of PCRE2 10.42 as Debian builds it.
const (
	maxNesting     = 250
	maxRepeat      = 65535
	maxGroups      = 65535
	maxNames       = 10000
	maxNameLength  = 32
	maxVerbLength  = 255
	maxLookbehind  = 65535
	maxLookSteps   = 2000
	maxCompiled    = 65536 // link size 2
	versionMajor   = 10
	versionMinor   = 42
	nameCharacters = "use letters, digits and underscores"
)

// options are the settings that a pattern can change for a part of itself.
type options struct {
	caseless, multiline, dotAll, ungreedy, extended, extendedMore, noCapture, dupNames bool
}

// parser reads a pattern from left to right, as PCRE2's first pass does.
type parser struct {
	src  string
	pos  int
	opt  options
	utf  bool
	end  bool // DOLLAR_ENDONLY
	look int  // depth of look-arounds

	groups   int
	nesting  int
	resetOn  bool // a (?| was seen
	names    []GroupName
	pending  []pendingName
	captures map[int]*Group
	total    int // highest group number
}

// pendingName is a reference that can be judged only when all groups are known.
type pendingName struct {
	at      Extent
	name    string
	number  int
	resolve func(numbers []int)
	// recursion says that a name like R2 may mean a recursion instead of a group.
	recursion func(group int)
}

// ParseOptions parses a pattern under the given options. The error is an *Error.
func ParseOptions(pattern string, o Options) (*Pattern, error) {
	if i := strings.IndexByte(pattern, 0); i >= 0 {
		return nil, &Error{i, i + 1, "the pattern holds a NUL byte, where httpd would end it; write \\x00"}
	}
	p := &parser{
		src: pattern, end: o.DollarEndOnly,
		opt: options{caseless: o.Caseless, multiline: o.Multiline, dotAll: o.DotAll, dupNames: true},
	}
	start, err := p.startVerbs()
	if err != nil {
		return nil, err
	}
	root, err := p.alternatives(p.pos, false)
	if err != nil {
		return nil, err
	}
	if p.pos < len(p.src) {
		return nil, p.fail(p.pos, p.pos+1, `unmatched ")": no group is open here; write "\)" for a literal one`)
	}
	pat := &Pattern{Source: pattern, Options: o, Root: root, Start: start, groups: max(p.groups, p.total), names: p.names}
	if err := p.check(pat); err != nil {
		return nil, err
	}
	return pat, nil
}

// MustParse parses a pattern as httpd does by default. It panics where Parse has an error: it is for patterns that stand
// in a program.
func MustParse(pattern string) *Pattern { return MustParseOptions(pattern, DefaultOptions()) }

// MustParseOptions parses a pattern under the given options. It panics where ParseOptions has an error.
func MustParseOptions(pattern string, o Options) *Pattern {
	p, err := ParseOptions(pattern, o)
	if err != nil {
		panic(fmt.Sprintf("pattern %q: %v", pattern, err))
	}
	return p
}

func (*parser) fail(start, end int, format string, args ...any) error {
	return &Error{start, max(start, end), fmt.Sprintf(format, args...)}
}

// failHere reports the text from start to the reading position.
func (p *parser) failHere(start int, format string, args ...any) error {
	return p.fail(start, p.pos, format, args...)
}

func (p *parser) rest() string { return p.src[p.pos:] }

func (p *parser) has(prefix string) bool { return strings.HasPrefix(p.rest(), prefix) }

// peek returns the byte at an offset from the reading position, or 0 behind the end; a pattern holds no NUL.
func (p *parser) peek(offset int) byte {
	if p.pos+offset < len(p.src) {
		return p.src[p.pos+offset]
	}
	return 0
}

// take moves over prefix if it comes next.
func (p *parser) take(prefix string) bool {
	if !p.has(prefix) {
		return false
	}
	p.pos += len(prefix)
	return true
}

// startVerbs reads (*UTF) and its kin.
func (p *parser) startVerbs() ([]string, error) {
	var verbs []string
	for p.has("(*") {
		name, ok := p.startVerb()
		if !ok {
			break
		}
		verbs = append(verbs, name)
		if name == "UTF" || name == "UTF8" {
			p.utf = true
		}
	}
	if p.utf && !utf8.ValidString(p.src) {
		return nil, p.fail(0, len(p.src), "(*UTF) asks for UTF-8, but the pattern is not valid UTF-8; leave (*UTF) out")
	}
	return verbs, nil
}

// startVerb takes one such verb and returns its text without "(*" and ")".
func (p *parser) startVerb() (string, bool) {
	inside, _, ok := strings.Cut(p.rest()[2:], ")")
	if !ok {
		return "", false
	}
	switch inside {
	case "UTF", "UTF8", "UCP", "NOTEMPTY", "NOTEMPTY_ATSTART", "NO_AUTO_POSSESS", "NO_DOTSTAR_ANCHOR", "NO_JIT", "NO_START_OPT",
		"CR", "LF", "CRLF", "ANY", "NUL", "ANYCRLF", "BSR_ANYCRLF", "BSR_UNICODE":
	default:
		name, digits, found := strings.Cut(inside, "=")
		switch name {
		case "LIMIT_HEAP", "LIMIT_MATCH", "LIMIT_DEPTH", "LIMIT_RECURSION":
		default:
			return "", false
		}
		if !found || digits == "" || strings.Trim(digits, "0123456789") != "" || !fits32(digits) {
			return "", false
		}
	}
	p.pos += len("(*)") + len(inside)
	return inside, true
}

// fits32 says whether a decimal number fits 32 bits, by PCRE2's own early overflow test.
func fits32(digits string) bool {
	var n uint64
	for _, d := range []byte(digits) {
		if n > (1<<32-1)/10-1 {
			return false
		}
		n = n*10 + uint64(d-'0')
	}
	return true
}

// alternatives reads branches up to ")" or the end of the pattern. With reset each branch numbers its groups from the
// same start.
func (p *parser) alternatives(start int, reset bool) (Node, error) {
	branches, err := p.branches(reset)
	if err != nil {
		return nil, err
	}
	if len(branches) == 1 {
		return branches[0], nil
	}
	return &Alternate{Extent{start, p.pos}, branches}, nil
}

func (p *parser) branches(reset bool) ([]Node, error) {
	var branches []Node
	first, highest := p.groups, p.groups
	for {
		branch, err := p.sequence()
		if err != nil {
			return nil, err
		}
		branches = append(branches, branch)
		highest = max(highest, p.groups)
		if p.peek(0) != '|' {
			break
		}
		p.pos++
		if reset {
			p.groups = first
		}
	}
	if reset {
		p.groups = highest
	}
	return branches, nil
}

// sequenceState is what a branch remembers of the item before.
type sequenceState struct {
	parts      []Node
	repeatable bool    // a quantifier may follow
	quantified *Repeat // the item before was a quantifier and may take ? or +
}

func (s *sequenceState) push(n Node, repeatable bool) {
	s.quantified = nil
	s.repeatable = repeatable
	if n != nil {
		s.parts = append(s.parts, n)
	}
}

// sequence reads one branch.
func (p *parser) sequence() (Node, error) {
	var s sequenceState
	start := p.pos
	for p.pos < len(p.src) && p.peek(0) != '|' && p.peek(0) != ')' {
		if p.nesting > maxNesting {
			return nil, p.fail(p.pos, p.pos, "parentheses nest more than %d deep, the limit of PCRE2; use fewer groups", maxNesting)
		}
		skipped, err := p.skipIgnored()
		if err != nil {
			return nil, err
		}
		if skipped {
			continue
		}
		if err := p.item(&s); err != nil {
			return nil, err
		}
	}
	parts := mergeLiterals(s.parts)
	if len(parts) == 1 {
		return parts[0], nil
	}
	return &Concat{Extent{start, p.pos}, parts}, nil
}

// skipIgnored moves over one thing that leaves no trace, not even for a quantifier behind it: \E, a comment, white
// space under (?x).
func (p *parser) skipIgnored() (bool, error) {
	if p.take(`\E`) {
		return true, nil
	}
	if p.opt.extended {
		if c := p.peek(0); c == ' ' || '\t' <= c && c <= '\r' || c == 0x85 {
			p.pos++
			return true, nil
		}
		if p.peek(0) == '#' {
			if i := strings.IndexByte(p.rest(), '\n'); i >= 0 {
				p.pos += i + 1
			} else {
				p.pos = len(p.src)
			}
			return true, nil
		}
	}
	if p.has("(?#") {
		i := strings.IndexByte(p.rest(), ')')
		if i < 0 {
			return false, p.fail(p.pos, len(p.src), `the comment "(?#" is not closed; write ")" after it`)
		}
		p.pos += i + 1
		return true, nil
	}
	return false, nil
}

// item reads one item of a branch: a character, an escape, a class, a group or a quantifier.
func (p *parser) item(s *sequenceState) error {
	start, c := p.pos, p.peek(0)
	if s.quantified != nil && (c == '?' || c == '+') {
		p.modifier(s, c)
		return nil
	}
	switch c {
	case '\\':
		return p.escapeItem(s)
	case '[':
		return p.classItem(s)
	case '(':
		return p.groupItem(s)
	case '*', '+', '?':
		return p.quantifier(s)
	case '{':
		if _, _, ok, err := p.repeatCounts(start + 1); err != nil {
			return err
		} else if ok {
			return p.quantifier(s)
		}
		p.literalByte(s)
	case '^':
		p.pos++
		kind := BeginText
		if p.opt.multiline {
			kind = BeginLine
		}
		s.push(&Assertion{Extent{start, p.pos}, kind}, false)
	case '$':
		p.pos++
		s.push(&Assertion{Extent{start, p.pos}, p.dollar()}, false)
	case '.':
		p.pos++
		s.push(&AnyByte{Extent{start, p.pos}, p.opt.dotAll}, true)
	default:
		p.literalByte(s)
	}
	return nil
}

func (p *parser) dollar() AssertionKind {
	switch {
	case p.opt.multiline:
		return EndLine
	case p.end:
		return EndText
	default:
		return EndTextOrFinalNewline
	}
}

// literalByte takes one byte, or under (*UTF) one character, as itself.
func (p *parser) literalByte(s *sequenceState) {
	size := 1
	if p.utf {
		_, size = utf8.DecodeRuneInString(p.rest())
	}
	start := p.pos
	p.pos += size
	for isPlain(p.src[start]) && p.pos+1 < len(p.src) && isPlain(p.src[p.pos]) && isPlain(p.src[p.pos+1]) {
		p.pos++
	}
	s.push(p.literal(start, p.src[start:p.pos]), true)
}

// isPlain reports a byte that stands for itself in every mode. The last of a run may belong to what follows, a quantifier,
// and is read by itself: mergeLiterals joins it.
func isPlain(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '/' || c == '_' || c == '-'
}

// literal makes a node of text that was written from start to the reading position.
func (p *parser) literal(start int, text string) *Literal {
	return &Literal{Extent{start, p.pos}, text, p.opt.caseless && hasLetter(text)}
}

func hasLetter(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' })
}

// mergeLiterals joins neighbouring literals, as long as their case rule is one and their texts are adjacent.
func mergeLiterals(parts []Node) []Node {
	merged := parts[:0]
	for _, n := range parts {
		lit, ok := n.(*Literal)
		if ok && len(merged) > 0 {
			if last, ok := merged[len(merged)-1].(*Literal); ok && last.End == lit.Start && compatibleFold(last, lit) {
				last.Text += lit.Text
				last.End = lit.End
				last.Fold = last.Fold || lit.Fold
				continue
			}
		}
		merged = append(merged, n)
	}
	return merged
}

// compatibleFold says whether one case rule describes both: text without letters has none of its own.
func compatibleFold(a, b *Literal) bool {
	return a.Fold == b.Fold || !hasLetter(a.Text) || !hasLetter(b.Text)
}
