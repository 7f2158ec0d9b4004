// Package header runs mod_headers: RequestHeader changes the fields of a request before they go to a backend, Header those
// of a response before they go to the client.
//
// A list is compiled once; what of it cannot be run exactly is a problem with its directive. A request appends to room of
// its exchange and allocates nothing.
package header

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/pcre"
	"github.com/lbconf/lbconf/runtime/eval"
	"github.com/lbconf/lbconf/runtime/exchange"
	"github.com/lbconf/lbconf/runtime/internal/regex"
	"github.com/lbconf/lbconf/runtime/wire"
)

// List is a compiled list of RequestHeader directives. It is immutable; a nil list does nothing.
type List struct{ edits []edit }

// Problem is a directive that cannot be run.
type Problem struct {
	// Item is the directive.
	Item ir.Item
	// Message says why and what to write instead.
	Message string
}

// edit is one compiled directive.
type edit struct {
	action ir.HeaderAction
	name   string
	// field is the name as it is sent.
	field []byte
	// ofType says that it is for Content-Type.
	ofType bool
	// value is what the value is made of; static is the value of one that is the same for each request.
	value  []part
	static []byte
	match  *regex.Regexp
	// env restricts it to requests with a variable of that name, or with unset to those without.
	env   string
	unset bool
	// when restricts it to requests for which an expression is true.
	when *eval.Condition
}

// part is a piece of a value.
type part struct {
	text string
	// env is the name of a variable; time says that it is %t, duration that it is %D.
	env string
	// tls is the name of a variable of mod_ssl.
	tls            string
	time, duration bool
	// expr is an expression; it is the only part then.
	expr *eval.Text
}

// Compile compiles the RequestHeader directives of a list, in order; Header directives in it are left out. The list is nil
// when there are none. server is what expressions say of the virtual host.
func Compile(items []*ir.HeaderEdit, server *eval.Server) (*List, []Problem) {
	var list List
	var problems []Problem
	for _, item := range items {
		if !item.Request {
			continue
		}
		e, err := compile(item, server)
		if err != nil {
			problems = append(problems, Problem{item, err.Error()})
			continue
		}
		list.edits = append(list.edits, e)
	}
	if len(list.edits) == 0 {
		return nil, problems
	}
	return &list, problems
}

func compile(item *ir.HeaderEdit, server *eval.Server) (edit, error) {
	e := newEdit(item)
	if err := e.condition(item.Condition, server); err != nil {
		return e, err
	}
	return e, e.compile(item, server)
}

// compileResponse compiles a Header directive.
func compileResponse(item *ir.HeaderEdit, early bool, server *eval.Server) (edit, error) {
	e := newEdit(item)
	if !early {
		if err := e.condition(item.Condition, server); err != nil {
			return e, err
		}
	}
	switch {
	case item.Action == ir.HeaderEcho, item.Action == ir.HeaderNote:
		return e, fmt.Errorf("the action %s is not run by this server: write set, append, add, merge, setifempty, unset or edit", item.Action)
	case !wire.IsToken(e.field):
		return e, fmt.Errorf("%q cannot be the name of a field, and httpd answers 500 to each request: write a name without blanks", e.name)
	case wire.EqualFold(e.name, "Content-Length"), wire.EqualFold(e.name, "Transfer-Encoding"):
		return e, fmt.Errorf("%s tells where a response ends and stays what this server makes it: leave the directive out", e.name)
	}
	if err := e.compile(item, server); err != nil {
		return e, err
	}
	if early {
		if len(e.value) == 1 && e.value[0].expr != nil {
			return e, errors.New("an expression is not run early by this server: leave early out")
		}
		e.withoutVariables()
	}
	if !wire.IsValue(e.static) {
		return e, fmt.Errorf("the value %q has control characters, and httpd answers 500 with it: leave them out", e.static)
	}
	return e, nil
}

func newEdit(item *ir.HeaderEdit) edit {
	name := strings.TrimSuffix(item.Name, ":")
	return edit{action: item.Action, name: name, field: []byte(name), ofType: wire.EqualFold(name, "Content-Type")}
}

// compile compiles the value and the pattern.
func (e *edit) compile(item *ir.HeaderEdit, server *eval.Server) error {
	value := item.Value
	switch item.Action {
	case ir.HeaderUnset:
		return nil
	case ir.HeaderEditFirst, ir.HeaderEditAll:
		pattern, err := pcre.Parse(item.Value)
		if err != nil {
			return fmt.Errorf("the regular expression %q does not parse: %w", item.Value, err)
		}
		if e.match, err = regex.Compile(pattern, false); err != nil {
			return fmt.Errorf("the regular expression %q cannot be run: %w", item.Value, err)
		}
		value = item.Replacement
	case ir.HeaderEcho, ir.HeaderNote:
		return fmt.Errorf("RequestHeader has no action %s: write set, append, add, merge, setifempty, unset or edit", item.Action)
	case ir.HeaderAdd, ir.HeaderSet, ir.HeaderSetIfEmpty, ir.HeaderAppend, ir.HeaderMerge:
	}
	if clib.HasPrefixFold(value, exprPrefix) {
		text, err := eval.ParseText(value[len(exprPrefix):], server)
		e.value = []part{{expr: text}}
		return err
	}
	var err error
	if e.value, err = parseValue(value, !item.Request); err == nil {
		e.settle()
	}
	return err
}

// exprPrefix stands before an expression.
const exprPrefix = "expr="

// settle makes the value static when it has no part that changes.
func (e *edit) settle() {
	text := []byte{}
	for i := range e.value {
		p := &e.value[i]
		if p.time || p.duration || p.env != "" || p.tls != "" || p.expr != nil {
			return
		}
		text = append(text, p.text...)
	}
	e.static = text
}

// withoutVariables is for an edit that comes before any variable is set.
func (e *edit) withoutVariables() {
	for i := range e.value {
		if p := &e.value[i]; p.env != "" {
			*p = part{text: string(unknown)}
		}
	}
	e.settle()
}

func (e *edit) condition(text string, server *eval.Server) error {
	if text == "" {
		return nil
	}
	if clib.HasPrefixFold(text, exprPrefix) {
		var err error
		e.when, err = eval.ParseCondition(text[len(exprPrefix):], server)
		return err
	}
	name, ok := strings.CutPrefix(text, "env=")
	if !ok {
		return fmt.Errorf("the condition %q of a header is not run by this server: write env=NAME or env=!NAME", text)
	}
	e.env, e.unset = strings.CutPrefix(name, "!")
	return nil
}

// parseValue reads a value: %%, %{NAME}e, %{NAME}s, %t and in a response %D, and the escapes \n, \r, \t and \\.
func parseValue(text string, response bool) ([]part, error) {
	var parts []part
	var literal strings.Builder
	flush := func() {
		if literal.Len() > 0 {
			parts = append(parts, part{text: literal.String()})
			literal.Reset()
		}
	}
	for i := 0; i < len(text); i++ {
		switch c, escaped := eval.Escape(text[i:]); {
		case escaped:
			i++
			literal.WriteByte(c)
		case text[i] != '%':
			literal.WriteByte(text[i])
		case strings.HasPrefix(text[i:], "%%"):
			i++
			literal.WriteByte('%')
		case strings.HasPrefix(text[i:], "%t"):
			i++
			flush()
			parts = append(parts, part{time: true})
		case response && strings.HasPrefix(text[i:], "%D"):
			i++
			flush()
			parts = append(parts, part{duration: true})
		default:
			end := strings.Index(text[i:], "}")
			if !strings.HasPrefix(text[i:], "%{") || end < 0 || i+end+1 >= len(text) || text[i+end+1] != 'e' && text[i+end+1] != 's' {
				return nil, fmt.Errorf("a header value that holds %q is not run by this server: write %%%%, %%t, %%{NAME}e or %%{NAME}s", text[i:])
			}
			flush()
			name := text[i+2 : i+end]
			if text[i+end+1] == 'e' {
				parts = append(parts, part{env: name})
			} else if exchange.IsTLSVariable(name) {
				parts = append(parts, part{tls: name})
			} else {
				return nil, fmt.Errorf("%%{%s}s is not a variable of mod_ssl that this server can fill in: leave it out", name)
			}
			i += end + 1
		}
	}
	flush()
	return parts, nil
}

// render returns the value for a request, valid as long as the request.
func (e *edit) render(t *table) []byte {
	if e.static != nil {
		return e.static
	}
	dst := t.room.buf[:0]
	for i := range e.value {
		switch p := &e.value[i]; {
		case p.expr != nil:
			dst = p.expr.Append(dst, t.vars(), &t.room.expr)
		case p.time:
			dst = strconv.AppendInt(append(dst, "t="...), t.x.Start.UnixMicro(), 10)
		case p.duration:
			dst = strconv.AppendInt(append(dst, "D="...), t.now.Sub(t.x.Start).Microseconds(), 10)
		case p.tls != "":
			value := t.x.Client.TLSVariable(p.tls)
			if value == "" {
				value = string(unknown)
			}
			dst = appendUnwrapped(dst, value)
		case p.env != "":
			value, ok := t.x.Env.Get(p.env)
			if !ok {
				value = unknown
			}
			dst = appendUnwrapped(dst, value)
		default:
			dst = append(dst, p.text...)
		}
	}
	t.room.buf = dst
	return t.keep(dst)
}

// appendUnwrapped appends the value of a variable, which can hold text of the client, without line ends: those would let
// it write fields of its own (mod_headers: unwrap_header).
func appendUnwrapped[T string | []byte](dst []byte, value T) []byte {
	for i := range len(value) {
		c := value[i]
		if c == '\r' || c == '\n' {
			c = ' '
		}
		dst = append(dst, c)
	}
	return dst
}

// unknown is what httpd writes for a variable that is not set.
var unknown = []byte("(null)")
