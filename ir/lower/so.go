package lower

import (
	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser"
)

func soHandlers() map[string]handler {
	return map[string]handler{"LoadModule": lowerLoadModule}
}

func lowerLoadModule(l *lowering, n *parser.Node, _ place) ir.Item {
	if !l.words(n, 2, 2, "takes two arguments, a module name and the name of a shared object file to load it from") {
		return nil
	}
	return &ir.LoadModule{Node: node(n), Module: n.Words[0].String(), File: n.Words[1].String()}
}
