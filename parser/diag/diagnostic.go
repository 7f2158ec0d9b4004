package diag

import (
	"cmp"
	"slices"
)

// Code names a rule: "LB" and three digits.
type Code string

// Severity says how much a diagnostic matters. The zero value is invalid.
type Severity uint8

// The severities, the least first, so that they can be compared.
const (
	// Info is worth knowing and changes nothing.
	Info Severity = iota + 1
	// Warning is a configuration that probably does not do what its author wants.
	Warning
	// Error is a configuration that does not work.
	Error
)

// String returns the word that reports use.
func (s Severity) String() string {
	switch s {
	case Info:
		return "info"
	case Warning:
		return "warning"
	case Error:
		return "error"
	}
	return "invalid"
}

// Class says who objects. The zero value is invalid.
type Class uint8

// The classes of a diagnostic.
const (
	// Refusal is what httpd itself refuses at apache2 -t.
	Refusal Class = iota + 1
	// Defect is what httpd accepts and is wrong.
	Defect
	// Unknown is what lbconf does not understand.
	Unknown
)

// String returns the word that reports use.
func (c Class) String() string {
	switch c {
	case Refusal:
		return "refusal"
	case Defect:
		return "defect"
	case Unknown:
		return "unknown"
	}
	return "invalid"
}

// Diagnostic is one statement about a place in a configuration.
type Diagnostic struct {
	// Code is the ID of the rule that speaks, "LB101".
	Code Code
	// Name is the name of the rule, "rewrite-proxy-no-pool".
	Name string
	// Class says who objects.
	Class Class
	// Severity says how much it matters.
	Severity Severity
	// Span is the tight place.
	Span Span
	// Message says what is wrong, in one line without a final period.
	Message string
	// Label is the text beside the carets; it may be empty.
	Label string
	// Notes are further lines below the excerpt, in order.
	Notes []Note
	// Related are other places that belong to the statement, such as the first of two.
	Related []Related
	// Fix is a change of the source that mends it, or nil.
	Fix *Fix
	// Reading says that httpd finds it while it reads, before it executes anything.
	Reading bool
}

// Note is a line below the excerpt: "effect: every request opens a connection".
type Note struct {
	// Kind is the word before the colon: effect, httpd, help.
	Kind string
	// Text is the rest of the line.
	Text string
}

// Related is another place that belongs to a diagnostic.
type Related struct {
	// Span is the place.
	Span Span
	// Message says what it has to do with the diagnostic.
	Message string
}

// Fix is a set of edits that mends what a diagnostic says.
type Fix struct {
	// Safe says that the edits cannot change what works today.
	Safe bool
	// Message says what the edits do.
	Message string
	// Edits do not overlap; they may lie in several files.
	Edits []Edit
}

// Edit replaces the bytes of a span; an empty span inserts.
type Edit struct {
	// Span is what is replaced.
	Span Span
	// Text is what stands there afterwards.
	Text string
}

// List is a list of diagnostics. The zero value is empty and ready to use.
//
//nolint:recvcheck // Add grows the slice, the other methods only read it.
type List []Diagnostic

// Add appends d.
func (l *List) Add(d Diagnostic) { *l = append(*l, d) }

// Sort orders the list by position, then by code. Files stand in the order in which they were read.
func (l List) Sort() {
	slices.SortStableFunc(l, func(a, b Diagnostic) int {
		return cmp.Or(cmp.Compare(a.Span.Start, b.Span.Start), cmp.Compare(a.Code, b.Code))
	})
}

// Count returns the number of diagnostics of at least the severity.
func (l List) Count(atLeast Severity) int {
	n := 0
	for _, d := range l {
		if d.Severity >= atLeast {
			n++
		}
	}
	return n
}
