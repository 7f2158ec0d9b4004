package ir

import (
	"strings"

	"github.com/lbconf/lbconf/parser/diag"
)

// Source is a file that the items of a program come from, with its text. Programs that `lbconf convert --to go` writes name
// the places of their directives with it.
type Source struct {
	file  *diag.File
	text  string
	lines []int // where each line begins
}

// NewSource adds a file to a set, which belongs into Config.Files.
func NewSource(files *diag.FileSet, name, text string) Source {
	s := Source{file: files.Add(name, []byte(text), diag.Span{}), text: text}
	for offset := 0; offset < len(text); {
		s.lines = append(s.lines, offset)
		end := strings.IndexByte(text[offset:], '\n')
		if end < 0 {
			break
		}
		offset += end + 1
	}
	return s
}

// At returns the node of an item that stands on a line, counted from 1, and on those that continue it. A line that the file
// does not have is no place.
func (s Source) At(line int) Node {
	if line < 1 || line > len(s.lines) {
		return Node{}
	}
	rest := s.text[s.lines[line-1]:]
	written := strings.TrimLeft(rest, " \t\"'") // httpd reads the name like any word
	written, section := strings.CutPrefix(written, "<")
	start := s.lines[line-1] + len(rest) - len(written)
	written = strings.TrimRight(logicalLine(written), " \t\r\n")
	if section {
		written = strings.TrimSuffix(written, ">")
	}
	name, _, _ := strings.Cut(written, " ")
	return Node{Origin: Origin{Span: s.file.Span(start, start+len(written)), Directive: name}}
}

// logicalLine is the first line of a text with those that continue it.
func logicalLine(text string) string {
	n := 0
	for line := range strings.Lines(text) {
		n += len(line)
		if !strings.HasSuffix(strings.TrimRight(line, "\r\n"), `\`) {
			break
		}
	}
	return text[:n]
}
