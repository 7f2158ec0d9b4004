package parser

import (
	"strings"

	"github.com/lbconf/lbconf/parser/ast"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/diag"
)

// maxExpanded is how long a line may become by its variables: values may double at each Define, and httpd sets no bound.
const maxExpanded = 1 << 20

// define does Define NAME [VALUE]. httpd keeps two lists: names, whose case counts, for <IfDefine>; values, whose case does
// not, for ${NAME}. A Define without a value leaves an old value as it is.
func (l *loader) define(n *Node) {
	if !l.arity(n, 2, "one or two arguments, a name and a value") {
		return
	}
	name := n.Words[0].String()
	if i := strings.IndexByte(name, ':'); i >= 0 {
		d := refusal(n.Words[0].Text.Span(i, i+1), "not in a name", "the name of a variable must not contain \":\"")
		d.Code, d.Name = codeArgument, "invalid-argument"
		l.report(with(d, httpdSays("Variable name must not contain ':'"), help("write _ in its place, here and in every ${%s}", name)))
		return
	}
	l.names[name] = true
	def := Definition{At: n.Span()}
	if len(n.Words) == 2 && n.Words[1].Text.Len() > 0 {
		l.values[clib.ToLower(name)] = n.Words[1].Text
	}
	if value, ok := l.values[clib.ToLower(name)]; ok {
		def.Value, def.HasValue = value, true
	}
	l.tree.Defined[name] = def
}

func (l *loader) undefine(n *Node) {
	if !l.arity(n, 1, "one argument, a name") {
		return
	}
	name := n.Words[0].String()
	delete(l.names, name)
	delete(l.values, clib.ToLower(name))
	delete(l.tree.Defined, name)
	for other, def := range l.tree.Defined {
		if clib.EqualFold(other, name) {
			l.tree.Defined[other] = Definition{At: def.At}
		}
	}
}

// expand replaces ${NAME} in a line as httpd's ap_resolve_env does: Define first, the environment next; what is neither
// stays as it is. Values are not searched again. It reports whether anything was replaced.
func (l *loader) expand(line ast.Text) (ast.Text, bool) {
	s := line.String()
	first := strings.Index(s, "${")
	if first < 0 {
		return line, false
	}
	var parts []ast.Text
	from, size := 0, 0
	for i := first; i >= 0; i = next(s, i, "${") {
		end := strings.IndexByte(s[i:], '}')
		if end < 0 {
			break
		}
		end += i + 1
		if value, ok := l.value(s[i+2:end-1], line.Span(i, end)); ok {
			parts = append(parts, line.Slice(from, i), value)
			size += i - from + value.Len()
			from = end
			if size > maxExpanded || l.expanded+int64(size) > l.limits.TotalBytes {
				l.report(with(unknown(line.Span(i, end), "not replaced", "the line becomes too long by its variables"),
					help("a value that is made of itself, as in Define A ${A}${A}, doubles each time")))
				return line, false
			}
		}
		i = end - 1
		if i+1 >= len(s) {
			break
		}
	}
	if from == 0 && parts == nil {
		return line, false
	}
	l.expanded += int64(size)
	parts = append(parts, line.Slice(from, len(s)))
	return trimmed(ast.Join(parts...)), true
}

// next returns the index of sep in s behind i, or -1.
func next(s string, i int, sep string) int {
	j := strings.Index(s[i+1:], sep)
	if j < 0 {
		return -1
	}
	return i + 1 + j
}

func trimmed(t ast.Text) ast.Text {
	if t.Len() == 0 {
		return t
	}
	return t.Slice(trim(t.String()))
}

// value returns what ${NAME} at a place stands for.
func (l *loader) value(name string, at diag.Span) (ast.Text, bool) {
	if value, ok := l.values[clib.ToLower(name)]; ok {
		return ast.ReplacedText(value.String(), at), true
	}
	if value, ok := l.in.Env[name]; ok {
		return ast.ReplacedText(value, at), true
	}
	if !strings.Contains(name, ":") {
		l.undefined(name, at)
	}
	return ast.Text{}, false
}

func (l *loader) undefined(name string, at diag.Span) {
	d := defect(at, "not defined", "${%s} is not defined and stays as it is written", name)
	d.Code, d.Name, d.Severity = codeUndefined, "undefined-define", diag.Warning
	if l.names[name] {
		d.Message = "${" + name + "} has no value and stays as it is written"
		d.Label = "no value"
		if def := l.tree.Defined[name]; def.At.IsValid() {
			d = related(d, def.At, "defined here without a value")
		}
	}
	advice := help("write Define %s VALUE before this line, or give it with --env %s=VALUE", name, name)
	if strings.HasPrefix(name, "APACHE_") {
		// Debian's apache2ctl sets these before it starts httpd.
		advice = help("give the file that sets it for httpd, as in --envvars /etc/apache2/envvars, or the variable with --env %s=VALUE", name)
	}
	l.report(with(d, httpdSays("AH00111: Config variable ${%s} is not defined", name), advice))
}
