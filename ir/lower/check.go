package lower

import (
	"strings"

	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/clib"
)

// check reports whether httpd takes the arguments of a directive that is not modelled, of which there are as many as it
// wants, and says why not.
type check func(l *lowering, n *parser.Node) bool

// checks returns those of all modules by lower-case name, a section's with < before it.
func checks() map[string]check {
	all := map[string]check{}
	for _, module := range []map[string]check{
		coreChecks(), mpmChecks(), httpChecks(), filterChecks(), cacheChecks(), contentChecks(), proxyChecks(), sslChecks(),
		authnChecks(), basicChecks(), digestChecks(), formChecks(), socacheChecks(), ldapChecks(), fcgiChecks(), methodChecks(), logChecks(),
	} {
		for name, c := range module {
			all[clib.ToLower(name)] = c
		}
	}
	return all
}

// placedCheck is a check of a directive that takes other arguments in a section of requests.
type placedCheck func(l *lowering, n *parser.Node, at place) bool

// placedChecks returns those of all modules by lower-case name.
func placedChecks() map[string]placedCheck {
	all := map[string]placedCheck{}
	for _, module := range []map[string]placedCheck{aliasChecks(), cachePlacedChecks(), indexChecks(), smartFilterChecks()} {
		for name, c := range module {
			all[clib.ToLower(name)] = c
		}
	}
	return all
}

// notNegative is a number that httpd reads with atoi. In its text %s is what stands in the configuration.
func notNegative(httpd string) check {
	return func(l *lowering, n *parser.Node) bool {
		if len(n.Words) == 0 {
			return true
		}
		text := n.Words[0].String()
		if clib.Atoi(text) >= 0 {
			return true
		}
		l.invalid(n, n.Words[0].Text.All(), strings.ReplaceAll(httpd, "%s", text), "write a whole number from 0 to 2147483647",
			"%s cannot be %q", n.Name, text)
		return false
	}
}

// deprecated is a directive that httpd knows in order to refuse it.
func deprecated(httpd, instead string) check {
	return func(l *lowering, n *parser.Node) bool {
		l.invalid(n, n.NameSpan(), httpd, "write "+instead, "%s is no longer a directive", n.Name)
		return false
	}
}

// modeWith is one word of a list and, behind it, flags of another, both without regard to case.
func modeWith(modes, flags []string) check {
	return func(l *lowering, n *parser.Node) bool {
		legal := modes
		for i := range max(1, len(n.Words)) {
			word, span := "", n.Span()
			if i < len(n.Words) {
				word, span = n.Words[i].String(), n.Words[i].Text.All()
			}
			if !contains(legal, word) {
				l.invalid(n, span, canonical(n)+": Invalid argument '"+word+"'", "write one of "+strings.Join(legal, ", "),
					"%s does not know %q", n.Name, word)
				return false
			}
			legal = flags
		}
		return true
	}
}

// oneWord is one of a list of words without regard to case. In httpd's text %s is what stands in the configuration.
func oneWord(httpd string, legal ...string) check {
	return func(l *lowering, n *parser.Node) bool {
		if len(n.Words) == 0 || contains(legal, n.Words[0].String()) {
			return true
		}
		word := n.Words[0].String()
		l.invalid(n, n.Words[0].Text.All(), strings.ReplaceAll(httpd, "%s", word), "write one of "+strings.Join(legal, ", "),
			"%s does not know %q", n.Name, word)
		return false
	}
}
