package lower

import (
	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/clib"
)

// lowerErrorDocument is core: ErrorDocument status target.
func lowerErrorDocument(l *lowering, n *parser.Node, _ place) ir.Item {
	const shape = "takes two arguments, Change responses for HTTP errors"
	if len(n.Words) == 2 && n.Words[1].String() == "" {
		l.invalid(n, n.Span(), "ErrorDocument "+shape, "write a text, a path, a URL or default", "ErrorDocument needs a target, and \"\" is none")
		return nil
	}
	if !l.words(n, 2, 2, shape) {
		return nil
	}
	written := n.Words[0].String()
	item := &ir.ErrorDocument{Node: node(n), Status: clib.Atoi(written), Target: n.Words[1].String()}
	if !ir.HasErrorPage(item.Status) {
		l.invalid(n, n.Words[0].Text.All(), "Unsupported HTTP response code "+written, "write a status that httpd has a page for, as 404",
			"ErrorDocument has no status %q", written)
		return nil
	}
	if !l.stringExpression(n, n.Words[1].Text, "Cannot parse expression in ErrorDocument: ") {
		return nil
	}
	return item
}
