package expr

import (
	"strings"

	"github.com/lbconf/lbconf/parser/pcre"
)

// maxDepth bounds how deep conditions may stand in each other, so that a hostile text cannot use up the stack. httpd has
// no such bound when it reads, and gives up at 20 levels when it evaluates.
const maxDepth = 1000

// Options say how an expression is read. The zero value is that of the server configuration with all modules.
type Options struct {
	// Modules says which modules are loaded by identifier ("ssl_module"); nil assumes all.
	Modules Modules
	// Restricted is a .htaccess, where httpd refuses what looks at files.
	Restricted bool
}

// ParseCondition reads an expression that is true or false. The error is an *Error.
func ParseCondition(src string, o Options) (Condition, error) {
	p := &parser{scanner: scanner{src: src}, options: o}
	condition, err := p.whole()
	if err = p.verdict(err); err != nil {
		return nil, err
	}
	return condition, nil
}

// ParseString reads an expression that is a text with variables in it. The error is an *Error.
func ParseString(src string, o Options) (Word, error) {
	p := &parser{scanner: scanner{src: src, state: inString}, options: o}
	word, err := p.parts(end)
	if err = p.verdict(err); err != nil {
		return nil, err
	}
	return word, nil
}

// parser reads an expression by recursive descent: the precedence is or, and, not, comparison.
type parser struct {
	scanner
	options Options
	// ahead is the next token where filled says so.
	ahead  token
	filled bool
	depth  int
	// unknown is the last name that nobody knows, or what such a name is given: httpd reads on behind it and keeps the last
	// complaint.
	unknown *Error
}

// verdict is what httpd says at last: an error at which it stopped, or what it noted before.
func (p *parser) verdict(stopped *Error) *Error {
	if stopped != nil {
		return stopped
	}
	return p.unknown
}

// noteWord notes an error at which httpd does not stop.
func (p *parser) noteWord(w Word, err *Error) (Word, *Error) {
	if err != nil {
		p.unknown = err
		return &Variable{}, nil
	}
	return w, nil
}

// noteCondition is noteWord for a condition.
func (p *parser) noteCondition(c Condition, err *Error) (Condition, *Error) {
	if err != nil {
		p.unknown = err
		return &Constant{}, nil
	}
	return c, nil
}

func (p *parser) peek() (token, *Error) {
	if !p.filled {
		t, err := p.next()
		if err != nil {
			return t, err
		}
		p.ahead, p.filled = t, true
	}
	return p.ahead, nil
}

// take returns the next token and goes on behind it.
func (p *parser) take() (token, *Error) {
	t, err := p.peek()
	p.filled = false
	return t, err
}

// accept takes the next token where it is of a kind and, unless that is empty, has a text.
func (p *parser) accept(k kind, what string) (token, bool, *Error) {
	t, err := p.peek()
	if err != nil || t.kind != k || what != "" && t.text != what {
		return t, false, err
	}
	p.filled = false
	return t, true, nil
}

func (p *parser) expect(k kind, what string) (token, *Error) {
	t, ok, err := p.accept(k, what)
	if err == nil && !ok {
		err = p.unexpected(t, what)
	}
	return t, err
}

// unexpected is the error of a token that cannot stand where it does.
func (p *parser) unexpected(t token, wanted string) *Error {
	missing := ""
	if wanted != "" {
		missing = ": " + wanted + " is missing"
	}
	written := p.src[t.start:t.end]
	if t.kind == end {
		return t.failf(SyntaxError, "the expression ends too early%s", missing)
	}
	if t.kind == name {
		return t.failf(SyntaxError, "%q is neither a variable nor a text: write %%{%s} or '%s'", written, strings.ToUpper(written), written)
	}
	return t.failf(SyntaxError, "%q cannot stand here%s", written, missing)
}

func (p *parser) whole() (Condition, *Error) {
	condition, err := p.or()
	if err != nil {
		return nil, err
	}
	if _, err := p.expect(end, ""); err != nil {
		return nil, err
	}
	return condition, nil
}

func (p *parser) or() (Condition, *Error) {
	p.depth++
	defer func() { p.depth-- }()
	return p.chain(logicalOr, p.and, func(left, right Condition) Condition { return &Or{left, right} })
}

func (p *parser) and() (Condition, *Error) {
	return p.chain(logicalAnd, p.not, func(left, right Condition) Condition { return &And{left, right} })
}

// chain reads conditions with an operator between them.
func (p *parser) chain(op kind, one func() (Condition, *Error), join func(left, right Condition) Condition) (Condition, *Error) {
	var all []Condition
	for {
		condition, err := one()
		if err != nil {
			return nil, err
		}
		all = append(all, condition)
		if _, more, err := p.accept(op, ""); err != nil {
			return nil, err
		} else if !more {
			break
		}
	}
	last := len(all) - 1
	whole := all[last]
	for i := last - 1; i >= 0; i-- {
		whole = join(all[i], whole)
	}
	return whole, nil
}

func (p *parser) not() (Condition, *Error) {
	t, negated, err := p.accept(logicalNot, "")
	if err != nil {
		return nil, err
	}
	if !negated {
		return p.primary()
	}
	if p.depth++; p.depth > maxDepth {
		return nil, tooDeep(t)
	}
	defer func() { p.depth-- }()
	of, err := p.not()
	if err != nil {
		return nil, err
	}
	return &Not{of}, nil
}

func tooDeep(t token) *Error {
	return t.failf("memory exhausted", "the expression is more than %d levels deep: write it in several", maxDepth)
}

func (p *parser) primary() (Condition, *Error) {
	t, err := p.peek()
	if err != nil {
		return nil, err
	}
	if p.depth > maxDepth {
		return nil, tooDeep(t)
	}
	switch {
	case t.kind == truth:
		p.filled = false
		return &Constant{t.text == "true"}, nil
	case t.kind == unary:
		p.filled = false
		operand, err := p.word()
		if err != nil {
			return nil, err
		}
		return p.noteCondition(p.test(t.text, operand, t))
	case t.kind == punctuation && t.text == "(":
		p.filled = false
		condition, err := p.or()
		if err != nil {
			return nil, err
		}
		if _, err := p.expect(punctuation, ")"); err != nil {
			return nil, err
		}
		return condition, nil
	}
	return p.comparison()
}

// comparison reads what begins with a word.
func (p *parser) comparison() (Condition, *Error) {
	left, err := p.word()
	if err != nil {
		return nil, err
	}
	t, err := p.take()
	if err != nil {
		return nil, err
	}
	switch t.kind {
	case match:
		return p.match(left, t)
	case in:
		return p.member(left)
	case operator, binary:
		right, err := p.word()
		if err != nil {
			return nil, err
		}
		if t.kind == binary {
			return p.noteCondition(relation(t.text, left, right, t))
		}
		return compare(t.text, left, right), nil
	case end, quote, unquote, text, varBegin, varEnd, backRef, name, number, pattern, unary, logicalOr, logicalAnd, logicalNot,
		truth, concat, punctuation:
	}
	return nil, p.unexpected(t, "an operator such as == or =~")
}

func compare(op string, left, right Word) *Compare {
	c := &Compare{Left: left, Right: right, Integer: isLetter(op[0])}
	switch op {
	case "==", "=", "eq":
		c.Op = Equal
	case "!=", "ne":
		c.Op = NotEqual
	case "<", "lt":
		c.Op = Less
	case "<=", "le":
		c.Op = LessEqual
	case ">", "gt":
		c.Op = Greater
	case ">=", "ge":
		c.Op = GreaterEqual
	}
	return c
}

func (p *parser) match(word Word, op token) (Condition, *Error) {
	t, ok, err := p.accept(pattern, "")
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, p.unexpected(t, "a regular expression such as /^a/ or m#^a#")
	}
	options := pcre.DefaultOptions()
	options.Caseless = t.noCase
	re, failure := pcre.ParseOptions(t.text, options)
	if failure != nil {
		return nil, t.failf("Failed to compile regular expression", "the regular expression is refused: %v", failure)
	}
	return &Match{Word: word, Pattern: re, Negated: op.text == "!~"}, nil
}

// member reads what follows in.
func (p *parser) member(word Word) (Condition, *Error) {
	if function, ok, err := p.accept(name, ""); err != nil {
		return nil, err
	} else if ok {
		argument, err := p.argument()
		if err != nil {
			return nil, err
		}
		if !strings.EqualFold(function.text, "PeerExtList") || !p.loaded("ssl_module") {
			return p.noteCondition(nil, unknown("List-returning function", "function", function.text, "", function, ""))
		}
		return &Member{word, []Word{argument}, "peerextlist"}, nil
	}
	if _, err := p.expect(punctuation, "{"); err != nil {
		return nil, err
	}
	var list []Word
	for {
		element, err := p.word()
		if err != nil {
			return nil, err
		}
		list = append(list, element)
		if _, more, err := p.accept(punctuation, ","); err != nil {
			return nil, err
		} else if !more {
			break
		}
	}
	if _, err := p.expect(punctuation, "}"); err != nil {
		return nil, err
	}
	return &Member{Word: word, List: list}, nil
}

// argument reads what stands in the brackets of a function.
func (p *parser) argument() (Word, *Error) {
	if _, err := p.expect(punctuation, "("); err != nil {
		return nil, err
	}
	if p.depth++; p.depth > maxDepth {
		return nil, tooDeep(p.ahead)
	}
	defer func() { p.depth-- }()
	argument, err := p.word()
	if err != nil {
		return nil, err
	}
	_, err = p.expect(punctuation, ")")
	return argument, err
}

// word reads words that are joined by dots.
func (p *parser) word() (Word, *Error) {
	var all []Word
	for {
		one, err := p.single()
		if err != nil {
			return nil, err
		}
		all = append(all, one)
		if _, more, err := p.accept(concat, ""); err != nil {
			return nil, err
		} else if !more {
			return join(all), nil
		}
	}
}

func join(all []Word) Word {
	if len(all) == 1 {
		return all[0]
	}
	return &Concat{all}
}

func (p *parser) single() (Word, *Error) {
	t, err := p.take()
	if err != nil {
		return nil, err
	}
	switch t.kind {
	case number:
		return &Literal{t.text, true}, nil
	case backRef:
		return &BackRef{int(t.text[0] - '0')}, nil
	case varBegin:
		return p.braced()
	case quote:
		if _, empty, err := p.accept(unquote, ""); err != nil || empty {
			return &Literal{}, err
		}
		return p.parts(unquote)
	case name:
		if next, err := p.peek(); err != nil || next.kind != punctuation || next.text != "(" {
			if err == nil {
				err = p.unexpected(t, "")
			}
			return nil, err
		}
		argument, err := p.argument()
		if err != nil {
			return nil, err
		}
		return p.noteWord(p.call(t.text, argument, t))
	case end, unquote, text, varEnd, pattern, operator, unary, binary, logicalOr, logicalAnd, logicalNot, truth, concat, in, match,
		punctuation:
	}
	return nil, p.unexpected(t, "a text in quotes, a number, %{…} or a function")
}

// braced reads what stands behind %{ with the brace that ends it.
func (p *parser) braced() (Word, *Error) {
	id, err := p.expect(name, "")
	if err != nil {
		return nil, err
	}
	if _, called, err := p.accept(punctuation, ":"); err != nil {
		return nil, err
	} else if !called {
		if _, err := p.expect(varEnd, ""); err != nil {
			return nil, err
		}
		return p.noteWord(p.variable(id.text, id))
	}
	if p.depth++; p.depth > maxDepth {
		return nil, tooDeep(id)
	}
	defer func() { p.depth-- }()
	argument, err := p.parts(varEnd)
	if err != nil {
		return nil, err
	}
	return p.noteWord(p.call(id.text, argument, id))
}

// parts reads the pieces of a text up to a token that ends it. There is at least one.
func (p *parser) parts(until kind) (Word, *Error) {
	var all []Word
	for {
		t, err := p.take()
		if err != nil {
			return nil, err
		}
		switch {
		case t.kind == until && len(all) > 0:
			return join(all), nil
		case t.kind == text:
			all = append(all, &Literal{Text: t.text})
		case t.kind == backRef:
			all = append(all, &BackRef{int(t.text[0] - '0')})
		case t.kind == varBegin:
			one, err := p.braced()
			if err != nil {
				return nil, err
			}
			all = append(all, one)
		default:
			return nil, p.unexpected(t, "a text")
		}
	}
}
