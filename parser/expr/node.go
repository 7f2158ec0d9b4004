// Package expr reads the expressions of httpd (ap_expr): what stands in <If>, Require expr, behind expr= of a Header, in
// RewriteCond expr.
//
// There are two kinds. A condition is true or false. A string is text with variables in it. Both are made of words. The
// package only reads them; runtime/eval evaluates.
package expr

import "github.com/lbconf/lbconf/parser/pcre"

// Condition is what is true or false. The set is closed: Constant, Not, And, Or, Compare, Member, Match, Test, Relation.
//
//sumtype:decl
type Condition interface{ condition() }

// Constant is true or false.
type Constant struct{ Value bool }

// Not is ! and "not".
type Not struct{ Of Condition }

// And is && and "and"; Right is asked only when Left is true.
type And struct{ Left, Right Condition }

// Or is || and "or"; Right is asked only when Left is false.
type Or struct{ Left, Right Condition }

// CompareOp is a comparison. The zero value is invalid.
type CompareOp uint8

// The comparisons.
const (
	Equal CompareOp = iota + 1
	NotEqual
	Less
	LessEqual
	Greater
	GreaterEqual
)

// Compare compares two words.
type Compare struct {
	Op CompareOp
	// Integer compares what C's strtoll reads of the words (-eq, lt); otherwise their bytes are compared (==, <).
	Integer     bool
	Left, Right Word
}

// Member says whether a word is one of a list: word in { 'a', 'b' }.
type Member struct {
	Word Word
	// List are the words in the order of writing; httpd looks at the last one first.
	List []Word
	// Function is the name of a function that gives the list instead, or empty; List then holds its argument alone. httpd
	// has PeerExtList of mod_ssl.
	Function string
}

// Match is =~ and !~. What the pattern captures is $0 to $9 from then on, where it has groups.
type Match struct {
	Word    Word
	Pattern *pcre.Pattern
	// Negated is !~.
	Negated bool
}

// Test is an operator with one operand: -n, -z, -f, -R and so on.
type Test struct {
	// Op is the letter.
	Op   byte
	Word Word
}

// Relation is an operator with two operands that has a name: ipmatch, fnmatch, strmatch, strcmatch.
type Relation struct {
	// Op is the name in lower case, without the dash.
	Op          string
	Left, Right Word
}

func (*Constant) condition() {}
func (*Not) condition()      {}
func (*And) condition()      {}
func (*Or) condition()       {}
func (*Compare) condition()  {}
func (*Member) condition()   {}
func (*Match) condition()    {}
func (*Test) condition()     {}
func (*Relation) condition() {}

// Word is what has a text. The set is closed: Literal, Variable, Call, BackRef, Concat.
//
//sumtype:decl
type Word interface{ word() }

// Literal is text that stands for itself, or a number.
type Literal struct {
	Text string
	// Number says that it was written without quotes.
	Number bool
}

// Variable is %{NAME}.
type Variable struct {
	// Name is in upper case.
	Name string
}

// Call is name(word) or %{name:text}.
type Call struct {
	// Function is the name in lower case.
	Function string
	Argument Word
}

// BackRef is $0 to $9: what the last match captured.
type BackRef struct{ N int }

// Concat is the text of its parts in order.
type Concat struct{ Parts []Word }

func (*Literal) word()  {}
func (*Variable) word() {}
func (*Call) word()     {}
func (*BackRef) word()  {}
func (*Concat) word()   {}

// SyntaxError is what httpd says of an expression whose pieces do not fit; behind it stands what its parser generator knows.
const SyntaxError = "syntax error"

// Error is why httpd refuses an expression.
type Error struct {
	// Offset and End are byte offsets into the expression, the end exclusive.
	Offset, End int
	// Message says what is wrong and what to write instead, without a final full stop.
	Message string
	// HTTPD is what httpd says of it: SyntaxError or a reason. Before a reason httpd may say that the syntax is wrong, too.
	HTTPD string
}

// Error returns the message.
func (e *Error) Error() string { return e.Message }
