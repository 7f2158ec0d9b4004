package expr

import (
	"fmt"
	"strings"
)

// maxText bounds a piece of text or a pattern in bytes (httpd: MAX_STRING_LEN).
const maxText = 8192

// kind is what a token is.
type kind uint8

const (
	end         kind = iota
	quote            // the start of a string
	unquote          // its end
	text             // a piece of a string
	varBegin         // %{
	varEnd           // }
	backRef          // $0
	name             // an identifier
	number           // digits
	pattern          // /…/ or m#…#
	operator         // == -eq and so on
	unary            // -n
	binary           // -ipmatch
	logicalOr        // || or
	logicalAnd       // && and
	logicalNot       // ! not
	truth            // true false
	concat           // .
	in               // in -in
	match            // =~ !~
	punctuation      // ( ) { } , :
)

// token is a piece of an expression.
type token struct {
	kind kind
	// text is what it says: without delimiters, with escapes resolved.
	text string
	// noCase says that a pattern ends in i.
	noCase bool
	// start and end are its place, the end exclusive.
	start, end int
}

func (t token) failf(httpd, format string, args ...any) *Error {
	return &Error{t.start, t.end, fmt.Sprintf(format, args...), httpd}
}

// state is where the scanner is.
type state uint8

const (
	outside  state = iota
	inString       // within quotes, or in an expression that is a string
	inName         // behind %{
	inArgument
)

// scanner splits an expression as httpd's does: what a byte means depends on the state.
type scanner struct {
	src   string
	pos   int
	state state
	// delimiter ends a string; 0 where the whole expression is one.
	delimiter byte
	// outer is the state to which the end of a variable leads back.
	outer []state
}

// next returns the next token. The error is one of the scanner's own.
func (s *scanner) next() (token, *Error) {
	switch s.state {
	case inString, inArgument:
		return s.inText()
	case inName:
		return s.inName()
	case outside:
	}
	for s.pos < len(s.src) && strings.IndexByte(" \t\n", s.src[s.pos]) >= 0 {
		s.pos++
	}
	if s.pos == len(s.src) {
		return s.token(end, 0), nil
	}
	return s.outside()
}

// token makes a token of the next n bytes.
func (s *scanner) token(k kind, n int) token {
	t := token{kind: k, text: s.src[s.pos : s.pos+n], start: s.pos, end: s.pos + n}
	s.pos += n
	return t
}

func (s *scanner) fail(n int, httpd, format string, args ...any) *Error {
	return token{start: s.pos, end: min(s.pos+n, len(s.src))}.failf(httpd, format, args...)
}

// enter begins a variable.
func (s *scanner) enter() token {
	s.outer = append(s.outer, s.state)
	s.state = inName
	return s.token(varBegin, 2)
}

// leave ends a variable.
func (s *scanner) leave() token {
	last := len(s.outer) - 1
	s.state, s.outer = s.outer[last], s.outer[:last]
	return s.token(varEnd, 1)
}

func (s *scanner) inName() (token, *Error) {
	if s.pos == len(s.src) || s.src[s.pos] == '\n' {
		return token{}, s.fail(0, "Unterminated string or variable", "the variable is not closed: write } behind its name")
	}
	switch c := s.src[s.pos]; {
	case isLetter(c):
		return s.token(name, s.identifier()), nil
	case c == '}':
		return s.leave(), nil
	case c == ':':
		s.state = inArgument
		return s.token(punctuation, 1), nil
	default:
		written := string(rune(c))
		if c >= 0x80 {
			written = fmt.Sprintf(`\x%02x`, c) // as the log has it
		}
		return token{}, s.fail(1, "Invalid character in variable name '"+written+"'", "a variable's name has no '%s'", written)
	}
}

// inText reads text up to what ends it or stands in it.
func (s *scanner) inText() (token, *Error) {
	var b strings.Builder
	start := s.pos
	for s.pos < len(s.src) {
		c := s.src[s.pos]
		switch {
		case c == '\n':
			return token{}, s.unterminated(start)
		case s.endsText(c) || s.at("%{") || s.atBackRef():
			if b.Len() > 0 {
				return token{kind: text, text: b.String(), start: start, end: s.pos}, nil
			}
			return s.special(c), nil
		case c == '\\' && s.pos+1 == len(s.src):
			return token{}, s.fail(1, "flex scanner jammed", "the backslash at the end stands before nothing: write two of them, or none")
		case c == '\\':
			if err := s.escape(&b); err != nil {
				return token{}, err
			}
		case s.state == inArgument && (c == '"' || c == '\''):
			return token{}, s.fail(1, "flex scanner jammed", "a quote cannot stand in the argument of a variable: write it with a backslash")
		default:
			b.WriteByte(c)
			s.pos++
		}
		if b.Len() >= maxText {
			return token{}, s.fail(0, "String too long", "a text has at most %d bytes", maxText-1)
		}
	}
	if s.state == inString && s.delimiter == 0 {
		s.state = outside
		return token{kind: text, text: b.String(), start: start, end: s.pos}, nil
	}
	return token{}, s.unterminated(start)
}

func (s *scanner) unterminated(start int) *Error {
	return token{start: max(start-1, 0), end: s.pos}.failf("Unterminated string or variable", "the text is not closed on its line: write the quote or the } that ends it")
}

func (s *scanner) at(prefix string) bool { return strings.HasPrefix(s.src[s.pos:], prefix) }

func (s *scanner) atBackRef() bool {
	return s.src[s.pos] == '$' && s.pos+1 < len(s.src) && isDigit(s.src[s.pos+1])
}

// endsText says whether a byte ends the text that is being read.
func (s *scanner) endsText(c byte) bool {
	if s.state == inArgument {
		return c == '}'
	}
	return s.delimiter != 0 && c == s.delimiter
}

// special reads what ends a text or stands in it.
func (s *scanner) special(c byte) token {
	switch {
	case c == '%':
		return s.enter()
	case c == '$':
		t := s.token(backRef, 2)
		t.text = t.text[1:]
		return t
	case s.state == inArgument:
		return s.leave()
	}
	s.state = outside
	return s.token(unquote, 1)
}

// escape reads a backslash and what it means.
func (s *scanner) escape(b *strings.Builder) *Error {
	rest := s.src[s.pos+1:]
	digits := 0
	for digits < len(rest) && isDigit(rest[digits]) {
		digits++
	}
	octal, value := 0, 0
	for octal < min(digits, 3) && rest[octal] < '8' {
		value = 8*value + int(rest[octal]-'0')
		octal++
	}
	switch {
	case digits > octal || octal == 0 && digits > 0:
		return s.fail(1+digits, "Bad escape sequence", "%q is no octal escape: write one to three digits from 0 to 7", s.src[s.pos:s.pos+1+digits])
	case value > 0xff:
		return s.fail(1+digits, "Escape sequence out of bound", "%q is more than a byte: the largest octal escape is \\377", s.src[s.pos:s.pos+1+digits])
	case octal > 0:
		b.WriteByte(byte(value))
		s.pos += 1 + octal
		return nil
	}
	c := rest[0]
	if i := strings.IndexByte("nrtbf", c); i >= 0 {
		c = "\n\r\t\b\f"[i]
	}
	b.WriteByte(c)
	s.pos += 2
	return nil
}

// identifier returns the length of the identifier that begins here.
func (s *scanner) identifier() int {
	n := 0
	for s.pos+n < len(s.src) && isWord(s.src[s.pos+n]) {
		n++
	}
	return n
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
func isDigit(c byte) bool  { return '0' <= c && c <= '9' }
func isWord(c byte) bool   { return isLetter(c) || isDigit(c) || c == '_' }

// delimiters may stand behind m.
const delimiters = "/#$%^,;:_?|-!.'\""

// symbols are the operators that are no words, longer ones first.
var symbols = []struct {
	text string
	kind kind
}{
	{"==", operator},
	{"=~", match},
	{"!=", operator},
	{"!~", match},
	{"<=", operator},
	{">=", operator},
	{"&&", logicalAnd},
	{"||", logicalOr},
	{"=", operator},
	{"<", operator},
	{">", operator},
	{"!", logicalNot},
	{".", concat},
	{"(", punctuation},
	{")", punctuation},
	{"{", punctuation},
	{"}", punctuation},
	{",", punctuation},
	{":", punctuation},
}

// words are the identifiers with a meaning.
var words = map[string]kind{
	"and": logicalAnd, "or": logicalOr, "not": logicalNot, "true": truth, "false": truth, "in": in,
	"eq": operator, "ne": operator, "lt": operator, "le": operator, "gt": operator, "ge": operator,
}

// outside reads a token that is not part of a text.
func (s *scanner) outside() (token, *Error) {
	c := s.src[s.pos]
	switch {
	case c == '"' || c == '\'':
		s.state, s.delimiter = inString, c
		return s.token(quote, 1), nil
	case s.at("%{"):
		return s.enter(), nil
	case s.atBackRef():
		t := s.token(backRef, 2)
		t.text = t.text[1:]
		return t, nil
	case c == '/':
		return s.pattern(1)
	case c == '-':
		return s.dashed()
	case isDigit(c):
		return s.token(number, s.digits(0)), nil
	case isLetter(c):
		return s.word()
	}
	for _, symbol := range symbols {
		if s.at(symbol.text) {
			return s.token(symbol.kind, len(symbol.text)), nil
		}
	}
	return token{}, s.fail(1, "Parse error near '"+string([]byte{c})+"'", "%q means nothing here: text stands in quotes, a variable is written %%{NAME}", c)
}

// digits returns the length of a number whose digits begin after skip bytes.
func (s *scanner) digits(skip int) int {
	n := skip
	for s.pos+n < len(s.src) && isDigit(s.src[s.pos+n]) {
		n++
	}
	return n
}

func (s *scanner) word() (token, *Error) {
	n := s.identifier()
	// Of two rules of its scanner that match as much httpd takes the one that comes first: m_ begins a pattern, m_a does not.
	if s.src[s.pos] == 'm' && n <= 2 && s.pos+1 < len(s.src) && strings.IndexByte(delimiters, s.src[s.pos+1]) >= 0 {
		return s.pattern(2)
	}
	t := s.token(name, n)
	if k, reserved := words[t.text]; reserved {
		t.kind = k
	}
	return t, nil
}

// dashed reads a negative number or an operator with a dash.
func (s *scanner) dashed() (token, *Error) {
	if n := s.digits(1); n > 1 {
		return s.token(number, n), nil
	}
	n := 1
	for s.pos+n < len(s.src) && isWord(s.src[s.pos+n]) {
		n++
	}
	var t token
	switch operand := s.src[s.pos : s.pos+n]; {
	case n == 1:
		return t, s.fail(1, "Parse error near '-'", "a dash begins a number or an operator such as -eq or -n")
	case operand == "-in":
		return s.token(in, n), nil
	case n == 2:
		t = s.token(unary, n)
	case words[operand[1:]] == operator:
		t = s.token(operator, n)
	default:
		t = s.token(binary, n)
	}
	t.text = t.text[1:]
	return t, nil
}

// pattern reads a regular expression behind n bytes of which the last one is its delimiter, which cannot be escaped.
func (s *scanner) pattern(n int) (token, *Error) {
	from := s.pos + n
	length := strings.IndexByte(s.src[from:], s.src[from-1])
	if length < 0 {
		return token{}, s.fail(len(s.src), SyntaxError, "the regular expression is not closed: write %q behind it", s.src[from-1])
	}
	if length >= maxText {
		return token{}, s.fail(n+length, "Regexp too long", "a regular expression has at most %d bytes", maxText-1)
	}
	t := token{kind: pattern, text: s.src[from : from+length], start: s.pos, end: from + length + 1}
	s.pos = t.end
	if s.pos < len(s.src) && s.src[s.pos] == 'i' {
		t.noCase = true
		s.pos++
	}
	return t, nil
}
