package lower

import (
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/clib"
)

func unixdHandlers() map[string]handler {
	return map[string]handler{
		"User":  lowerUser,
		"Group": word(ir.WordGroup),
	}
}

// lowerUser is mod_unixd: User name or User #id. httpd does not serve as root.
func lowerUser(l *lowering, n *parser.Node, at place) ir.Item {
	item := word(ir.WordUser)(l, n, at)
	if item == nil {
		return nil
	}
	name := n.Words[0].String()
	if id, numeric := strings.CutPrefix(name, "#"); name == "root" || numeric && clib.Atoi(id) == 0 {
		l.invalid(n, n.Words[0].Text.All(), "Apache has not been designed to serve pages while", "name a user without rights, such as www-data",
			"httpd does not serve as root, which %q is", name)
		return nil
	}
	return item
}
