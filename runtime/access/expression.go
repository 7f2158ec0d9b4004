package access

import (
	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/expr"
	"github.com/lbconf/lbconf/runtime/eval"
)

// expression is Require expr.
type expression struct{ *eval.Condition }

func (e expression) decide(x *Request) verdict {
	if e.Holds(x.Vars, &x.room) {
		return granting
	}
	return denying
}

// expression compiles Require expr. What is not known when access is decided cannot be asked for.
func (c *compiler) expression(r *ir.Require) rule {
	if len(r.Args) != 1 {
		c.problem(r, "Require expr has no expression: write one, such as Require expr \"%%{REQUEST_URI} =~ m#^/a#\"")
		return denied{}
	}
	parsed, err := expr.ParseCondition(r.Args[0], expr.Options{})
	if err != nil {
		c.problem(r, "the expression of Require expr does not parse: %v", err)
		return denied{}
	}
	for word := range expr.Words(parsed) {
		if v, ok := word.(*expr.Variable); ok {
			switch v.Name {
			case "REMOTE_USER", "AUTH_TYPE":
				c.problem(r, "Require expr asks for %%{%s}, and this server authenticates nobody: leave that to a server that does", v.Name)
				return denied{}
			case "REQUEST_FILENAME", "SCRIPT_FILENAME", "PATH_INFO":
				c.problem(r, "Require expr asks for %%{%s}, which this server finds out only behind the decision: ask for %%{REQUEST_URI}", v.Name)
				return denied{}
			}
		}
	}
	condition, err := eval.CompileCondition(parsed, c.server)
	if err != nil {
		c.problem(r, "Require expr: %v", err)
		return denied{}
	}
	return expression{condition}
}
