// Package diag holds positions and diagnostics: the bottom of everything that reads a configuration.
//
// A Pos is an offset into a FileSet, so that one small integer names a byte of any file of an input, and a Span is half
// open. Lines and columns are computed when somebody asks for them. A file knows the directive that included it, so that
// a diagnostic can print the whole include stack.
package diag

import (
	"slices"
	"sort"
	"strings"
	"sync"
	"unsafe"
)

// Pos is a byte position in a FileSet. The zero value is no position.
type Pos uint32

// IsValid reports whether p names a byte.
func (p Pos) IsValid() bool { return p != 0 }

// Span is the half-open range of bytes [Start, End) in one file of a FileSet. The zero value is no span.
type Span struct {
	Start, End Pos
}

// IsValid reports whether s names a place.
func (s Span) IsValid() bool { return s.Start != 0 }

// Len returns the number of bytes in s.
func (s Span) Len() int { return int(s.End) - int(s.Start) }

// Contains reports whether p lies in s.
func (s Span) Contains(p Pos) bool { return s.Start <= p && p < s.End }

// To returns the span from the start of s to the end of t.
func (s Span) To(t Span) Span { return Span{s.Start, t.End} }

// Position is a Pos for people.
type Position struct {
	// Filename is the name the file was added under.
	Filename string
	// Offset counts bytes from 0.
	Offset int
	// Line counts from 1.
	Line int
	// Column counts bytes of the line from 1.
	Column int
}

// File is one file of a FileSet.
type File struct {
	name string
	src  string
	// first is the position of the byte at from, the first one that is in the set.
	first    Pos
	from     int
	included Span
	indexed  sync.Once
	lines    []int
	// part is what a reading of a part of another file has; nil for a file.
	part *part
}

// Name returns the name the file was added under.
func (f *File) Name() string { return f.name }

// Source returns the text of the file.
func (f *File) Source() string { return f.src }

// Pos returns the position of the byte at offset, which may be one past the last byte.
func (f *File) Pos(offset int) Pos { return f.first + Pos(offset-f.from) }

// Start returns the position of the first byte that the set has of the file; a part of a file has no others.
func (f *File) Start() Pos { return f.first }

// Span returns the span of the bytes [start, end) of the file.
func (f *File) Span(start, end int) Span { return Span{f.Pos(start), f.Pos(end)} }

// Offset returns the offset of p in the file.
func (f *File) Offset(p Pos) int { return int(p) - int(f.first) + f.from }

// Text returns the bytes of s as a string.
func (f *File) Text(s Span) string { return f.src[f.Offset(s.Start):f.Offset(s.End)] }

// Line returns a line, counted from 1, without its line end. It is empty for a line the file does not have.
func (f *File) Line(line int) string {
	starts := f.lineStarts()
	if line < 1 || line > len(starts) {
		return ""
	}
	rest, _, _ := strings.Cut(f.src[starts[line-1]:], "\n")
	return strings.TrimSuffix(rest, "\r")
}

// around returns what httpd joins with a line, with backslashes before the line ends: what stands before it and what stands
// behind it. Of much only what is next to the line is returned, and the beginning of the whole.
func (f *File) around(line int) (before, behind string) {
	starts := f.lineStarts()
	if line < 1 || line > len(starts) {
		return "", ""
	}
	first, last := line, line
	for first > 1 && f.continues(first-1) {
		first--
	}
	for last < len(starts) && last-line < maskMargin && f.continues(last) {
		last++
	}
	before = f.src[starts[first-1]:starts[line-1]]
	if len(before) > 2*maskMargin {
		before = before[:maskMargin] + before[len(before)-maskMargin:]
	}
	if line < last {
		behind = f.src[starts[line]:starts[last-1]] + f.Line(last)
		behind = behind[:min(len(behind), maskMargin)]
	}
	return joinLines(before), joinLines(behind)
}

// continues reports whether a line ends in a backslash.
func (f *File) continues(line int) bool { return strings.HasSuffix(f.Line(line), `\`) }

// joinLines takes out the line ends that a backslash takes away.
func joinLines(text string) string {
	return strings.ReplaceAll(strings.ReplaceAll(text, "\\\r\n", ""), "\\\n", "")
}

func (f *File) lineStarts() []int {
	if f.part != nil {
		return f.part.of.lineStarts()
	}
	f.indexed.Do(func() {
		f.lines = append(make([]int, 0, 1+strings.Count(f.src, "\n")), 0)
		for i := range len(f.src) - 1 {
			if f.src[i] == '\n' {
				f.lines = append(f.lines, i+1)
			}
		}
	})
	return f.lines
}

// FileSet holds the files of one input, in the order in which they were read. It is not safe for concurrent Add.
type FileSet struct {
	files    []*File
	next     Pos
	readings map[reading]int
}

// NewFileSet returns an empty set.
func NewFileSet() *FileSet { return &FileSet{next: 1} }

// Add adds a file. Its source is not copied, so that it must not be changed afterwards. included is the span of the
// directive that names the file, or the zero Span.
func (s *FileSet) Add(name string, src []byte, included Span) *File {
	file := &File{name: name, src: unsafe.String(unsafe.SliceData(src), len(src)), first: s.next, included: included}
	s.files = append(s.files, file)
	s.next += Pos(len(src)) + 1
	return file
}

// Files returns the files in the order in which they were added, without the parts of files that were read again.
func (s *FileSet) Files() []*File {
	return slices.DeleteFunc(slices.Clone(s.files), func(f *File) bool { return f.part != nil })
}

// File returns the file that contains p, or nil.
func (s *FileSet) File(p Pos) *File {
	if !p.IsValid() || p >= s.next {
		return nil
	}
	i := sort.Search(len(s.files), func(i int) bool { return s.files[i].first > p }) - 1
	return s.files[i]
}

// Position returns p for people; it is the zero Position where p names no byte of the set.
func (s *FileSet) Position(p Pos) Position {
	file := s.File(p)
	if file == nil {
		return Position{}
	}
	starts := file.lineStarts()
	offset := file.Offset(p)
	line := sort.SearchInts(starts, offset+1)
	return Position{Filename: file.name, Offset: offset, Line: line, Column: offset - starts[line-1] + 1}
}

// Text returns the source bytes of a span, or "" where it names none.
func (s *FileSet) Text(span Span) string {
	file := s.File(span.Start)
	if file == nil {
		return ""
	}
	return file.Text(span)
}

// IncludeStack returns the spans of the directives through which the file of p was reached, the innermost first.
func (s *FileSet) IncludeStack(p Pos) []Span {
	var stack []Span
	for file := s.File(p); file != nil && file.included.IsValid(); file = s.File(file.included.Start) {
		stack = append(stack, file.included)
	}
	return stack
}

// Before reports whether httpd reads a before b: what a file includes comes in the place of the directive that includes it.
func (s *FileSet) Before(a, b Pos) bool { return slices.Compare(s.way(a), s.way(b)) < 0 }

// way returns the places of the directives through which p was reached, the outermost first, and p.
func (s *FileSet) way(p Pos) []Pos {
	way := []Pos{p}
	for _, at := range s.IncludeStack(p) {
		way = append(way, at.Start)
	}
	slices.Reverse(way)
	return way
}
