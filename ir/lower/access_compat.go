package lower

import (
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/subnet"
)

func accessHandlers() map[string]handler {
	return map[string]handler{
		"Order":   lowerOrder,
		"Satisfy": lowerSatisfy,
		"Allow":   allow(false),
		"Deny":    allow(true),
	}
}

func lowerOrder(l *lowering, n *parser.Node, _ place) ir.Item {
	const shape = "takes one argument, 'allow,deny', 'deny,allow', or 'mutual-failure'"
	if !l.words(n, 1, 1, shape) {
		return nil
	}
	value := clib.ToLower(n.Words[0].String())
	if !contains([]string{"allow,deny", "deny,allow", "mutual-failure"}, value) {
		l.invalid(n, n.Words[0].Text.All(), "unknown order", "write Order allow,deny or Order deny,allow, without a space", "Order does not know %q", value)
		return nil
	}
	return &ir.AccessOrder{Node: node(n), Value: value}
}

func lowerSatisfy(l *lowering, n *parser.Node, _ place) ir.Item {
	if !l.one(n) {
		return nil
	}
	value := clib.ToLower(n.Words[0].String())
	if value != "all" && value != "any" {
		l.invalid(n, n.Words[0].Text.All(), "Satisfy either 'any' or 'all'.", "write Satisfy any or Satisfy all", "Satisfy does not know %q", value)
		return nil
	}
	return &ir.AccessOrder{Node: node(n), Satisfy: true, Value: value}
}

// allow is Allow or Deny.
func allow(deny bool) func(*lowering, *parser.Node, place) ir.Item {
	return func(l *lowering, n *parser.Node, _ place) ir.Item {
		if !l.words(n, 2, -1, "requires at least two arguments, 'from' followed by hostnames or IP-address wildcards") {
			return nil
		}
		if !clib.EqualFold(n.Words[0].String(), "from") {
			l.invalid(n, n.Words[0].Text.All(), "allow and deny must be followed by 'from'", "write "+n.Name+" from "+n.Words[0].String(),
				"%s needs the word from", n.Name)
			return nil
		}
		for _, w := range n.Words[1:] {
			if problem := hostProblem(w.String()); problem != "" {
				l.invalid(n, w.Text.All(), problem, "write all, a host name, 192.0.2.1, 192.0.2 or 192.0.2.0/24", "%q is no address or network", w.String())
				return nil
			}
		}
		return &ir.AccessRule{Node: node(n), Deny: deny, From: texts(n.Words[1:])}
	}
}

// hostProblem says what is wrong with a word behind from: what is neither all, a variable nor an address is a name.
func hostProblem(s string) string {
	if clib.EqualFold(s, "all") || clib.HasPrefixFold(s, "env=") {
		return ""
	}
	switch {
	case s == "":
		return "" // a name that no client has
	case strings.Contains(s, "/"):
		if problem := addressProblem(s); problem != subnet.ErrAddress.Error() {
			return problem
		}
		return "An IP address was expected"
	case strings.Trim(s, "0123456789.") == "", strings.Contains(s, ":"):
		return addressProblem(s)
	}
	return ""
}
