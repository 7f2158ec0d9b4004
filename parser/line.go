package parser

import (
	"strings"

	"github.com/lbconf/lbconf/parser/ast"
	"github.com/lbconf/lbconf/parser/diag"
)

// scanner cuts a file into logical lines as httpd's ap_cfg_getline does.
type scanner struct {
	file *diag.File
	// whole is the file, of which the lines are stretches; src is its text.
	whole ast.Text
	src   string
	at    int
	// nul says that the file has NUL bytes, so that each line must be searched for one.
	nul bool
	// nuls are the places from which on httpd ignores the rest of a line.
	nuls []diag.Span
}

const bom = "\xef\xbb\xbf"

func newScanner(file *diag.File) *scanner {
	src := file.Source()
	return &scanner{file: file, whole: ast.NewText(src, file.Pos(0)), src: src, nul: strings.IndexByte(src, 0) >= 0}
}

// done reports whether no line is left.
func (s *scanner) done() bool { return s.at >= len(s.src) }

// next returns the next logical line: a backslash that is the very last byte before the line end joins the next line.
func (s *scanner) next() ast.Line {
	start := s.at
	from, to, more := s.physical()
	if !more {
		i, j := trim(s.src[from:to])
		if start == 0 && strings.HasPrefix(s.src, bom) {
			i, j = s.trimMark(to)
		}
		return s.line(start, s.whole.Slice(from+i, from+j))
	}
	text := s.joined(start, from, to, more)
	if text.Len() == 0 {
		return s.line(start, s.whole.Slice(start, start))
	}
	return s.line(start, text.Slice(trim(text.String())))
}

// raw returns the next logical line with the white space around it.
func (s *scanner) raw() ast.Line {
	start := s.at
	from, to, more := s.physical()
	return s.line(start, s.joined(start, from, to, more))
}

// joined returns the logical line that begins with a physical line that was read.
func (s *scanner) joined(start, from, to int, more bool) ast.Text {
	parts := []ast.Text{s.whole.Slice(from, to)}
	if start == 0 && strings.HasPrefix(s.src, bom) {
		parts[0] = parts[0].Slice(len(bom), to)
	}
	for more && !s.done() {
		from, to, more = s.physical()
		if !more && to < len(s.src) && s.src[to] == '\n' && (from == to || s.src[from:to] == "\r") && withdrawn(&parts) {
			more = true
		} else if from < to {
			parts = append(parts, s.whole.Slice(from, to))
		}
	}
	return ast.Join(parts...)
}

// withdrawn takes a backslash from the end of what is joined, if there is one: httpd looks for it there, so that behind
// two backslashes an empty line is continued too.
func withdrawn(parts *[]ast.Text) bool {
	last := len(*parts) - 1
	text, found := strings.CutSuffix((*parts)[last].String(), `\`)
	if !found {
		return false
	}
	(*parts)[last] = (*parts)[last].Slice(0, len(text))
	if text == "" && last > 0 {
		*parts = (*parts)[:last]
	}
	return true
}

func (s *scanner) line(start int, text ast.Text) ast.Line {
	return ast.Line{Whole: s.file.Span(start, s.at), Text: text}
}

// trimMark trims the first line of a file that begins with a byte order mark.
func (s *scanner) trimMark(to int) (i, j int) {
	if to < len(bom) {
		return to, to
	}
	i, j = trim(s.src[len(bom):to])
	return i + len(bom), j + len(bom)
}

// physical consumes one physical line and returns the bounds of what counts of it, and whether it is continued.
func (s *scanner) physical() (from, to int, more bool) {
	from = s.at
	n := strings.IndexByte(s.src[from:], '\n')
	ended := n >= 0
	if ended {
		to = from + n
		s.at = to + 1
	} else {
		to = len(s.src)
		s.at = to
	}
	if s.nul {
		if i := strings.IndexByte(s.src[from:to], 0); i >= 0 {
			if len(s.nuls) <= maxFileProblems {
				s.nuls = append(s.nuls, s.file.Span(from+i, to))
			}
			return from, from + i, false
		}
	}
	if !ended {
		return from, to, false
	}
	end := to
	if end > from && s.src[end-1] == '\r' {
		end--
	}
	if end > from && s.src[end-1] == '\\' {
		return from, end - 1, true
	}
	return from, to, false
}
