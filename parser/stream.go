package parser

import (
	"slices"
	"strings"

	"github.com/lbconf/lbconf/parser/ast"
	"github.com/lbconf/lbconf/parser/diag"
)

// stream executes a file line by line, as httpd does: what a macro or a variable stands for may open a section of the file
// and close another one, so that its sections are known only when it is executed.
type stream struct {
	*parse

	// expansions are the macros that are being expanded, the innermost last. As in httpd one stays there when its last line
	// was read, until somebody asks for the line behind it.
	expansions []*expansion
	frames     []frame
	// nodes are those of the innermost section that is open.
	nodes []*Node
}

// expansion is a macro that is being expanded.
type expansion struct {
	macro *macro
	lines []ast.Line
	// below is where the Use stands that expands it: another expansion, or nil for a file.
	below *expansion
	// depth counts the expansions around it.
	depth int
}

// frame is a section that is open.
type frame struct {
	node *Node
	how  entered
	why  string
	// around are the nodes of what is around it, of which scope is the section.
	around []*Node
	scope  *Node
}

// skips says that httpd looks for the end of the section and for nothing else.
func (f frame) skips() bool {
	return (f.how == switchedOff || f.how == nonsense) && f.why != ignoredWithin
}

// lines reads a file that p has parsed and that must be executed line by line.
func (l *loader) lines(p *parse, nodes []*Node) []*Node {
	s := &stream{
		parse: &parse{scanner: &scanner{file: p.file, whole: p.whole, src: p.src, nul: p.nul}, file: p.file},
		nodes: nodes,
	}
	l.stream, l.late = s, nil
	if strings.HasPrefix(s.src, bom) {
		s.byteOrderMark()
	}
	for line, ok := l.nextLine(s); ok; line, ok = l.nextLine(s) {
		s.begun = line.Whole.Start
		s.fits(line)
		l.line(s, line)
		l.news(s)
	}
	s.begun = s.file.Pos(len(s.src))
	s.unclosed()
	s.nulBytes()
	l.late = s.found
	for len(s.stack) > 0 {
		s.pop()
	}
	for len(s.frames) > 0 {
		l.pop(s)
	}
	l.news(s)
	return s.nodes
}

// news reports what was found since it was called before.
func (l *loader) news(s *stream) {
	if l.late == nil {
		l.late = s.found
	}
	for _, f := range l.late {
		d := f.Diagnostic
		if i := slices.IndexFunc(s.frames, frame.skips); i >= 0 && f.skipped != "" {
			d = related(d, s.frames[i].node.Span(), "httpd skips this section to its end")
		}
		l.report(d)
	}
	l.late, s.found = nil, s.found[:0]
}

// nextLine returns the next logical line: of the innermost macro, or of the file behind the Use of the outermost.
func (l *loader) nextLine(s *stream) (ast.Line, bool) {
	if len(s.expansions) == 0 {
		if s.done() {
			return ast.Line{}, false
		}
		return s.next(), true
	}
	line, more, ok := s.nextOfMacro()
	if !ok {
		return l.behindMacro(s)
	}
	if !more {
		return ast.Line{Whole: line.Whole, Text: trimmed(line.Text)}, true
	}
	parts := []ast.Text{line.Text}
	end := diag.Span{Start: line.Text.All().End, End: line.Text.All().End}
	for more {
		var next ast.Line
		if next, more, ok = s.nextOfMacro(); !ok {
			if s.done() {
				break
			}
			next = l.losing(s, s.raw)
			l.skip(&ast.Bad{Line: next}, 1, "it continues the last line of a macro", len(s.nodes))
		}
		if l.tree.Files.File(next.Whole.Start) != l.tree.Files.File(line.Whole.Start) {
			l.runsOn(line, next)
			next.Text = ast.ReplacedText(next.Text.String(), end)
		}
		parts = append(parts, next.Text)
	}
	return ast.Line{Whole: line.Whole, Text: trimmed(ast.Join(parts...))}, true
}

// runsOn reports a line of a macro that takes the line behind the Use with it.
func (l *loader) runsOn(line, next ast.Line) {
	d := macroDefect(line.Text.All(), "ends in a backslash", "the last line of a macro is continued by what stands behind its Use")
	l.report(with(related(d, next.Whole, "continues it"), help("end the macro with a line that no backslash continues")))
}

// nextOfMacro returns the next line of the macros that are being expanded, without a backslash that continues it, and forgets
// those that are at their end.
func (s *stream) nextOfMacro() (line ast.Line, more, ok bool) {
	for n := len(s.expansions); n > 0; n-- {
		e := s.expansions[n-1]
		if len(e.lines) == 0 {
			s.expansions = s.expansions[:n-1]
			continue
		}
		line, e.lines = e.lines[0], e.lines[1:]
		text := strings.TrimSuffix(line.Text.String(), "\r")
		if before, continued := strings.CutSuffix(text, `\`); continued {
			line.Text = line.Text.Slice(0, len(before))
			return line, true, true
		}
		return line, false, true
	}
	return ast.Line{}, false, false
}

// behindMacro returns the line of the file behind the Use of a macro.
func (l *loader) behindMacro(s *stream) (ast.Line, bool) {
	if s.done() {
		return ast.Line{}, false
	}
	line := l.losing(s, s.next)
	return line, line.Whole.Len() > 0
}

// losing reads a line behind the Use of a macro. mod_macro reads it byte by byte, and forgets what it has of it at the end of the
// file: a last line without a line end is lost, and of a line that backslashes continue the last piece.
func (l *loader) losing(s *stream, read func() ast.Line) ast.Line {
	start, src := s.at, s.src
	line := read()
	if !s.done() || strings.HasSuffix(src, "\n") {
		return line
	}
	kept := max(strings.LastIndexByte(src, '\n')+1, start)
	lost := s.whole.Slice(kept, len(src))
	lost = lost.Slice(trim(lost.String()))
	if text := lost.String(); text == "" || kept == start && text[0] == '#' {
		return line
	}
	whole := diag.Span{Start: line.Whole.Start, End: s.file.Pos(kept)}
	what := "the last line of the file, which has no line end"
	if kept > start {
		s.at, s.src = start, src[:kept]
		line = read()
		s.at, s.src = len(src), src
		what = "what continues the line behind Use, since it is the last of the file and has no line end"
	} else {
		line.Text = line.Text.Slice(0, 0)
	}
	line.Whole = whole
	end := s.file.Pos(len(src))
	d := macroDefect(lost.All(), "lost", "httpd does not see %s", what)
	d.Severity = diag.Error
	d.Fix = &diag.Fix{Message: "end the line", Edits: []diag.Edit{{Span: diag.Span{Start: end, End: end}, Text: "\n"}}}
	l.report(with(d, effect("behind the Use of a macro mod_macro reads the file byte by byte, and drops a line that the end of the file ends"),
		help("end the line with a line end")))
	l.skip(&ast.Bad{Line: ast.Line{Whole: diag.Span{Start: whole.End, End: end}, Text: lost}}, 1, "httpd loses the last line behind Use", len(s.nodes))
	return line
}

// line executes one line.
func (l *loader) line(s *stream, line ast.Line) {
	inBody, written := s.body != nil, line.Text
	if inBody {
		l.astray(s, line)
	}
	replaced := false
	if !inBody && !s.ignored && line.Text.Len() > 0 && line.Text.String()[0] != '#' {
		line.Text, replaced = l.expand(line.Text)
	}
	before := len(s.stack)
	switch {
	case replaced && line.Text.Len() == 0:
		return
	case replaced:
		s.statement(line) // a # that a variable brings begins no comment
	default:
		s.item(line)
	}
	if inBody && s.body != nil {
		return
	}
	if len(s.frames) > len(s.stack) {
		l.late = s.found // what a closing tag closes may be skipped, and is then named otherwise
	}
	for len(s.frames) > len(s.stack) {
		l.pop(s)
	}
	switch {
	case len(s.stack) > before:
		l.push(s, s.stack[len(s.stack)-1])
	case s.ignored || inBody:
	default:
		l.lastDirective(s, written, replaced)
	}
}

// astray notes a line that becomes text of a macro which does not begin in its file: where an expansion opens a <Macro> and
// does not close it, mod_macro goes on reading behind the Use.
func (l *loader) astray(s *stream, line ast.Line) {
	text := line.Text.String()
	if text == "" || text[0] == '#' || l.tree.Files.File(line.Whole.Start) == l.tree.Files.File(s.body.section.Open.Whole.Start) {
		return
	}
	l.skip(&ast.Bad{Line: line}, 1, "it is text of a macro that begins in another macro", len(s.nodes))
}

// lastDirective executes the directive that the last line is, if it is one.
func (l *loader) lastDirective(s *stream, written ast.Text, replaced bool) {
	items := s.siblings()
	if len(items) == 0 {
		return
	}
	d, ok := items[len(items)-1].(*ast.Directive)
	if !ok {
		return
	}
	n := l.nodes.New()
	n.Item, n.Args = d, d.Args
	n.name(d.Name)
	if replaced && written.Len() > 0 {
		w := wordEnd(written.String(), 0)
		d.Line.Text, d.Name, d.Args = written, w.word(written).Text, rest(written, w.next)
	}
	l.news(s)
	s.nodes = l.execute(n, s.nodes)
}

// push begins a section.
func (l *loader) push(s *stream, section *ast.Section) {
	n := l.sectionNode(section)
	f := frame{node: n, how: inert, around: s.nodes}
	if !s.ignored {
		if d, ok := s.executed[section]; ok {
			l.once[section] = d
		}
		l.news(s)
		f.how, f.why = l.enter(n, section, len(s.nodes))
		s.ignored = f.how == switchedOff || f.how == nonsense
	} else {
		f.why = ignoredWithin
	}
	if f.how != spliced {
		f.scope, l.scope, s.nodes = l.scope, n, nil
	}
	s.frames = append(s.frames, f)
}

// ignoredWithin is why a section in one that is switched off is not executed.
const ignoredWithin = "the section around it is switched off"

// pop ends the innermost section.
func (l *loader) pop(s *stream) {
	f := s.frames[len(s.frames)-1]
	s.frames = s.frames[:len(s.frames)-1]
	section, _ := f.node.Item.(*ast.Section)
	if f.how != spliced {
		l.scope = f.scope
	}
	switch {
	case f.why == ignoredWithin:
		s.nodes = f.around
		return
	case f.how == spliced:
		if d, ok := s.executed[section]; ok && l.once[section].Message == "" {
			l.report(d) // what stands behind the closing tag
		}
		return
	case f.how == switchedOff, f.how == nonsense:
		s.ignored = false
	case f.how == definesMacro:
		l.bodies[section] = s.macros[section]
	}
	f.node.Children = s.nodes
	s.nodes = l.leave(f.node, f.how, f.why, f.around)
}
