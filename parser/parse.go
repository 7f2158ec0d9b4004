// Package parser reads Apache's configuration language as httpd reads it.
//
// Parse turns one file into a lossless tree; it never fails, and what makes no sense becomes an ast.Bad with a
// diagnostic. Load reads a whole input on top of it: it follows Include, replaces ${NAME}, opens and skips conditional
// sections, in one pass and in httpd's order, and leaves what httpd would execute.
package parser

import (
	"slices"
	"strings"

	"github.com/lbconf/lbconf/parser/ast"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/parser/slab"
)

// maxNesting is how deep sections may lie in each other. httpd has no limit of its own; a real configuration needs six.
const maxNesting = 500

// Parse returns the syntax tree of one file, and what is wrong with its syntax. The tree is never nil and its items tile
// the file. Diagnostics of class Refusal are what httpd refuses whenever it reads the file.
func Parse(file *diag.File) (*ast.File, diag.List) {
	p := parseFile(file)
	var diags diag.List
	for _, f := range p.found {
		diags.Add(f.Diagnostic)
	}
	for _, d := range p.executed {
		diags.Add(d)
	}
	diags.Sort()
	return &ast.File{Source: file, Items: p.items}, diags
}

func parseFile(file *diag.File) *parse {
	p := &parse{scanner: newScanner(file), file: file}
	if strings.HasPrefix(p.src, bom) {
		p.byteOrderMark()
	}
	for !p.done() {
		line := p.next()
		p.begun = line.Whole.Start
		p.fits(line)
		p.item(line)
	}
	p.begun = file.Span(p.at, p.at).Start
	p.unclosed()
	for len(p.stack) > 0 {
		p.pop()
	}
	p.nulBytes()
	return p
}

// parse is the state of Parse: an explicit stack, so that nesting costs no stack of the machine.
type parse struct {
	*scanner
	file *diag.File
	// items are those of the open sections, each section's behind those of the one around it, and before them those at the top.
	items []ast.Item
	stack []*ast.Section
	// closing is the closing tag that is being read, as httpd cuts it from its line.
	closing string
	// from are the places in items at which those of the open sections begin.
	from []int
	// begun is where the line that is being read begins; behind the last one, the end of the file.
	begun diag.Pos
	// beyond counts the open sections that lie deeper than maxNesting and are not followed.
	beyond int
	// blamed are sections whose end was missed where another closing tag stands.
	blamed map[*ast.Section]bool
	// found is what is wrong, in the order in which httpd finds it.
	found []found
	// executed holds what httpd refuses about a section only if no condition around it is false.
	executed   map[*ast.Section]diag.Diagnostic
	directives slab.Of[ast.Directive]
	sections   slab.Of[ast.Section]
	kept       slab.Of[ast.Item]
	// macros are the bodies of the macros of the file; body is the one that is being read.
	macros map[*ast.Section]*macroBody
	body   *macroBody
	// ignored says that a condition around what is read is false, so that <Macro> is a section like any other.
	ignored bool
	// streams says that a line may become another one, or several, when it is read: the file must be executed line by line.
	streams bool
}

func (p *parse) add(item ast.Item) { p.items = append(p.items, item) }

// push opens a section.
func (p *parse) push(s *ast.Section) {
	p.add(s)
	p.stack = append(p.stack, s)
	p.from = append(p.from, len(p.items))
}

// pop gives the innermost open section its items.
func (p *parse) pop() {
	last := len(p.stack) - 1
	p.stack[last].Items = p.kept.Copy(p.items[p.from[last]:])
	p.items = p.items[:p.from[last]]
	p.stack, p.from = p.stack[:last], p.from[:last]
}

// siblings are the items of the innermost open section.
func (p *parse) siblings() []ast.Item {
	if n := len(p.from); n > 0 {
		return p.items[p.from[n-1]:]
	}
	return p.items
}

// item adds one logical line to the tree.
func (p *parse) item(line ast.Line) {
	text := line.Text.String()
	switch {
	case p.body != nil:
		p.bodyLine(line)
	case text == "":
		p.blank(line)
	case text[0] == '#':
		p.add(&ast.Comment{Line: line})
	default:
		p.statement(line)
	}
}

// statement adds a line that is no comment and not empty.
func (p *parse) statement(line ast.Line) {
	text := line.Text.String()
	w := wordEnd(text, 0)
	switch {
	case strings.HasPrefix(text[w.from:w.to], "</"):
		p.close(line, w)
	case w.from < w.to && text[w.from] == '<':
		p.open(line, w)
	case p.beyond > 0:
		p.add(&ast.Bad{Line: line})
	default:
		p.directive(line, w)
	}
}

func (p *parse) blank(line ast.Line) {
	if items := p.siblings(); len(items) > 0 {
		if last, ok := items[len(items)-1].(*ast.Blank); ok {
			last.Whole.End = line.Whole.End
			return
		}
	}
	p.add(&ast.Blank{Whole: line.Whole})
}

func (p *parse) directive(line ast.Line, w rawWord) {
	d := p.directives.New()
	d.Line = line
	d.Name = w.word(line.Text).Text
	d.Args = rest(line.Text, w.next)
	if name := d.Name.String(); len(name) == len("Use") && clib.EqualFold(name, "Use") || strings.Contains(name, "${") {
		p.streams = true
	}
	p.add(d)
}

// rest returns what follows byte i of a line, without leading white space.
func rest(line ast.Text, i int) ast.Text {
	return line.Slice(skipSpace(line.String(), i), line.Len())
}

// open begins a section.
func (p *parse) open(line ast.Line, w rawWord) {
	if p.beyond > 0 || len(p.stack) == maxNesting {
		if p.beyond == 0 {
			p.tooDeep(line)
		}
		p.beyond++
		p.add(&ast.Bad{Line: line})
		return
	}
	name, args, problem := openingTag(line.Text, w)
	section := p.sections.New()
	section.Open, section.Name, section.Args = line, name, args
	p.push(section)
	if problem != nil {
		problem(p, section)
	}
	switch n := name.String(); {
	case len(n) == len("Macro") && clib.EqualFold(n, "Macro") && !p.ignored:
		p.openMacro(section)
	case strings.Contains(n, "${"):
		p.streams = true
	}
}

// openingTag splits the text of `<Name args>`. The problem, if there is one, reports what httpd refuses.
func openingTag(line ast.Text, w rawWord) (name, args ast.Text, problem func(*parse, *ast.Section)) {
	s := line.String()
	name = w.word(line).Text
	name = name.Slice(1, name.Len())
	next := skipSpace(s, w.next)
	if name.Len() == 0 && next < len(s) && s[next] != '>' {
		problem = (*parse).spaceBeforeName
		w = wordEnd(s, next)
		name = w.word(line).Text
		next = skipSpace(s, w.next)
	}
	bracket := strings.HasSuffix(name.String(), ">")
	if bracket {
		name = name.Slice(0, name.Len()-1)
	}
	end := strings.LastIndexByte(s[next:], '>')
	switch {
	case name.Len() == 0:
		problem = (*parse).noName
	case end < 0 && next < len(s) && problem == nil:
		problem = (*parse).noBracket
	}
	if end < 0 {
		end = len(s) - next
	}
	from, to := trim(s[next : next+end])
	return name, line.Slice(next+from, next+to), problem
}

// close ends a section.
func (p *parse) close(line ast.Line, w rawWord) {
	if p.beyond > 0 {
		p.beyond--
		p.add(&ast.Bad{Line: line})
		return
	}
	p.closing = w.word(line.Text).Text.String()
	name, bracket := closingName(line.Text, w)
	if len(p.stack) == 0 {
		p.add(&ast.Bad{Line: line})
		p.unmatched(line, name)
		return
	}
	n := p.matching(name.String())
	switch {
	case n < 0:
		p.add(&ast.Bad{Line: line})
		p.crossedByStranger(line, name)
		return
	case n < len(p.stack)-1:
		p.crossed(line, name, p.stack[n])
	case !sameName(p.stack[n].Name.String(), name.String()):
		p.misspelt(name, p.stack[n])
	case !bracket:
		p.closeWithoutBracket(line, p.stack[n])
	case executedOnRead(name.String()) && !clib.EqualFold(line.Text.String(), "</"+name.String()+">"):
		p.textBehindClose(line, p.stack[n])
	}
	p.stack[n].Close = &line
	for len(p.stack) > n {
		p.pop()
	}
}

// closingName returns the name of `</Name>`, and whether its > is there.
func closingName(line ast.Text, w rawWord) (name ast.Text, bracket bool) {
	name = w.word(line).Text
	name = name.Slice(2, name.Len())
	s := line.String()
	if next := skipSpace(s, w.next); name.Len() == 0 && next < len(s) {
		name = line.Slice(next, wordEnd(s, next).to)
		if n, ok := strings.CutSuffix(name.String(), ">"); ok {
			name = name.Slice(0, len(n))
		}
		return name, false
	}
	if n, ok := strings.CutSuffix(name.String(), ">"); ok {
		return name.Slice(0, len(n)), true
	}
	return name, false
}

// matching returns the index of the section that a closing tag belongs to: the innermost of that name; else the innermost
// at all where the name looks like a slip of the pen; else -1.
func (p *parse) matching(name string) int {
	for i, s := range slices.Backward(p.stack) {
		if sameName(s.Name.String(), name) {
			return i
		}
	}
	if top := len(p.stack) - 1; similar(p.stack[top].Name.String(), name) {
		return top
	}
	return -1
}

// sameName reports whether a closing tag can belong to an opening one. Names that hold a variable are not known here.
func sameName(open, closing string) bool {
	return clib.EqualFold(open, closing) || strings.Contains(open, "${") || strings.Contains(closing, "${")
}

// executedOnRead reports whether httpd handles a section while it reads, line by line, instead of building a tree first.
func executedOnRead(name string) bool {
	if len(name) < len("IfFile") || name[0]|0x20 != 'i' || name[1]|0x20 != 'f' {
		return false
	}
	switch clib.ToLower(name) {
	case "ifdefine", "ifmodule", "iffile", "ifversion", "ifdirective", "ifsection":
		return true
	}
	return false
}
