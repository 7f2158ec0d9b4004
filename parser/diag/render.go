package diag

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
)

// RenderOptions says how Render writes. The zero value writes excerpts without colours.
type RenderOptions struct {
	// Color adds ANSI colours.
	Color bool
	// Context is the number of lines shown around the place of a diagnostic, 0 or more.
	Context int
	// Concise writes one line for each diagnostic and no excerpt.
	Concise bool
}

// Render writes the list for people: what is wrong, where, the lines with the places marked, and the notes. Control bytes of
// the input come out escaped, secrets masked, long lines cut around the place. It returns the first error of the writer.
func Render(w io.Writer, fs *FileSet, list List, opts RenderOptions) error {
	r := &renderer{Writer: bufio.NewWriter(w), fs: fs, opts: opts}
	for i, d := range list {
		if i > 0 && !opts.Concise {
			r.text("\n")
		}
		r.diagnostic(d)
	}
	return r.Flush()
}

// renderer writes diagnostics. Errors stay in the bufio.Writer until Flush returns them.
type renderer struct {
	*bufio.Writer
	fs   *FileSet
	opts RenderOptions
	// gutter is the width of the line numbers of the current diagnostic.
	gutter int
}

// The colours of a report.
const (
	red    = "\x1b[1;31m"
	yellow = "\x1b[1;33m"
	cyan   = "\x1b[1;36m"
	blue   = "\x1b[1;34m"
	bold   = "\x1b[1m"
	reset  = "\x1b[0m"
)

func severityColor(s Severity) string {
	switch s {
	case Error:
		return red
	case Warning:
		return yellow
	case Info:
		return cyan
	}
	return bold
}

func (r *renderer) text(parts ...string) {
	for _, s := range parts {
		_, _ = r.WriteString(s) // bufio keeps the error for Flush.
	}
}

func (r *renderer) colored(color, s string) {
	if !r.opts.Color || strings.TrimSpace(s) == "" {
		r.text(s)
		return
	}
	r.text(color, s, reset)
}

func (r *renderer) diagnostic(d Diagnostic) {
	at := r.fs.Position(d.Span.Start)
	head := fmt.Sprintf("%s[%s %s]", d.Severity, d.Code, d.Name)
	if r.opts.Concise {
		if at.Line > 0 {
			r.text(fmt.Sprintf("%s:%d:%d: ", Clean(at.Filename), at.Line, at.Column))
		}
		r.colored(severityColor(d.Severity), head)
		r.text(": ", Clean(d.Message), r.uses(d.Span), "\n")
		return
	}
	r.colored(severityColor(d.Severity), head)
	r.colored(bold, ": "+Clean(d.Message))
	r.text("\n")
	excerpts := r.excerpts(d)
	r.gutter = 1
	for _, e := range excerpts {
		for _, l := range e.lines {
			r.gutter = max(r.gutter, len(fmt.Sprint(l.number)))
		}
	}
	for i, e := range excerpts {
		r.excerpt(e, i == 0, severityColor(d.Severity))
	}
	r.notes(d)
}

// uses says in one line through which macro a place was reached: from its own Use to the one in a file.
func (r *renderer) uses(span Span) string {
	file := r.fs.File(span.Start)
	uses := r.fs.Uses(span.Start)
	if len(uses) == 0 {
		return ""
	}
	first, last := r.fs.Position(uses[0].Start), r.fs.Position(uses[len(uses)-1].Start)
	text := fmt.Sprintf(" (in macro '%s', used at %s:%d", file.Macro(), first.Filename, first.Line)
	if len(uses) > 1 {
		text += fmt.Sprintf(", reached from %s:%d", last.Filename, last.Line)
	}
	return Clean(text + ")")
}

func (r *renderer) notes(d Diagnostic) {
	note := func(kind, text string) {
		r.text(strings.Repeat(" ", r.gutter+1))
		r.colored(blue, "=")
		r.text(" ")
		r.colored(bold, kind+":")
		r.text(" ", Clean(text), "\n")
	}
	for _, n := range d.Notes {
		note(n.Kind, n.Text)
	}
	if d.Fix != nil && d.Fix.Message != "" {
		kind := "fix (review)"
		if d.Fix.Safe {
			kind = "fix (safe)"
		}
		note(kind, d.Fix.Message)
	}
	if d.Code != "" {
		note("docs", "lbconf explain "+string(d.Code))
	}
}

// mark is a place on a line with its label.
type mark struct {
	// from and to are byte offsets in the line.
	from, to int
	label    string
	primary  bool
}

// markedLine is a line of an excerpt.
type markedLine struct {
	number int
	marks  []mark
}

// excerpt is what is shown of one file.
type excerpt struct {
	file  *File
	at    Position
	lines []markedLine
}

// excerpts groups the place and the related places of a diagnostic by file, its own first.
func (r *renderer) excerpts(d Diagnostic) []excerpt {
	var all []excerpt
	add := func(span Span, label string, primary bool) {
		file := r.fs.File(span.Start)
		if file == nil {
			return
		}
		i := slices.IndexFunc(all, func(e excerpt) bool { return e.file == file })
		if i < 0 {
			i = len(all)
			all = append(all, excerpt{file: file, at: r.fs.Position(span.Start)})
		}
		all[i].mark(r.fs.Position(span.Start), span.Len(), label, primary)
	}
	add(d.Span, d.Label, true)
	if len(all) > 0 {
		all[0].context(all[0].at.Line, r.opts.Context)
	}
	for _, rel := range d.Related {
		add(rel.Span, rel.Message, false)
	}
	for _, rel := range r.fs.Expansion(d.Span) {
		add(rel.Span, rel.Message, false)
	}
	for i := range all {
		slices.SortFunc(all[i].lines, func(a, b markedLine) int { return cmp.Compare(a.number, b.number) })
	}
	return all
}

// mark adds a place; of one that runs over several lines only the first is marked.
func (e *excerpt) mark(at Position, length int, label string, primary bool) {
	line := e.line(at.Line)
	from := at.Column - 1
	to := min(from+max(length, 1), max(len(e.file.Line(at.Line)), from+1))
	line.marks = append(line.marks, mark{from: from, to: to, label: label, primary: primary})
}

func (e *excerpt) line(number int) *markedLine {
	for i := range e.lines {
		if e.lines[i].number == number {
			return &e.lines[i]
		}
	}
	e.lines = append(e.lines, markedLine{number: number})
	return &e.lines[len(e.lines)-1]
}

func (e *excerpt) context(around, n int) {
	last := len(e.file.lineStarts())
	for number := max(around-n, 1); number <= min(around+n, last); number++ {
		e.line(number)
	}
}

func (r *renderer) excerpt(e excerpt, first bool, color string) {
	arrow := "--> "
	if !first {
		arrow = "::: "
	}
	r.text(strings.Repeat(" ", r.gutter))
	r.colored(blue, arrow)
	r.text(fmt.Sprintf("%s:%d:%d\n", Clean(e.at.Filename), e.at.Line, e.at.Column))
	if first {
		r.stack(e.file)
	}
	r.bar("")
	r.text("\n")
	for _, line := range e.lines {
		r.line(e.file, line, color)
	}
}

// stack writes how a file was reached, without the middle of a long way.
func (r *renderer) stack(file *File) {
	const most = 8
	includes := r.fs.IncludeStack(file.Start())
	for i, span := range includes {
		macro := file.Macro()
		file = r.fs.File(span.Start)
		indent := strings.Repeat(" ", r.gutter+4)
		if hidden := len(includes) - most; hidden > 0 && i >= most/2 && i < most/2+hidden {
			if i == most/2 {
				r.text(indent, fmt.Sprintf("… %d more\n", hidden))
			}
			continue
		}
		at := r.fs.Position(span.Start)
		how := "included from"
		if macro != "" {
			how = fmt.Sprintf("in macro '%s', used at", Clean(macro))
		}
		r.text(indent, fmt.Sprintf("%s %s:%d\n", how, Clean(at.Filename), at.Line))
	}
}

// bar writes the gutter with a line number or none.
func (r *renderer) bar(number string) {
	r.colored(blue, fmt.Sprintf("%*s |", r.gutter, number))
}

// line writes a line of the source and the rows of marks below it.
func (r *renderer) line(file *File, line markedLine, color string) {
	slices.SortStableFunc(line.marks, func(a, b mark) int { return cmp.Compare(a.from, b.from) })
	before, behind := file.around(line.number)
	shown := display(before, file.Line(line.number), behind, line.marks)
	r.bar(fmt.Sprint(line.number))
	if shown.text != "" {
		r.text(" ", shown.text)
	}
	r.text("\n")
	if len(line.marks) == 0 {
		return
	}
	last := len(line.marks) - 1
	row := newRow()
	for _, primary := range []bool{false, true} {
		for _, m := range line.marks {
			if m.primary == primary {
				row.underline(shown.column(m.from), shown.column(m.to), primary)
			}
		}
	}
	r.row(row, line.marks[last], color)
	for i := last - 1; i >= 0; i-- {
		if line.marks[i].label == "" {
			continue
		}
		row := newRow()
		for _, m := range line.marks[:i+1] {
			if m.label != "" {
				row.put(shown.column(m.from), '|', m.primary)
			}
		}
		r.row(row, line.marks[i], color)
	}
}

// row is a row of marks: a character for each column, and whether it belongs to the diagnostic's own place.
type row struct {
	cells   []byte
	primary []bool
}

func newRow() *row { return &row{} }

func (w *row) put(column int, c byte, primary bool) {
	for len(w.cells) <= column {
		w.cells, w.primary = append(w.cells, ' '), append(w.primary, false)
	}
	w.cells[column], w.primary[column] = c, primary
}

func (w *row) underline(from, to int, primary bool) {
	c := byte('-')
	if primary {
		c = '^'
	}
	for column := from; column < max(to, from+1); column++ {
		w.put(column, c, primary)
	}
}

// row writes a row with the label of the mark that ends it.
func (r *renderer) row(w *row, labelled mark, color string) {
	r.bar("")
	r.text(" ")
	for i := 0; i < len(w.cells); {
		j := i
		for j < len(w.cells) && w.primary[j] == w.primary[i] {
			j++
		}
		r.colored(markColor(w.primary[i], color), string(w.cells[i:j]))
		i = j
	}
	if labelled.label != "" {
		r.text(" ")
		r.colored(markColor(labelled.primary, color), Clean(labelled.label))
	}
	r.text("\n")
}

func markColor(primary bool, color string) string {
	if primary {
		return color
	}
	return blue
}
