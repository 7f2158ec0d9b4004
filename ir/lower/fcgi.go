package lower

import (
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser"
)

func fcgiHandlers() map[string]handler {
	return map[string]handler{
		"ProxyFCGIBackendType": oneOf(ir.WordProxyFCGIBackendType, "ProxyFCGIBackendType requires one of the following arguments: 'GENERIC', 'FPM'"),
		"ProxyFCGISetEnvIf":    lowerFCGISetEnvIf,
	}
}

// lowerFCGISetEnvIf is ProxyFCGISetEnvIf condition [!]name [value].
func lowerFCGISetEnvIf(l *lowering, n *parser.Node, _ place) ir.Item {
	refused := func(i int) string { return "Could not parse expression \"" + n.Words[i].String() + "\": " }
	if !l.condition(n, n.Words[0].Text, refused(0)) {
		return nil
	}
	item := &ir.FCGISetEnvIf{Node: node(n), Condition: n.Words[0].String()}
	name := n.Words[1].String()
	item.Name, item.Unset = strings.CutPrefix(name, "!")
	if len(n.Words) == 3 {
		item.Value = n.Words[2].String()
	}
	ok := true
	switch {
	case item.Unset && len(n.Words) == 3:
		ok = l.badWord(n, 2, "Third argument (\""+item.Value+"\") is not allowed when using ProxyFCGISetEnvIf's unset mode ("+name+")",
			"remove the value, or the ! before the name")
	case name == "!":
		ok = l.badWord(n, 1, "ProxyFCGISetEnvIf: \"!\" is not a valid variable name", "write !NAME")
	case len(n.Words) == 3:
		ok = l.stringExpression(n, n.Words[2].Text, refused(2))
	}
	if !ok {
		return nil
	}
	return item
}
