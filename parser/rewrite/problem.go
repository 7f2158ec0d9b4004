package rewrite

// Kind says what is wrong with an argument.
type Kind uint8

// The kinds of problem. Those up to BadMap make httpd refuse the configuration; the others it accepts, and does
// something that was hardly meant.
const (
	// BadArguments says that the line does not split into arguments.
	BadArguments Kind = iota
	// BadDelimiters says that the third argument is not [flags].
	BadDelimiters
	// UnknownFlag says that a flag does not exist, or is empty.
	UnknownFlag
	// BadFlagValue says that httpd refuses a flag's value, or its absence.
	BadFlagValue
	// BadPattern says that the regular expression does not compile.
	BadPattern
	// BadMap says that httpd refuses the source of a RewriteMap.
	BadMap

	// IgnoredFlag says that an unknown flag begins with d, which httpd accepts and ignores.
	IgnoredFlag
	// IgnoredValue says that a flag takes no value, so that the one written has no effect.
	IgnoredValue
	// OddValue says that httpd reads a flag's value as something else than is written.
	OddValue
	// MissingValue says that a flag has no effect without a value.
	MissingValue
	// UselessFlag says that a flag has no effect without another one.
	UselessFlag
	// IgnoredText says that text follows the third argument.
	IgnoredText
	// IgnoredCase says that NC stands on a condition that knows no case; httpd warns with AH00665.
	IgnoredCase
	// MissingSpace says that an argument begins right after a quote.
	MissingSpace
	// UnclosedQuote says that a quoted second or third argument runs to the end of the line.
	UnclosedQuote
	// MissingSecond says that the second argument is missing behind a quoted first one and counts as empty.
	MissingSecond
)

// Refused says whether httpd refuses the configuration for it (httpd -t).
func (k Kind) Refused() bool { return k <= BadMap }

// Problem is a finding about one place of an argument text.
type Problem struct {
	// Offset and End are byte offsets into the raw argument text, the end exclusive.
	Offset, End int
	// Kind says what it is and, by Refused, whether httpd refuses it.
	Kind Kind
	// Message says what, why and what to write instead, without a final full stop.
	Message string
	// HTTPD is what httpd prints after "RewriteRule: " or "RewriteCond: " for a refusal, else empty.
	HTTPD string
}

// Refused returns the problems for which httpd refuses the line, in httpd's order: it prints the first.
func Refused(problems []Problem) []Problem {
	var refused []Problem
	for _, p := range problems {
		if p.Kind.Refused() {
			refused = append(refused, p)
		}
	}
	return refused
}
