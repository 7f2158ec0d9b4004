package lower

import (
	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/clib"
)

func deflateHandlers() map[string]handler {
	return map[string]handler{
		"DeflateCompressionLevel": lowerCompressionLevel,
		"DeflateAlterETag":        oneOf(ir.WordDeflateAlterETag, "DeflateAlterETAG accepts only 'NoChange', 'AddSuffix', and 'Remove'"),
	}
}

func lowerCompressionLevel(l *lowering, n *parser.Node, at place) ir.Item {
	if l.one(n) {
		if level := clib.Atoi(n.Words[0].String()); level < 1 || level > 9 {
			l.invalid(n, n.Words[0].Text.All(), "Compression Level must be between 1 and 9", "write a number from 1 to 9", "DeflateCompressionLevel cannot be %q", n.Words[0].String())
			return nil
		}
	}
	return number(ir.NumberDeflateCompressionLevel)(l, n, at)
}
