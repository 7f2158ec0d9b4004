package lower

import (
	"github.com/lbconf/lbconf/parser"
)

// stops is Error, with which a configuration stops httpd itself: in a condition that must not hold, mostly.
func stops(l *lowering, n *parser.Node) bool {
	said := n.Args.String()
	if said == "" {
		l.invalid(n, n.NameSpan(), "The Error directive was used with no message.", "write Error \"why\", or remove the line", "Error has no message, and stops httpd all the same")
		return false
	}
	if last := len(said) - 1; last > 0 && (said[0] == '"' || said[0] == '\'') && said[0] == said[last] {
		said = said[1:last]
	}
	l.invalid(n, n.Span(), said, "do what the message asks for, or remove the line", "the configuration stops httpd here: %s", said)
	return false
}
