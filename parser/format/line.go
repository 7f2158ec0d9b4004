package format

import (
	"strings"

	"github.com/lbconf/lbconf/parser/ast"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/directive"
)

// cut is white space of a line that httpd throws away: the bytes from from up to to of the joined line.
type cut struct {
	from, to int
	// glue says that nothing takes its place, else a space does.
	glue bool
}

// directive writes a directive.
func (p *printer) directive(d *ast.Directive) {
	text := d.Line.Text.String()
	name := d.Name.String()
	p.cuts = p.cuts[:0]
	spelling := name
	// A name in quotes, or one that a template makes, is left alone with all of its line.
	if strings.HasPrefix(text, name) && isName(name) {
		args := len(text) - d.Args.Len()
		p.cut(len(name), args)
		if known, ok := directive.Lookup(name); ok && !known.Section {
			spelling = known.Spelling()
			p.split(splittingOf(known), text, args, len(text))
		}
	}
	p.uses = p.uses || clib.EqualFold(name, "Use") || strings.Contains(name, "${")
	deeper := p.chained(d)
	p.depth += deeper
	p.line(d.Line, 0, name, spelling)
	p.depth -= deeper
}

// open writes an opening tag. known is what it is, or nil.
func (p *printer) open(s *ast.Section, known *directive.Directive, spelling string) {
	text, name := s.Open.Text.String(), s.Name.String()
	p.cuts = p.cuts[:0]
	at, bracket := 1+len(name), strings.LastIndexByte(text, '>')
	if strings.HasPrefix(text, "<"+name) && isName(name) && at < bracket && text[at] != '>' {
		p.tag(known, text, at, bracket)
	}
	p.line(s.Open, 1, name, spelling)
}

// tag notes the white space of an opening tag: behind its name, which ends at byte at, between its arguments, and in front
// of its bracket, unless there is text behind that, which would become a part of the word in front of it.
func (p *printer) tag(known *directive.Directive, text string, at, bracket int) {
	args := strings.TrimLeft(text[at:bracket], space)
	if args != "" {
		from := bracket - len(args)
		p.cut(at, from)
		at = from + len(strings.TrimRight(args, space))
		if known != nil {
			p.split(splittingOf(known), text, from, at)
		}
	}
	if known != nil && at < bracket && bracket == len(text)-1 {
		p.cuts = append(p.cuts, cut{from: at, to: bracket, glue: true})
	}
}

// close writes a closing tag, its name as in the opening one.
func (p *printer) close(s *ast.Section, spelling string) {
	p.cuts = p.cuts[:0]
	text, name := s.Close.Text.String(), s.Name.String()
	if after, ok := strings.CutPrefix(text, "</"); ok && len(after) >= len(name) && clib.EqualFold(after[:len(name)], name) {
		p.line(*s.Close, len("</"), after[:len(name)], spelling)
		return
	}
	p.line(*s.Close, 0, "", "")
}

// isName reports whether a word looks like the name of a directive, and not like what a template or another language has
// at the beginning of a line.
func isName(word string) bool {
	for i := range len(word) {
		if c := word[i]; c != '_' && c-'0' > 9 && (c|0x20)-'a' > 'z'-'a' {
			return false
		}
	}
	return word != ""
}

// cut notes white space, if there is any.
func (p *printer) cut(from, to int) {
	if from < to {
		p.cuts = append(p.cuts, cut{from: from, to: to})
	}
}

// line writes a line. At byte at of it stands name, which is written as spelling.
func (p *printer) line(line ast.Line, at int, name, spelling string) {
	limit := p.opaque(line.Text.String())
	if at+len(name) > limit || p.replaces(spelling) {
		spelling = name
	}
	p.begin()
	p.indent(p.depth)
	done := 0
	if spelling != name && line.Text.Span(at, at+len(name)).Len() == len(name) {
		p.copyText(line.Text, 0, at)
		p.out = append(p.out, spelling...)
		done = at + len(name)
	}
	for _, c := range p.cuts {
		if c.to > limit {
			break
		}
		p.copyText(line.Text, done, c.from)
		if !c.glue {
			p.gap(line.Text, c)
		}
		done = c.to
	}
	p.copyText(line.Text, done, line.Text.Len())
	p.end(line)
}

// copyText writes bytes of a line as they stand in the file, with the continuations between them.
func (p *printer) copyText(text ast.Text, from, to int) {
	if from < to {
		p.write(p.source(text.Span(from, to)))
	}
}

// gap writes a space, or a continuation where the author broke the line.
func (p *printer) gap(text ast.Text, c cut) {
	between := p.src[p.offset(text.Span(c.from-1, c.from).End):p.offset(text.Span(c.to, c.to+1).Start)]
	p.out = append(p.out, ' ')
	if strings.IndexByte(between, '\n') < 0 {
		return
	}
	p.out = append(p.out, '\\')
	p.out = append(p.out, p.eol...)
	p.indent(p.depth + 1)
}
