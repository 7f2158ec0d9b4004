package rewrite

import (
	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/rewrite"
	"github.com/lbconf/lbconf/runtime/eval"
	"github.com/lbconf/lbconf/runtime/internal/regex"
)

// cond is a compiled RewriteCond.
type cond struct {
	item    *ir.RewriteCond
	test    template
	holds   test
	negated bool
	orNext  bool
	// varied are the fields of the request that the test string names, but for Host; expression says that the condition is
	// one, which knows them itself.
	varied     []string
	expression bool
}

// test is what a condition asks of its test string.
type test interface {
	holds(s *State, value []byte, negated bool) bool
}

func (c *compiler) cond(item *ir.RewriteCond) cond {
	parsed := item.Cond
	out := cond{item: item, negated: parsed.Negated, orNext: parsed.OrNext}
	switch pattern := parsed.Pattern.(type) {
	case *rewrite.Regex:
		if m := c.pattern(item, pattern.Pattern); m != nil {
			out.holds = regexTest{m}
		}
	case *rewrite.StringCompare:
		out.holds = stringTest{pattern.Op, pattern.Operand, parsed.NoCase}
	case *rewrite.IntegerCompare:
		out.holds = integerTest{pattern.Op, pattern.Value}
	case *rewrite.FileTest:
		if pattern.Kind == rewrite.SubrequestFile || pattern.Kind == rewrite.SubrequestURI {
			c.problem(item, "RewriteCond %s needs a subrequest, which this server does not make: test the path itself", parsed.PatternText)
		}
		out.holds = fileTest{pattern.Kind}
	case *rewrite.Expression:
		out.holds = c.expression(item, pattern)
		out.expression = !parsed.NoVary
		return out
	case nil:
		c.problem(item, "the condition does not parse: lint says where")
	}
	out.test = c.template(item, parsed.Test)
	for _, part := range parsed.Test.Parts {
		field, ok := part.(*rewrite.Var)
		if ok && field.Kind == rewrite.HeaderVar && !clib.EqualFold(field.Name, "Host") && !parsed.NoVary {
			out.varied = append(out.varied, field.Name)
		}
	}
	return out
}

// note notes the fields that a condition has looked at, where they are there (mod_rewrite: vary_this).
func (c *cond) note(s *State) {
	for _, name := range c.varied {
		if s.x.Request.Fields.Has(name) {
			s.varied = append(s.varied, name)
		}
	}
}

// exprTest is an expression, which has no test string.
type exprTest struct{ *eval.Condition }

func (c *compiler) expression(item *ir.RewriteCond, pattern *rewrite.Expression) test {
	condition, err := eval.ParseCondition(pattern.Text, c.options.Server)
	if err != nil {
		c.problem(item, "RewriteCond expr: %v", err)
		return nil
	}
	return exprTest{condition}
}

func (t exprTest) holds(s *State, _ []byte, negated bool) bool {
	s.vars.Filename, s.vars.Query = s.value, s.query
	ok := t.Holds(&s.vars, &s.expr)
	if subject, groups := s.expr.Groups(); ok && !negated && subject != nil {
		// What the expression captured outlives the next one.
		s.cond.subject, s.cond.groups = s.x.Copy(subject), append(s.cond.groups[:0], groups...)
	}
	return ok
}

type regexTest struct{ match *regex.Regexp }

func (t regexTest) holds(s *State, value []byte, negated bool) bool {
	groups, ok := t.match.MatchBytes(value, s.spare)
	s.spare = groups
	if ok && !negated {
		s.cond.subject, s.cond.groups, s.spare = value, groups, s.cond.groups
	}
	return ok
}

type stringTest struct {
	op      rewrite.CompareOp
	operand string
	noCase  bool
}

func (t stringTest) holds(_ *State, value []byte, _ bool) bool {
	var order int
	switch {
	case t.noCase:
		order = clib.CompareFold(value, t.operand)
	case t.op != rewrite.Equal && len(value) != len(t.operand):
		// httpd compares lengths before it compares bytes.
		order = len(value) - len(t.operand)
	default:
		order = compare(value, t.operand)
	}
	return ordered(t.op, order)
}

type integerTest struct {
	op    rewrite.CompareOp
	value int
}

func (t integerTest) holds(_ *State, value []byte, _ bool) bool {
	return ordered(t.op, clib.Atoi(value)-t.value)
}

func ordered(op rewrite.CompareOp, order int) bool {
	switch op {
	case rewrite.Equal:
		return order == 0
	case rewrite.NotEqual:
		return order != 0
	case rewrite.Less:
		return order < 0
	case rewrite.Greater:
		return order > 0
	case rewrite.LessEqual:
		return order <= 0
	case rewrite.GreaterEqual:
		return order >= 0
	}
	return false
}

func compare(a []byte, b string) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return int(a[i]) - int(b[i])
		}
	}
	return len(a) - len(b)
}

type fileTest struct{ kind rewrite.FileKind }

func (t fileTest) holds(_ *State, value []byte, _ bool) bool {
	return eval.FileHas(byte(t.kind), value, t.kind == rewrite.IsLink)
}
