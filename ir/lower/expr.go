package lower

import (
	"errors"

	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/ast"
	"github.com/lbconf/lbconf/parser/expr"
)

// exprPrefix stands before an expression in an argument.
const exprPrefix = "expr="

// condition reports where httpd refuses an expression that is true or false, and whether it takes it. httpd is what it
// prints before the reason.
func (l *lowering) condition(n *parser.Node, text ast.Text, httpd string) bool {
	_, err := expr.ParseCondition(text.String(), l.exprOptions())
	return l.expression(n, text, httpd, err)
}

// stringExpression is condition for an expression that is a text.
func (l *lowering) stringExpression(n *parser.Node, text ast.Text, httpd string) bool {
	_, err := expr.ParseString(text.String(), l.exprOptions())
	return l.expression(n, text, httpd, err)
}

func (l *lowering) exprOptions() expr.Options {
	return expr.Options{Modules: l.tree.HasModule, Restricted: l.tree.Context == parser.ContextHtaccess}
}

func (l *lowering) expression(n *parser.Node, text ast.Text, httpd string, err error) bool {
	failure, failed := errors.AsType[*expr.Error](err)
	if !failed {
		return true
	}
	span := text.Span(failure.Offset, max(failure.End, failure.Offset))
	if failure.End == failure.Offset {
		span = text.All() // the end is no place to point at
	}
	said := failure.HTTPD
	if said == expr.SyntaxError {
		said = httpd + said // before a reason of another kind httpd may say that the syntax is wrong, too
	}
	l.invalid(n, span, said, "", "the expression is refused: %s", failure.Message)
	return false
}
