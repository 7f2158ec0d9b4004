package lower

import (
	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser"
)

func healthHandlers() map[string]handler {
	return map[string]handler{
		"ProxyHCTPsize": {inMain, lowerHealthChecksAtOnce},
	}
}

func lowerHealthChecksAtOnce(l *lowering, n *parser.Node, at place) ir.Item {
	item, ok := number(ir.NumberProxyHCTPsize)(l, n, at).(*ir.Number)
	if !ok {
		return nil
	}
	if item.Value < 0 {
		l.invalid(n, n.Words[0].Text.All(), "Invalid ProxyHCTPsize parameter. Parameter must be >= 0", "write the number of checks that may run at a time",
			"ProxyHCTPsize cannot be %q", item.Written)
		return nil
	}
	return item
}
