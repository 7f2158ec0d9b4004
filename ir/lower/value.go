package lower

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/clib"
)

// values say what directives take that are not modelled, by lower-case name.
type values struct {
	keywords map[string]keyword
	bounds   map[string]bound
	patterns map[string]patternArg
	checks   map[string]check
}

// keyword is a directive that is not modelled and takes one of a few words.
type keyword struct {
	// httpd is what it says to any other word.
	httpd string
	// words are legal, in any case of their letters.
	words []string
}

// keywords returns those directives by lower-case name. The words are those that 2.4.71 accepts.
func keywords() map[string]keyword {
	switches := []string{"On", "Off"}
	return map[string]keyword{
		"allowencodedslashes": {"AllowEncodedSlashes must be On, Off, or NoDecode", []string{"On", "Off", "NoDecode"}},
		"h2copyfiles":         {"value must be On or Off", switches},
		"h2direct":            {"value must be On or Off", switches},
		"h2moderntlsonly":     {"value must be On or Off", switches},
		"h2push":              {"value must be On or Off", switches},
		"h2upgrade":           {"value must be On or Off", switches},
		"hostnamelookups":     {"parameter must be 'on', 'off', or 'double'", []string{"On", "Off", "Double"}},
		"proxybadheader":      {"ProxyBadHeader must be one of: IsError | Ignore | StartBody", []string{"IsError", "Ignore", "StartBody"}},
	}
}

// bound is a directive that is not modelled and takes a whole number that is not below least, unless it is 0 and that means
// a default.
type bound struct {
	httpd string
	least int
	zero  bool
}

// bounds returns those directives by lower-case name. httpd reads them with atoi.
func bounds() map[string]bound {
	return map[string]bound{
		"proxyreceivebuffersize": {"ProxyReceiveBufferSize must be >= 512 bytes, or 0 for system default.", 512, true},
		"h2maxsessionstreams":    {"value must be > 0", 1, false},
	}
}

// patterns returns which argument of a directive that is not modelled is a regular expression, by lower-case name, and what
// httpd says to one that does not compile.
func patterns() map[string]patternArg {
	return map[string]patternArg{
		"redirectmatch":    {-2, "Regular expression could not be compiled."},
		"scriptaliasmatch": {0, "Regular expression could not be compiled."},
	}
}

// patternArg is the place of the argument, counted from the end where it is negative.
type patternArg struct {
	at    int
	httpd string
}

// value reports whether a directive that is not modelled has a value that httpd takes.
func (l *lowering) value(n *parser.Node) bool {
	if c := l.values.checks[checkKey(n)]; c != nil && !c(l, n) {
		return false
	}
	if len(n.Words) == 0 || n.Section {
		return true
	}
	key, first := n.Key(), n.Words[0].String()
	if k, ok := l.values.keywords[key]; ok && !slices.ContainsFunc(k.words, func(w string) bool { return clib.EqualFold(w, first) }) {
		l.invalid(n, n.Words[0].Text.All(), strings.ReplaceAll(k.httpd, "%s", first), "write one of "+strings.Join(k.words, ", "),
			"%s does not know %q", n.Name, first)
		return false
	}
	if b, ok := l.values.bounds[key]; ok {
		if number := clib.Atoi(first); number < b.least && (number != 0 || !b.zero) {
			help := "write a whole number, " + strconv.Itoa(b.least) + " or more"
			if b.zero {
				help += ", or 0 for the default of the system"
			}
			l.invalid(n, n.Words[0].Text.All(), b.httpd, help, "%s cannot be %q", n.Name, first)
			return false
		}
	}
	if key == "asyncrequestworkerfactor" {
		return l.factor(n, first)
	}
	if p, ok := l.values.patterns[key]; ok {
		at := p.at
		if at < 0 {
			at += len(n.Words)
		}
		if at >= 0 && at < len(n.Words) {
			_, ok := l.regex(n, n.Words[at], p.httpd)
			return ok
		}
	}
	return true
}

// factor reports whether httpd takes the argument of AsyncRequestWorkerFactor, which it reads with strtod.
func (l *lowering) factor(n *parser.Node, text string) bool {
	httpd := "AsyncRequestWorkerFactor argument must be a positive number"
	number, err := strconv.ParseFloat(text, 64)
	switch {
	case err != nil && !errors.Is(err, strconv.ErrRange):
		httpd = "error parsing value"
	case number > 0:
		return true
	}
	l.invalid(n, n.Words[0].Text.All(), httpd, "write a number above 0, such as 2", "%s cannot be %q", n.Name, text)
	return false
}
