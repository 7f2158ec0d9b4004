package pcre

// Node is one node of a pattern's syntax tree. The set is closed: Literal, Class, AnyByte, Assertion, Concat,
// Alternate, Group, Repeat, Look, BackReference, Recursion, Conditional, Newline, Grapheme, Property, KeepOut, Verb,
// Callout.
//
//sumtype:decl
type Node interface {
	// Span returns the byte offsets of the node's text in the pattern, the end exclusive.
	Span() (start, end int)
	node()
}

// Extent is the place of a node in the pattern's text: byte offsets, End exclusive. Every node embeds it.
type Extent struct{ Start, End int }

// Span returns the offsets.
func (e Extent) Span() (start, end int) { return e.Start, e.End }

// Literal is a run of one or more bytes that match themselves.
type Literal struct {
	Extent
	// Text holds the bytes to match, escapes resolved.
	Text string
	// Fold says that ASCII letters match in either case. Bytes from 0x80 never fold: httpd uses PCRE's C locale.
	Fold bool
}

// Class matches one byte of a set: [abc], \d, \h, \N and their kin.
type Class struct {
	Extent
	// Set holds the bytes that match, negation and case folding applied.
	Set ByteSet
	// Opaque names a Unicode property in the class whose bytes are not known here, else it is empty.
	Opaque string
}

// AnyByte is a dot. In httpd it matches every byte, a newline too, unless RegexDefaultOptions takes DOTALL away.
type AnyByte struct {
	Extent
	// Newline says that it matches "\n".
	Newline bool
}

// AssertionKind says what an Assertion tests.
type AssertionKind uint8

// The assertions that look at a position only.
const (
	// BeginText holds at the start of the subject: ^ or \A.
	BeginText AssertionKind = iota
	// BeginLine holds at the start of the subject and after a newline that is not the last byte: ^ under (?m).
	BeginLine
	// EndText holds at the very end of the subject: \z, and $ as httpd compiles it (DOLLAR_ENDONLY).
	EndText
	// EndTextOrFinalNewline holds at the end and before a newline that ends the subject: \Z, and $ when
	// RegexDefaultOptions takes DOLLAR_ENDONLY away.
	EndTextOrFinalNewline
	// EndLine holds at the end and before each newline: $ under (?m).
	EndLine
	// WordBoundary holds between a byte of [0-9A-Za-z_] and one that is not, or an end: \b.
	WordBoundary
	// NotWordBoundary holds where WordBoundary does not: \B.
	NotWordBoundary
	// BeginMatch holds where matching began: \G. httpd begins at the start of the subject.
	BeginMatch
)

// Assertion matches no bytes but holds or fails by its position.
type Assertion struct {
	Extent
	Kind AssertionKind
}

// Concat matches its parts one after another; without parts it matches the empty string.
type Concat struct {
	Extent
	Parts []Node
}

// Alternate matches the first of its branches that leads to a match.
type Alternate struct {
	Extent
	Branches []Node
}

// GroupKind says what a pair of parentheses does.
type GroupKind uint8

// The kinds of group.
const (
	// Capture is (…) or (?<name>…).
	Capture GroupKind = iota
	// NonCapture is (?:…), with or without options.
	NonCapture
	// Atomic is (?>…): once matched, it is not entered again.
	Atomic
	// BranchReset is (?|…): each branch numbers its groups from the same start.
	BranchReset
	// ScriptRun is (*sr:…) or, with an atomic body, (*asr:…).
	ScriptRun
)

// Group is a parenthesised part of the pattern.
type Group struct {
	Extent
	Kind GroupKind
	// Index is the number of a Capture, from 1; 0 for the others.
	Index int
	// Name is the name of a named Capture, else empty.
	Name string
	Body Node
}

// RepeatMode says in which order a Repeat tries its counts.
type RepeatMode uint8

// The modes of repetition.
const (
	// Greedy tries the most first: x*.
	Greedy RepeatMode = iota
	// Lazy tries the fewest first: x*?.
	Lazy
	// Possessive takes the most and gives nothing back: x*+.
	Possessive
)

// Unlimited is the Max of a Repeat without an upper bound.
const Unlimited = -1

// Repeat matches its body Min to Max times.
type Repeat struct {
	Extent
	Body Node
	// Min and Max are counts from 0 to 65535; Max is Unlimited when there is no bound.
	Min, Max int
	Mode     RepeatMode
}

// Look is a look-around: it tests what follows or precedes and consumes nothing.
type Look struct {
	Extent
	// Behind says that the body must end here, else it must begin here.
	Behind bool
	// Negative says that the body must not match.
	Negative bool
	// NonAtomic says that a failure later may enter the body again: (*napla:…), (?*…), (?<*…).
	NonAtomic bool
	Body      Node
}

// BackReference matches what a group captured last.
type BackReference struct {
	Extent
	// Groups holds the number of the group, or all numbers of a duplicate name in the order of the pattern.
	Groups []int
	// Name is the name that was written, else empty.
	Name string
	// Fold says that ASCII letters match in either case.
	Fold bool
}

// Recursion calls a group as a subroutine: (?R), (?1), (?&name), \g<1>.
type Recursion struct {
	Extent
	// Group is the number of the group; 0 is the whole pattern.
	Group int
}

// ConditionKind says what a Conditional asks.
type ConditionKind uint8

// The conditions.
const (
	// GroupSet asks whether a group took part: (?(1)…), (?(<name>)…).
	GroupSet ConditionKind = iota
	// InRecursion asks whether a recursion runs: (?(R)…), (?(R1)…), (?(R&name)…).
	InRecursion
	// Define is never true: (?(DEFINE)…) holds groups for recursion.
	Define
	// VersionCheck asks for PCRE2's version: (?(VERSION>=10.4)…).
	VersionCheck
	// LookAround asks by a look-around: (?(?=a)…).
	LookAround
)

// Conditional matches Yes or No by a condition.
type Conditional struct {
	Extent
	Kind ConditionKind
	// Groups holds the groups of GroupSet: one number, or all of a duplicate name.
	Groups []int
	// Look is the condition of LookAround, else nil.
	Look *Look
	// Holds is the answer of VersionCheck against PCRE2 10.42.
	Holds bool
	Yes   Node
	// No is an empty Concat when the pattern has no second branch.
	No Node
	// HasNo says that the pattern has a second branch.
	HasNo bool
}

// Newline is \R: "\r\n" as one unit, or one of "\n", "\v", "\f", "\r", 0x85.
type Newline struct{ Extent }

// Grapheme is \X, an extended grapheme cluster.
type Grapheme struct{ Extent }

// Property is \p{…} or \P{…}: a Unicode property of the byte as a Latin-1 character.
type Property struct {
	Extent
	// Name is the text between the braces without a leading ^.
	Name string
	// Negated says \P or a leading ^.
	Negated bool
	// Set holds the bytes that match, as Latin-1 characters and with the negation applied, when Known.
	Set ByteSet
	// Known says that the set is known here; PCRE2 accepts more properties than that.
	Known bool
}

// KeepOut is \K: the reported match begins here.
type KeepOut struct{ Extent }

// Verb is a backtracking verb such as (*ACCEPT), (*FAIL) or (*PRUNE:name).
type Verb struct {
	Extent
	// Name is the canonical name: ACCEPT, FAIL, COMMIT, MARK, PRUNE, SKIP or THEN.
	Name string
	// Argument is the text after the colon, else empty.
	Argument string
}

// Callout is (?C), (?C1) or (?C"text"): httpd sets no callout function, so it matches the empty string.
type Callout struct{ Extent }

func (*Literal) node()       {}
func (*Class) node()         {}
func (*AnyByte) node()       {}
func (*Assertion) node()     {}
func (*Concat) node()        {}
func (*Alternate) node()     {}
func (*Group) node()         {}
func (*Repeat) node()        {}
func (*Look) node()          {}
func (*BackReference) node() {}
func (*Recursion) node()     {}
func (*Conditional) node()   {}
func (*Newline) node()       {}
func (*Grapheme) node()      {}
func (*Property) node()      {}
func (*KeepOut) node()       {}
func (*Verb) node()          {}
func (*Callout) node()       {}
