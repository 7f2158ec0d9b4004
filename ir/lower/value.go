package lower

import (
	"strconv"
	"strings"
	"time"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/clib"
)

// values say what directives take that are not modelled, by lower-case name.
type values struct {
	checks map[string]check
	placed map[string]placedCheck
	named  map[string]namedFile
}

// value reports whether a directive that is not modelled has values that httpd takes.
func (l *lowering) value(n *parser.Node, as known, at place) bool {
	if as.check != nil && !as.check(l, n) {
		return false
	}
	return as.placed == nil || at.unsure || as.placed(l, n, at)
}

// first returns the first argument, an empty one where there is none.
func first(n *parser.Node) parser.Word {
	if len(n.Words) == 0 {
		return parser.Word{}
	}
	return n.Words[0]
}

// wrong reports a word that httpd does not take. In its text %s is that word.
func (l *lowering) wrong(n *parser.Node, w parser.Word, httpd, help string) bool {
	span := w.Text.All()
	if w.Text.Len() == 0 {
		span = n.Span()
	}
	l.invalid(n, span, strings.ReplaceAll(httpd, "%s", w.String()), help, "%s cannot be %q", n.Name, w.String())
	return false
}

// keyword is one of a few words, in any case of their letters.
func keyword(httpd string, words ...string) check {
	return func(l *lowering, n *parser.Node) bool {
		return contains(words, first(n).String()) || l.wrong(n, first(n), httpd, "write one of "+strings.Join(words, ", "))
	}
}

// switchedBy is On or Off for a directive that reads the word itself.
func switchedBy(httpd string) check { return keyword(httpd, "On", "Off") }

// atoi is a number that httpd reads with atoi, between least and most.
func atoi(least, most int, httpd string) check {
	return func(l *lowering, n *parser.Node) bool {
		number := clib.Atoi(first(n).String())
		return number >= least && number <= most || l.wrong(n, first(n), httpd, wholeNumber(int64(least), int64(most)))
	}
}

// maxInt is the largest int of C.
const maxInt = 1<<31 - 1

// atoiOrZero is atoi for a directive in which 0 means a default.
func atoiOrZero(least int, httpd string) check {
	return func(l *lowering, n *parser.Node) bool {
		number := clib.Atoi(first(n).String())
		return number >= least || number == 0 || l.wrong(n, first(n), httpd,
			"write a whole number, "+strconv.Itoa(least)+" or more, or 0 for the default of the system")
	}
}

// strtoff is a number of 64 bits between least and most, of which what follows the digits is ignored.
func strtoff(least, most int64, httpd string) check {
	return func(l *lowering, n *parser.Node) bool {
		number, _, ok := clib.Strtoll(first(n).String())
		return ok && number >= least && number <= most || l.wrong(n, first(n), httpd, wholeNumber(least, most))
	}
}

// digits is strtoff for a number behind which nothing may stand.
func digits(least, most int64, httpd string) check {
	return func(l *lowering, n *parser.Node) bool {
		number, rest, ok := clib.Strtoll(first(n).String())
		return ok && rest == "" && number >= least && number <= most || l.wrong(n, first(n), httpd, wholeNumber(least, most))
	}
}

// parsable is a number that is not negative, and of which httpd says first whether 64 bits hold it.
func parsable(httpd, negative string) check {
	return func(l *lowering, n *parser.Node) bool {
		_, _, ok := clib.Strtoll(first(n).String())
		return (ok || l.wrong(n, first(n), httpd, wholeNumber(0, maxOff))) && digits(0, maxOff, negative)(l, n)
	}
}

// maxOff is the largest size of a file.
const maxOff = 1<<63 - 1

func wholeNumber(least, most int64) string {
	text := "write a whole number, " + strconv.FormatInt(least, 10)
	if most == maxInt || most == maxOff {
		return text + " or more"
	}
	return text + " to " + strconv.FormatInt(most, 10)
}

// interval is a time with an optional unit.
func interval(httpd string) check {
	return func(l *lowering, n *parser.Node) bool {
		_, ok := ir.ParseInterval(first(n).String(), time.Second)
		return ok || l.wrong(n, first(n), httpd, "write a whole number of seconds, or one with a unit: 500ms, 5s, 5min, 1h")
	}
}

// intervalWithin is interval with bounds, which httpd words otherwise.
func intervalWithin(least, most time.Duration, malformed, httpd string) check {
	return func(l *lowering, n *parser.Node) bool {
		if !interval(malformed)(l, n) {
			return false
		}
		d, _ := ir.ParseInterval(first(n).String(), time.Second)
		return d >= least && d <= most || l.wrong(n, first(n), httpd, "write a time from "+least.String()+" to "+most.String())
	}
}

// stringIn is a text with expressions in it.
func stringIn(httpd string) check {
	return func(l *lowering, n *parser.Node) bool {
		return l.stringExpression(n, first(n).Text, strings.ReplaceAll(httpd, "%s", first(n).String()))
	}
}

// pattern is a regular expression.
func pattern(httpd string) check {
	return func(l *lowering, n *parser.Node) bool {
		_, ok := l.regex(n, first(n), httpd)
		return ok
	}
}

// all is one check behind the other.
func all(checks ...check) check {
	return func(l *lowering, n *parser.Node) bool {
		for _, c := range checks {
			if !c(l, n) {
				return false
			}
		}
		return true
	}
}
