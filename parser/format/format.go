// Package format writes a configuration file as everybody would have written it: one indentation, one space between words,
// names as the manual spells them, no white space at the ends of lines, at most one empty line at a time.
//
// It never changes what httpd reads. White space is touched only where httpd throws it away: between the words of a
// directive that is known to split its arguments into words, and in front of the variables and macro parameters of the
// line, behind which any text may come to stand. Everything else is copied byte for byte.
package format

import (
	"bytes"
	"slices"
	"strings"

	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/ast"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/parser/directive"
)

// Parse returns the tree of a file, and why it cannot be formatted: syntax such that httpd would not read the file, so that
// what is meant is not known. A byte order mark is among these reasons.
func Parse(file *diag.File) (*ast.File, diag.List) {
	tree, found := parser.Parse(file)
	return tree, slices.DeleteFunc(found, func(d diag.Diagnostic) bool {
		return d.Severity != diag.Error || d.Class == diag.Defect
	})
}

// File returns the canonical text of a tree for whose file Parse has no reason not to: the same directives with the same arguments, and the
// same comments. Lines end as most lines of the file do; where it has none, with a newline. The last one ends too, unless
// httpd does not read it since it does not: in a file with a Use. To format the result again
// changes nothing.
func File(tree *ast.File) []byte {
	p := &printer{file: tree.Source, src: tree.Source.Source(), eol: lineEnd(tree.Source.Source()), fresh: true}
	p.nul = strings.IndexByte(p.src, 0) >= 0
	p.out = make([]byte, 0, len(p.src)+len(p.src)/16)
	p.items(tree.Items)
	if p.uses && unended(p.src) {
		p.out = bytes.TrimSuffix(p.out, []byte(p.eol))
	}
	return p.out
}

// unended reports whether the last line of a file holds something and does not end. Behind a Use httpd does not read such
// a line (2.4.71), so that to end it would bring it to life.
func unended(src string) bool {
	return strings.Trim(src[strings.LastIndexByte(src, '\n')+1:], space) != ""
}

// lineEnd returns what most lines of a file end with.
func lineEnd(src string) string {
	if crlf := strings.Count(src, "\r\n"); 2*crlf > strings.Count(src, "\n") {
		return "\r\n"
	}
	return "\n"
}

// printer writes one file.
type printer struct {
	file *diag.File
	src  string
	eol  string
	out  []byte
	// nul says that the file has NUL bytes, which end a line for httpd. Such lines are copied.
	nul   bool
	depth int
	// fresh says that nothing stands in the section or file yet, so that no empty line may; blank, that an empty line is due.
	fresh, blank bool
	// params are the texts that the macros around stand for: mod_macro replaces them wherever they are in a line.
	params []string
	// uses says that the file has a Use.
	uses bool
	// chain counts the rules of ModSecurity that the next one continues.
	chain int
	cuts  []cut
}

func (p *printer) items(items []ast.Item) {
	for _, item := range items {
		switch item := item.(type) {
		case *ast.Blank:
			p.empty(item)
		case *ast.Comment:
			p.comment(item)
		case *ast.Directive:
			if !p.copied(item.Line) {
				p.directive(item)
			}
		case *ast.Section:
			p.section(item)
		case *ast.Bad:
			p.copy(item.Line.Whole)
		}
	}
}

// begin starts a line, after an empty one where that is due.
func (p *printer) begin() {
	if p.blank && !p.fresh && !bytes.HasSuffix(p.out, []byte("\n"+p.eol)) {
		p.out = append(p.out, p.eol...)
	}
	p.blank, p.fresh = false, false
}

// indent writes the indentation of a line that lies so many sections deep.
func (p *printer) indent(depth int) {
	for range min(depth, deepest) {
		p.out = append(p.out, ast.Indent...)
	}
}

// deepest is how far lines are indented at most: a file of millions of lines in hundreds of sections must stay bounded.
const deepest = 20

// end ends a line. Where a backslash continued it with nothing, an empty line follows instead.
func (p *printer) end(line ast.Line) {
	p.newline()
	p.blank = strings.Count(p.src[p.offset(line.Text.All().End):p.offset(line.Whole.End)], "\n") > 1
}

func (p *printer) offset(at diag.Pos) int { return p.file.Offset(at) }

// source returns the text of the file at a span.
func (p *printer) source(span diag.Span) string {
	return p.src[p.offset(span.Start):p.offset(span.End)]
}

// write appends text of the file, its line ends made those of the output. One with two carriage returns stays: with fewer,
// a backslash in front of it would continue the line.
func (p *printer) write(text string) {
	for {
		line, rest, more := strings.Cut(text, "\n")
		if !more {
			p.out = append(p.out, text...)
			return
		}
		if strings.HasSuffix(line, "\r\r") {
			p.out = append(append(p.out, line...), '\n')
		} else {
			p.out = append(append(p.out, strings.TrimSuffix(line, "\r")...), p.eol...)
		}
		text = rest
	}
}

// copy writes whole lines as they are.
func (p *printer) copy(whole diag.Span) {
	text := p.source(whole)
	p.begin()
	if strings.HasSuffix(text, "\n") {
		p.write(text)
		return
	}
	p.write(strings.TrimRight(text, "\r"))
	p.out = append(p.out, p.eol...)
}

// copied copies a line with a NUL byte, and reports whether it is one.
func (p *printer) copied(line ast.Line) bool {
	if !p.nul || strings.IndexByte(p.source(line.Whole), 0) < 0 {
		return false
	}
	p.copy(line.Whole)
	return true
}

func (p *printer) empty(b *ast.Blank) {
	if p.nul && strings.IndexByte(p.source(b.Whole), 0) >= 0 {
		p.copy(b.Whole)
		return
	}
	p.blank = true
}

// comment writes a comment at the indentation of its section. Its text stays as it is, the lines that a backslash adds to
// it too.
func (p *printer) comment(c *ast.Comment) {
	if p.copied(c.Line) {
		return
	}
	p.begin()
	p.indent(p.depth)
	text, ended := strings.CutSuffix(p.src[p.offset(c.Line.Text.All().Start):p.offset(c.Line.Whole.End)], "\n")
	if ended {
		text = strings.TrimSuffix(text, "\r")
	}
	if ended && strings.HasSuffix(text, `\`) { // it goes on at the end of the file
		p.write(text)
		p.out = append(p.out, p.eol...)
		return
	}
	last := strings.LastIndexByte(text, '\n') + 1
	p.write(text[:last])
	tail := strings.TrimRight(text[last:], space)
	if last > 0 && tail == "" && text[last:] != "" {
		tail = " " // an empty line would take a backslash from the end of the one that it continues
	}
	p.out = append(p.out, tail...)
	p.newline()
}

// newline ends a line of the file. A backslash that is the last of its text did not continue it and must not begin to: a
// space keeps it from that, as it may have before.
func (p *printer) newline() {
	if p.out[len(p.out)-1] == '\\' {
		p.out = append(p.out, ' ')
	}
	p.out = append(p.out, p.eol...)
}

// space is what httpd takes for white space.
const space = " \t\n\v\f\r"

// section writes a section. What lies in one that is not known is copied: it may be a program, as in <Perl>.
func (p *printer) section(s *ast.Section) {
	known, name := lookup(s)
	if !p.copied(s.Open) {
		p.open(s, known, name)
	}
	if s.Close == nil {
		p.items(s.Items) // a file that is refused; nothing of it may be lost all the same
		return
	}
	if known != nil && !program(known) {
		params := len(p.params)
		if known.Name == "Macro" {
			p.params = append(p.params, p.parameters(s)...)
		}
		p.depth++
		p.fresh, p.blank = true, false
		p.items(s.Items)
		p.depth--
		p.params = p.params[:params]
	} else if body := (diag.Span{Start: s.Open.Whole.End, End: s.Close.Whole.Start}); body.Len() > 0 {
		p.write(p.source(body))
	}
	p.blank = false
	if !p.copied(*s.Close) {
		p.close(s, name)
	}
}

// lookup returns what a section is, or nil, and how its name is written.
func lookup(s *ast.Section) (known *directive.Directive, name string) {
	name = s.Name.String()
	if known, ok := directive.LookupSection(name); ok {
		return known, known.Spelling()
	}
	return nil, name
}

// program reports whether a section of httpd's own holds no directives: those of mod_lua hold Lua.
func program(section *directive.Directive) bool { return section.Module == "mod_lua" }
