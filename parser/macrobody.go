package parser

import (
	"strings"

	"github.com/lbconf/lbconf/parser/ast"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/diag"
)

// maxMacroLine is the longest line in the body of a macro, before and after its parameters are replaced: mod_macro has
// buffers of MAX_STRING_LEN bytes.
const maxMacroLine = 8190

// macroBody is what mod_macro keeps of a <Macro>: its lines as they stand. Sections may be opened in one macro and closed
// in another, so that only the tree looks at them.
type macroBody struct {
	section *ast.Section
	// base is the place of the section on the stack; depth counts the macros that are open, this one included.
	base, depth int
	// lines are all lines but comments.
	lines []ast.Line
	// nesting is how many sections are opened and not closed, negative where more are closed.
	nesting int
	// tooLong is the first line that does not fit into mod_macro's buffer.
	tooLong diag.Span
	// loose is what httpd refuses where it skips the macro: there the sections in it must be balanced.
	loose *diag.Diagnostic
}

func (p *parse) openMacro(s *ast.Section) {
	p.body = &macroBody{section: s, base: len(p.stack) - 1, depth: 1}
	if p.macros == nil {
		p.macros = map[*ast.Section]*macroBody{}
	}
	p.macros[s] = p.body
}

// bodyLine takes a line of the body of a macro, or the tag that closes it.
func (p *parse) bodyLine(line ast.Line) {
	b := p.body
	if n := lineLength(line); n > maxMacroLine && !b.tooLong.IsValid() {
		b.tooLong = line.Text.All()
	}
	text := line.Text.String()
	if strings.HasPrefix(text, "#") {
		p.add(&ast.Comment{Line: line})
		return
	}
	if text == "" {
		b.lines = append(b.lines, line)
		p.blank(line)
		return
	}
	w := wordEnd(text, 0)
	first := w.word(line.Text).Text.String()
	switch {
	case clib.EqualFold(first, "</Macro>"):
		if b.depth--; b.depth == 0 {
			p.closeMacro(line)
			return
		}
	case clib.EqualFold(first, "<Macro"):
		b.depth++
	}
	b.lines = append(b.lines, line)
	switch {
	case strings.HasPrefix(first, "</"):
		b.nesting--
		p.closeInBody(line, w)
	case strings.HasPrefix(first, "<") && len(p.stack) < maxNesting:
		b.nesting++
		name, args, _ := openingTag(line.Text, w)
		p.push(&ast.Section{Open: line, Name: name, Args: args})
	case strings.HasPrefix(first, "<"):
		b.nesting++
		p.add(&ast.Bad{Line: line})
	default:
		p.add(&ast.Directive{Line: line, Name: w.word(line.Text).Text, Args: rest(line.Text, w.next)})
	}
}

// lineLength returns what a line takes of mod_macro's buffer.
func lineLength(line ast.Line) int {
	n := line.Text.Len()
	if all := line.Text.All(); all.Len() == n && line.Whole.Len() > n && line.Whole.Start <= all.Start && all.End <= line.Whole.End {
		return line.Whole.Len() - 1 // white space around it counts too
	}
	return n
}

// closeInBody closes a section of the body, if the body opened it.
func (p *parse) closeInBody(line ast.Line, w rawWord) {
	name, _ := closingName(line.Text, w)
	top := len(p.stack) - 1
	for i := top; i > p.body.base; i-- {
		if !sameName(p.stack[i].Name.String(), name.String()) {
			continue
		}
		if i < top {
			p.looseBody(line, name)
		}
		p.stack[i].Close = &line
		for len(p.stack) > i {
			p.pop()
		}
		return
	}
	p.looseBody(line, name)
	p.add(&ast.Bad{Line: line})
}

func (p *parse) looseBody(line ast.Line, name ast.Text) {
	if p.body.loose != nil {
		return
	}
	top := p.stack[len(p.stack)-1]
	d := refusal(line.Text.All(), "expected </"+top.Name.String()+">", "httpd skips this macro, and </%s> closes what is not open in it", name)
	d = with(related(d, tag(top), "this section is open"), httpdSays("Expected </%s> but saw </%s>", top.Name, name),
		help("close each section in the macro that opens it, or take the macro out of the condition"))
	p.body.loose = &d
}

// closeMacro ends the body.
func (p *parse) closeMacro(line ast.Line) {
	b := p.body
	if len(p.stack)-1 > b.base {
		p.looseBody(line, b.section.Name)
	}
	b.section.Close = &line
	for len(p.stack) > b.base {
		p.pop()
	}
	p.body = nil
}

// unclosedMacro reports a macro that is open at the end of the file. It has taken everything behind it, so that nothing can
// be said of the sections around it.
func (p *parse) unclosedMacro() {
	s := p.body.section
	p.say(with(refusal(tag(s), labelUnclosed, "<Macro> is not closed before the end of the file"),
		httpdSays("contents error: expected token not found: </Macro>"),
		help("write </Macro> on a line of its own where the macro ends")))
}
