package rewrite

import (
	"fmt"
	"strings"

	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/pcre"
)

// Cond is a parsed RewriteCond.
type Cond struct {
	// Raw is the argument text.
	Raw string
	// Test is the text that is tested; for an Expression it is the word expr.
	Test Template
	// Negated says that the pattern was written with a ! before it.
	Negated bool
	// Pattern is the test; nil when the arguments do not split or the regular expression does not parse.
	Pattern CondPattern
	// PatternText is the second argument without the !; PatternStart is its offset in Raw.
	PatternText  string
	PatternStart int
	// NoCase is NC, OrNext is OR, NoVary is NV.
	NoCase, OrNext, NoVary bool
}

// CondPattern is what a condition tests. The set is closed: Regex, StringCompare, IntegerCompare, FileTest, Expression.
//
//sumtype:decl
type CondPattern interface{ condPattern() }

// Regex matches a regular expression and sets %N unless negated.
type Regex struct{ Pattern *pcre.Pattern }

// CompareOp is a comparison.
type CompareOp uint8

// The comparisons. NotEqual exists for integers only.
const (
	Equal CompareOp = iota
	Less
	Greater
	LessEqual
	GreaterEqual
	NotEqual
)

// StringCompare compares as text: = by bytes, the others first by length and then by bytes. NC applies.
type StringCompare struct {
	Op CompareOp
	// Operand is taken as written, without expansion.
	Operand string
}

// IntegerCompare compares both sides as C's atoi reads them.
type IntegerCompare struct {
	Op CompareOp
	// Operand is what was written, Value what atoi makes of it.
	Operand string
	Value   int
}

// FileKind says what a FileTest asks: its letter.
type FileKind byte

// The file tests.
const (
	// IsDirectory is -d.
	IsDirectory FileKind = 'd'
	// IsFile is -f: a regular file.
	IsFile FileKind = 'f'
	// IsFilled is -s: a regular file that is not empty.
	IsFilled FileKind = 's'
	// IsLink is -l, -L or -h: a symbolic link.
	IsLink FileKind = 'L'
	// IsExecutable is -x: any execute bit.
	IsExecutable FileKind = 'x'
	// SubrequestFile is -F: a subrequest for the file would be answered.
	SubrequestFile FileKind = 'F'
	// SubrequestURI is -U: a subrequest for the URI would be answered.
	SubrequestURI FileKind = 'U'
)

// FileTest asks the file system or a subrequest about the test string.
type FileTest struct{ Kind FileKind }

// Expression is an ap_expr: the test string is the word expr.
type Expression struct {
	Text string
	// Start is the offset of Text in the raw argument text.
	Start int
}

func (*Regex) condPattern()          {}
func (*StringCompare) condPattern()  {}
func (*IntegerCompare) condPattern() {}
func (*FileTest) condPattern()       {}
func (*Expression) condPattern()     {}

// MustCond reads the argument text of a RewriteCond. It panics for one that httpd refuses: it is for conditions that stand
// in a program.
func MustCond(raw string) *Cond {
	c, problems := ParseCond(raw)
	mustTake("RewriteCond "+raw, problems)
	return c
}

// ParseCond reads the argument text of a RewriteCond. The condition is never nil; what did not parse is empty in it,
// and the problems say so. The text of an Expression is not judged here.
func ParseCond(raw string) (*Cond, []Problem) { return new(Reader).Cond(raw) }

// Cond is ParseCond.
func (p *Reader) Cond(raw string) (*Cond, []Problem) {
	if c, ok := p.conds[raw]; ok {
		return c, nil
	}
	c, problems := p.parseCond(raw)
	if len(problems) == 0 && len(p.conds) < maxShared {
		if p.conds == nil {
			p.conds = map[string]*Cond{}
		}
		p.conds[raw] = c
	}
	return c, problems
}

func (p *Reader) parseCond(raw string) (*Cond, []Problem) {
	args, problems := SplitArgs(raw)
	c := &Cond{Raw: raw}
	if len(Refused(problems)) > 0 {
		return c, problems
	}
	problems = append(problems, c.parseFlags(args.Flags)...)
	c.Test = templateAt(args.First.Text, args.First.Start)
	c.PatternText, c.PatternStart = args.Second.Text, args.Second.Start
	if strings.HasPrefix(c.PatternText, "!") {
		c.Negated = true
		c.PatternText = c.PatternText[1:]
		c.PatternStart++
	}
	if clib.EqualFold(args.First.Text, "expr") {
		c.Pattern = &Expression{Text: c.PatternText, Start: c.PatternStart}
	} else {
		c.Pattern = specialPattern(c.PatternText)
	}
	if c.Pattern == nil {
		pattern, bad := p.pattern(c.PatternText, c.PatternStart, c.NoCase)
		if pattern != nil {
			c.Pattern = &Regex{pattern}
		}
		return c, append(problems, bad...)
	}
	if _, text := c.Pattern.(*StringCompare); c.NoCase && !text {
		problems = append(problems, Problem{
			Offset: args.Flags.Start, End: args.Flags.End, Kind: IgnoredCase,
			Message: "NC has no effect on this kind of test; httpd warns and ignores it (AH00665); remove it",
		})
		c.NoCase = false
	}
	return c, problems
}

// String returns the arguments as they were written.
func (c *Cond) String() string { return c.Raw }

// parseFlags reads [NC,OR,NV].
func (c *Cond) parseFlags(w Word) []Problem {
	if !w.Present {
		return nil
	}
	items, problems := splitFlags(nil, w)
	for _, item := range items {
		switch {
		case clib.EqualFold(item.key, "NC"), clib.EqualFold(item.key, "nocase"):
			c.NoCase = true
		case clib.EqualFold(item.key, "OR"), clib.EqualFold(item.key, "ornext"):
			c.OrNext = true
		case clib.EqualFold(item.key, "NV"), clib.EqualFold(item.key, "novary"):
			c.NoVary = true
		default:
			problems = append(problems, Problem{
				Offset: item.start, End: item.end, Kind: UnknownFlag,
				Message: fmt.Sprintf("unknown flag %q; the flags of a RewriteCond are NC, OR and NV", item.key),
				HTTPD:   "unknown flag '" + item.key + "'",
			})
			continue
		}
		if item.hasValue {
			problems = append(problems, Problem{
				Offset: item.start, End: item.end, Kind: IgnoredValue,
				Message: fmt.Sprintf("%s takes no value, so that httpd ignores %q; remove it", item.key, item.value),
			})
		}
	}
	return problems
}

// specialPattern reads what is no regular expression, or returns nil. Texts of one character are regular expressions.
func specialPattern(text string) CondPattern {
	if len(text) < 2 {
		return nil
	}
	switch text[0] {
	case '-':
		return dashPattern(text)
	case '<', '>', '=':
		return stringPattern(text)
	}
	return nil
}

func dashPattern(text string) CondPattern {
	if len(text) == 2 {
		return fileTest(text[1])
	}
	if len(text) < 4 {
		return nil
	}
	var op CompareOp
	switch text[1:3] {
	case "lt":
		op = Less
	case "le":
		op = LessEqual
	case "gt":
		op = Greater
	case "ge":
		op = GreaterEqual
	case "eq":
		op = Equal
	case "ne":
		op = NotEqual
	default:
		return nil
	}
	return &IntegerCompare{Op: op, Operand: text[3:], Value: clib.Atoi(text[3:])}
}

func fileTest(letter byte) CondPattern {
	switch letter {
	case 'd', 'f', 's', 'L', 'x', 'F', 'U':
		return &FileTest{FileKind(letter)}
	case 'l', 'h':
		return &FileTest{IsLink}
	}
	return nil
}

func stringPattern(text string) CondPattern {
	op, operand := Equal, text[1:]
	switch text[0] {
	case '<':
		op = Less
	case '>':
		op = Greater
	case '=':
		if operand == `""` {
			operand = ""
		}
		return &StringCompare{Equal, operand}
	}
	if rest, ok := strings.CutPrefix(operand, "="); ok {
		operand = rest
		if op == Less {
			op = LessEqual
		} else {
			op = GreaterEqual
		}
	}
	return &StringCompare{op, operand}
}
