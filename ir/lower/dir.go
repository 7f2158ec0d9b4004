package lower

import (
	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser"
)

func dirHandlers() map[string]handler {
	return map[string]handler{
		"DirectoryIndex": lowerList(ir.WordsDirectoryIndex),
		"DirectorySlash": flag(ir.SwitchDirectorySlash),
	}
}

// lowerList is a directive with words of which none is refused.
func lowerList(name ir.WordsName) func(*lowering, *parser.Node, place) ir.Item {
	return func(_ *lowering, n *parser.Node, _ place) ir.Item {
		return &ir.Words{Node: node(n), Name: name, Values: texts(n.Words)}
	}
}
