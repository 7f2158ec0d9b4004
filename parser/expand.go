package parser

import (
	"strings"

	"github.com/lbconf/lbconf/parser/ast"
	"github.com/lbconf/lbconf/parser/diag"
)

// expandMacro makes the lines of a macro the next ones to be read.
func (l *loader) expandMacro(n *Node, m *macro, below *expansion, before int) {
	e := &expansion{macro: m, below: below}
	if below != nil {
		e.depth = below.depth + 1
	}
	if len(m.lines) > 0 && !l.fill(e, n, before) {
		return
	}
	l.stream.expansions = append(l.stream.expansions, e)
}

// fill replaces the parameters in the lines of an expansion.
func (l *loader) fill(e *expansion, n *Node, before int) bool {
	m := e.macro
	if !l.affordable(n, m, before) {
		return false
	}
	part := l.tree.Files.AddPart(m.span, m.name, n.Span())
	to := part.Pos(l.tree.Files.File(m.span.Start).Offset(m.span.Start))
	f := filling{macro: m, arguments: n.Words[1:], part: part, all: &l.macros}
	e.lines = make([]ast.Line, len(m.lines))
	for i, line := range m.lines {
		moved := line.Move(m.span, to)
		text, ok := f.replace(moved.Text)
		if !ok {
			l.tooLongUse(n, m, line)
			return false
		}
		l.macros.bytes += int64(text.Len()) + 1
		e.lines[i] = ast.Line{Whole: moved.Whole, Text: text}
	}
	l.macros.lines += int64(len(m.lines))
	return true
}

// affordable reports whether one more expansion stays within the limits of an input, and says so the first time it does not.
func (l *loader) affordable(n *Node, m *macro, before int) bool {
	c := &l.macros
	if c.full {
		l.skip(n.Item, 1, "the limits of macros are exhausted", before)
		return false
	}
	most := l.limits.FileBytes
	var d diag.Diagnostic
	switch {
	case c.bytes+int64(m.span.Len()) > most || l.tree.Files.Free() < int64(m.span.Len())+most:
		d = unknown(n.Span(), "not expanded", "the macros of the input expand to more than %d bytes", most)
	case c.lines+int64(len(m.lines)) > most/bytesPerLine:
		d = unknown(n.Span(), "not expanded", "the macros of the input expand to more than %d lines", most/bytesPerLine)
	case c.work > maxMacroWork:
		d = unknown(n.Span(), "not expanded", "the macros of the input have too many parameters to look for them in all their lines")
	default:
		return true
	}
	c.full = true
	l.report(with(d, help("this and every Use behind it is not expanded: a macro that uses another one twice doubles it at each level; raise the limit with --max-input if that is right")))
	l.skip(n.Item, 1, "the limits of macros are exhausted", before)
	return false
}

func (l *loader) tooLongUse(n *Node, m *macro, line ast.Line) {
	d := macroRefusal(n.Span(), "too long", "with these arguments a line of macro '%s' is longer than %d bytes", m.name, maxMacroLine)
	l.report(with(related(d, line.Text.All(), "this line"), httpdSays("cannot substitute, buffer size too small"),
		help("shorten the arguments, or put what is so long into a file and Include it")))
}

// filling is a macro whose parameters are being replaced.
type filling struct {
	macro     *macro
	arguments []Word
	part      *diag.File
	all       *macros
}

// replace returns a line with its parameters replaced, from left to right; it is not ok where the line does not fit into
// mod_macro's buffer. What an argument brings is not searched again, but for the last bytes of one that is put in quotes
// (@name): mod_macro goes on behind as many bytes as the argument has without them.
func (f filling) replace(line ast.Text) (ast.Text, bool) {
	m := f.macro
	var parts []ast.Text
	length := line.Len()
	for at := 0; ; {
		s := line.String()
		i, p := f.all.next(m, s, at)
		if p < 0 {
			break
		}
		name, value := m.parameters[p], f.arguments[p].String()
		end := i + len(name)
		place := line.Span(i, end)
		if name == value {
			at = end
			continue
		}
		f.part.Argument(place, f.arguments[p].Text.All())
		quoted := value
		if name[0] == '@' {
			quoted = `"` + strings.NewReplacer(`"`, `\"`, `\`, `\\`).Replace(value) + `"`
		}
		if length += len(quoted) - len(name); length > maxMacroLine {
			return ast.Text{}, false
		}
		parts = append(parts, line.Slice(0, i), ast.ReplacedText(quoted[:len(value)], place))
		line = line.Slice(end, len(s))
		if len(quoted) > len(value) {
			line = ast.Join(ast.ReplacedText(quoted[len(value):], place), line)
		}
		at = 0
	}
	if parts == nil {
		return line, true
	}
	return ast.Join(append(parts, line)...), true
}

// next returns where a parameter of a macro stands in s from byte at on, and which: the first, of several there the longest.
// Which is negative where none is left, or too much was searched already.
func (c *macros) next(m *macro, s string, at int) (where, which int) {
	which = -1
	if c.work > maxMacroWork {
		return 0, which
	}
	for p, name := range m.parameters {
		i := strings.Index(s[at:], name)
		if i < 0 {
			c.work += int64(len(s) - at)
			continue
		}
		c.work += int64(i + len(name))
		if i += at; which < 0 || i < where || i == where && len(name) > len(m.parameters[which]) {
			where, which = i, p
		}
	}
	return where, which
}
