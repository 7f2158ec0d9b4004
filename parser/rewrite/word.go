// Package rewrite reads the arguments of RewriteRule, RewriteCond and RewriteMap as mod_rewrite does: its own way of
// splitting words, its flags, its templates and its conditions. Offsets are byte offsets into the raw argument text
// that the caller gave.
package rewrite

// Word is one of the three arguments of RewriteRule and RewriteCond.
type Word struct {
	// Text is the word without the quotes around it. Backslashes stay: mod_rewrite resolves none here.
	Text string
	// Start and End are the offsets of Text in the raw argument text.
	Start, End int
	// Quote is the quote that opened the word, ' or ", or 0.
	Quote byte
	// Present says that the word is there; a present word may be empty.
	Present bool
}

// Args are the arguments of RewriteRule or RewriteCond.
type Args struct {
	// First and Second are the pattern and the substitution, or the test string and the pattern.
	First, Second Word
	// Flags is the third word with its brackets; it may be absent.
	Flags Word
	// Rest is what follows the third word; httpd ignores it.
	Rest Word
}

// lackOf says what is wrong where the first argument is the only one.
func lackOf(first Word) string {
	const forms = "; write: RewriteRule pattern substitution [flags], or: RewriteCond text pattern [flags]"
	switch {
	case first.Quote != 0:
		return "the quote of the first argument is not closed, so that there is no second one" + forms
	case first.Text == "":
		return "two arguments are needed, and there is none" + forms
	}
	return "two arguments are needed, and there is only one" + forms
}

// SplitArgs splits the raw argument text of RewriteRule or RewriteCond. A word that opens with a quote ends at the next
// one like it, another at white space that no backslash precedes. The problems are those of kind BadArguments,
// MissingSpace, UnclosedQuote, MissingSecond and IgnoredText.
func SplitArgs(raw string) (Args, []Problem) {
	var a Args
	var problems []Problem
	s := splitter{raw: raw}
	a.First = s.word()
	if s.unended {
		return a, []Problem{{
			Offset: a.First.Start, End: a.First.End, Kind: BadArguments,
			Message: lackOf(a.First),
			HTTPD:   "bad argument line '" + raw + "'",
		}}
	}
	for _, next := range []*Word{&a.Second, &a.Flags, &a.Rest} {
		if s.missesSpace() {
			problems = append(problems, Problem{
				Offset: s.pos, End: s.pos + 1, Kind: MissingSpace,
				Message: "a new argument begins right after the closing quote; write a space between them, or put the quote at the end",
			})
		}
		if next == &a.Rest {
			break
		}
		*next = s.word()
		if next.Quote != 0 && s.unended {
			problems = append(problems, Problem{
				Offset: next.Start - 1, End: next.End, Kind: UnclosedQuote,
				Message: "the quote is not closed, so that the argument runs to the end of the line; close it",
			})
		}
	}
	if !a.Second.Present {
		problems = append(problems, Problem{
			Offset: a.First.Start, End: a.First.End, Kind: MissingSecond,
			Message: "there is no second argument; httpd takes it as empty because the first is quoted; write - for no substitution",
		})
		a.Second.Start, a.Second.End = len(raw), len(raw)
	}
	s.skipSpace()
	if s.pos < len(raw) {
		a.Rest = Word{Text: raw[s.pos:], Start: s.pos, End: len(raw), Present: true}
		problems = append(problems, Problem{
			Offset: s.pos, End: len(raw), Kind: IgnoredText,
			Message: "httpd ignores everything after the third argument; remove it, or quote the argument that it belongs to",
		})
	}
	return a, problems
}

// splitter walks over the raw text.
type splitter struct {
	raw string
	pos int
	// unended says that the last word ran to the end of the text instead of to a delimiter.
	unended bool
	quoted  bool
}

func isSpace(c byte) bool { return c == ' ' || '\t' <= c && c <= '\r' }

func (s *splitter) skipSpace() {
	for s.pos < len(s.raw) && isSpace(s.raw[s.pos]) {
		s.pos++
	}
}

// missesSpace says whether text follows the closing quote of the last word directly.
func (s *splitter) missesSpace() bool {
	return s.quoted && !s.unended && s.pos < len(s.raw) && !isSpace(s.raw[s.pos])
}

func (s *splitter) word() Word {
	s.skipSpace()
	w := Word{Present: s.pos < len(s.raw)}
	if w.Present && (s.raw[s.pos] == '"' || s.raw[s.pos] == '\'') {
		w.Quote = s.raw[s.pos]
		s.pos++
	}
	s.quoted = w.Quote != 0
	w.Start = s.pos
	for s.pos < len(s.raw) {
		c := s.raw[s.pos]
		if w.Quote != 0 && c == w.Quote || w.Quote == 0 && isSpace(c) {
			break
		}
		if c == '\\' && s.pos+1 < len(s.raw) && isSpace(s.raw[s.pos+1]) {
			s.pos++
		}
		s.pos++
	}
	w.End = s.pos
	w.Text = s.raw[w.Start:w.End]
	s.unended = s.pos >= len(s.raw)
	if !s.unended {
		s.pos++
	}
	return w
}
