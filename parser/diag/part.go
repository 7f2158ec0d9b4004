package diag

import (
	"fmt"
	"sort"
)

// part is a part of a file that is read once more in another place: the body of a macro where a Use expands it. It has
// positions of its own, so that each place knows through which Use it was reached, and the name, the lines and the
// offsets of the file in which the body is written.
type part struct {
	of *File
	// macro is the name of the macro.
	macro string
	// arguments are the places at which an argument of the Use stands, in ascending order.
	arguments []argument
}

// argument is a parameter in the body of a macro, and what the Use gives for it.
type argument struct {
	at, from Span
}

// AddPart adds the lines that span covers once more: as the body of a macro that the directive at used expands. It panics
// where span is not a place of the set.
func (s *FileSet) AddPart(span Span, macro string, used Span) *File {
	of := s.File(span.Start)
	from := of.Offset(span.Start)
	if of.part != nil {
		of = of.part.of
	}
	file := &File{name: of.name, src: of.src, first: s.next, from: from, included: used, part: &part{of: of, macro: macro}}
	s.files = append(s.files, file)
	s.next += Pos(span.Len()) + 1
	if s.readings == nil {
		s.readings = map[reading]int{}
	}
	s.readings[reading{of, from}]++
	return file
}

// reading is a part of a file, however often it is read.
type reading struct {
	of   *File
	from int
}

// Readings returns how often the part in which a place lies was read; 0 for a place in a file.
func (s *FileSet) Readings(p Pos) int {
	file := s.File(p)
	if file == nil || file.part == nil {
		return 0
	}
	return s.readings[reading{file.part.of, file.from}]
}

// Free returns how many bytes of files may still be added before there are no positions left.
func (s *FileSet) Free() int64 { return int64(^Pos(0)) - int64(s.next) }

// Argument notes that the parameter that stands at a place of a part was replaced by the argument that stands at from.
// Places must come in ascending order.
func (f *File) Argument(at, from Span) {
	if f.part != nil {
		f.part.arguments = append(f.part.arguments, argument{at, from})
	}
}

// Macro returns the name of the macro whose body a part of a file is, and "" for a file.
func (f *File) Macro() string {
	if f.part == nil {
		return ""
	}
	return f.part.macro
}

// Original returns where a span is written: in the file itself where it lies in the expansion of a macro.
func (s *FileSet) Original(span Span) Span {
	file := s.File(span.Start)
	if file == nil || file.part == nil {
		return span
	}
	of := file.part.of
	return Span{of.Pos(file.Offset(span.Start)), of.Pos(file.Offset(span.End))}
}

// Uses returns the spans of the Use directives through which a place in the body of a macro was reached, the innermost
// first; none for a place in a file.
func (s *FileSet) Uses(p Pos) []Span {
	var uses []Span
	for file := s.File(p); file != nil && file.part != nil; file = s.File(file.included.Start) {
		uses = append(uses, file.included)
	}
	return uses
}

// Replaced reports whether a parameter of a macro stands in the span, so that its bytes are not what httpd reads.
func (s *FileSet) Replaced(span Span) bool {
	file := s.File(span.Start)
	return file != nil && file.part != nil && len(file.part.within(span)) > 0
}

// within returns the arguments that stand in a span.
func (p *part) within(span Span) []argument {
	from := sort.Search(len(p.arguments), func(i int) bool { return p.arguments[i].at.End > span.Start })
	to := from
	for to < len(p.arguments) && p.arguments[to].at.Start < span.End {
		to++
	}
	return p.arguments[from:to]
}

// The most arguments, and the most levels of Use, that are told of one place.
const (
	mostArguments = 4
	mostUses      = 16
)

// Expansion returns the places outside the body of a macro that belong to one in it: the arguments that stand in the span,
// else the innermost Use. It is empty for a place in a file.
func (s *FileSet) Expansion(span Span) []Related {
	if given := s.arguments(span); len(given) > 0 {
		return given
	}
	uses := s.Expansions(span)
	return uses[:min(len(uses), 1)]
}

// Expansions returns the arguments that stand in a span in the body of a macro, and each Use through which it was reached,
// the innermost first. It is empty for a place in a file.
func (s *FileSet) Expansions(span Span) []Related {
	related := s.arguments(span)
	for file, level := s.File(span.Start), 0; file != nil && file.part != nil && level < mostUses; level++ {
		related = append(related, Related{Span: file.included, Message: fmt.Sprintf("macro '%s' is used here", file.part.macro)})
		file = s.File(file.included.Start)
	}
	return related
}

func (s *FileSet) arguments(span Span) []Related {
	file := s.File(span.Start)
	if file == nil || file.part == nil {
		return nil
	}
	var related []Related
	seen := map[Span]bool{}
	for _, a := range file.part.within(span) {
		if !seen[a.from] && len(related) < mostArguments {
			seen[a.from] = true
			related = append(related, Related{Span: a.from, Message: fmt.Sprintf("%s of macro '%s'", s.Text(a.at), file.part.macro)})
		}
	}
	return related
}
