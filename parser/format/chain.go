package format

import (
	"regexp"

	"github.com/lbconf/lbconf/parser/ast"
	"github.com/lbconf/lbconf/parser/clib"
)

// chains matches the actions of a rule of ModSecurity that is judged together with the next rule.
var chains = regexp.MustCompile(`[",\s]chain["',\s]*$|[",\s]chain,`)

// chained returns how many rules of ModSecurity a directive continues. Each is moved by one more indentation, as their
// authors do, since nothing else shows that a rule is only a part of one.
func (p *printer) chained(d *ast.Directive) int {
	if !clib.EqualFold(d.Name.String(), "SecRule") {
		p.chain = 0
		if !clib.EqualFold(d.Name.String(), "SecAction") {
			return 0
		}
	}
	depth := p.chain
	if chains.MatchString(d.Args.String()) {
		p.chain++
	} else {
		p.chain = 0
	}
	return depth
}
