package ir

import "github.com/lbconf/lbconf/parser/diag"

// Source is a file that the items of a program come from: its name and its lines, without its text. Programs that
// `lbconf convert --to go` writes name the places of their directives with it.
type Source struct{ file *diag.File }

// NewSource adds a file of so many lines to a set, which belongs into Config.Files.
func NewSource(files *diag.FileSet, name string, lines int) Source {
	return Source{files.AddOutline(name, max(lines, 1))}
}

// At returns the node of an item that stands on a line, counted from 1. A line that the file does not have is its last.
func (s Source) At(line int) Node {
	at := s.file.Pos(min(max(line, 1), len(s.file.Source())) - 1)
	return Node{Origin: Origin{Span: diag.Span{Start: at, End: at}}}
}
