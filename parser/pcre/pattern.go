// Package pcre parses regular expressions as httpd compiles them with PCRE2: bytes, no UTF mode, the tables of the C
// locale, duplicate names allowed, and by default DOTALL and DOLLAR_ENDONLY (RegexDefaultOptions). A pattern that
// PCRE2 10.42 refuses is refused here with its place; one that it accepts becomes a syntax tree that lint, conversion
// and the matcher share.
package pcre

import "fmt"

// Options are the compile options that httpd can set from outside a pattern.
type Options struct {
	// Caseless is AP_REG_ICASE: the flag NC, (?i).
	Caseless bool
	// DotAll makes a dot match a newline. On in httpd unless RegexDefaultOptions says otherwise.
	DotAll bool
	// DollarEndOnly makes $ match at the very end only. On in httpd unless RegexDefaultOptions says otherwise.
	DollarEndOnly bool
	// Multiline is AP_REG_NEWLINE: ^ and $ match at each line, as the flag m of an expression's regex says.
	Multiline bool
}

// DefaultOptions returns what httpd compiles with when nothing else is said: DOTALL and DOLLAR_ENDONLY (ap_regex.h,
// AP_REG_DEFAULT, since 2.4.30).
func DefaultOptions() Options { return Options{DotAll: true, DollarEndOnly: true} }

// Pattern is a parsed regular expression. It is immutable.
type Pattern struct {
	// Source is the text that was parsed.
	Source string
	// Options are those given to ParseOptions.
	Options Options
	// Root is the tree.
	Root Node
	// Start lists the verbs at the very start that set a mode, such as "UTF" for (*UTF), in order.
	Start []string

	groups int
	names  []GroupName
}

// GroupName is a named group. Several may share a name or, under (?|, a number.
type GroupName struct {
	Name  string
	Index int
}

// Groups returns the number of capturing groups; $1 up to that number can refer to something.
func (p *Pattern) Groups() int { return p.groups }

// Names returns the named groups in the order of the pattern.
func (p *Pattern) Names() []GroupName { return p.names }

// String returns the pattern as it was written.
func (p *Pattern) String() string { return p.Source }

// WithOptions returns the same pattern read under other options. The verdict of a parse does not depend on them.
func (p *Pattern) WithOptions(o Options) (*Pattern, error) {
	if o == p.Options {
		return p, nil
	}
	return ParseOptions(p.Source, o)
}

// Error says where and why a pattern is refused, and what to write instead.
type Error struct {
	// Offset and End are byte offsets into the pattern; End is exclusive and may equal Offset at its end.
	Offset, End int
	// Message is a sentence without a final full stop.
	Message string
}

// Error returns the message with its offset.
func (e *Error) Error() string { return fmt.Sprintf("offset %d: %s", e.Offset, e.Message) }

// Parse parses a pattern under DefaultOptions. The error is an *Error.
func Parse(pattern string) (*Pattern, error) { return ParseOptions(pattern, DefaultOptions()) }
