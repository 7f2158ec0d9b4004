package main

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/diag"
)

// treeOptions say how a tree is printed.
type treeOptions struct {
	colour bool
	// first says that nothing was printed before.
	first bool
}

// widest is the most that the column of places takes; a longer place moves its line to the right.
const widest = 48

// treePrinter prints the steps of an input, a line for each.
type treePrinter struct {
	out    *bufio.Writer
	in     *input
	colour bool
	file   *diag.File
	// width is that of the column of places.
	width int
}

// writeParseTree prints what httpd would execute, then what it refuses and a line that counts.
func writeParseTree(w io.Writer, in *input, options treeOptions) error {
	p := &treePrinter{out: bufio.NewWriter(w), in: in, colour: options.colour}
	if !options.first {
		p.print("\n")
	}
	steps := stepsOf(in)
	p.measure(steps)
	p.steps(steps, 0)
	p.print("%s\n", treeSummary(summaryOf(in, steps)))
	if err := p.out.Flush(); err != nil {
		return err
	}
	if len(in.findings) == 0 {
		return nil
	}
	return diag.Render(w, in.files, sortedFindings(in), diag.RenderOptions{Color: options.colour, Concise: true})
}

// print writes; what fails does so again when the writer is flushed.
func (p *treePrinter) print(format string, args ...any) { _, _ = fmt.Fprintf(p.out, format, args...) }

// measure finds the width of the column of places.
func (p *treePrinter) measure(steps []step) {
	for i := range steps {
		if n := len(p.place(&steps[i])); n <= widest {
			p.width = max(p.width, n)
		}
		p.measure(steps[i].inside)
	}
}

// place is where a step stands: file:line.
func (p *treePrinter) place(s *step) string {
	at := p.in.files.Position(s.span().Start)
	if at.Line == 0 {
		return "-"
	}
	return fmt.Sprintf("%s:%d", diag.Clean(at.Filename), at.Line)
}

func (p *treePrinter) steps(steps []step, depth int) {
	for i := range steps {
		p.step(&steps[i], depth)
	}
}

func (p *treePrinter) step(s *step, depth int) {
	p.enter(s.span())
	p.print("%-*s  %s", p.width, p.place(s), strings.Repeat("    ", depth))
	if s.skipped != nil {
		p.print("%s\n", p.paint(dim, fmt.Sprintf("# %s skipped: %s", count(s.skipped.Directives, "directive"), diag.Clean(s.skipped.Reason))))
		return
	}
	name, module := s.name()
	p.print("%s  %s\n", p.written(s, name), p.paint(stateColour(s), "["+tags(s, module)+"]"))
	p.steps(s.inside, depth+1)
}

// written is a step as a line of a configuration, secrets masked.
func (p *treePrinter) written(s *step, name string) string {
	line := name
	switch {
	case s.node == nil:
		line = p.in.files.Text(s.span())
		return diag.CleanLine(strings.Join(strings.Fields(line), " "))
	case s.node.Args.Len() > 0:
		line += " " + s.node.Args.String()
	}
	if s.section() {
		line = "<" + line + ">"
	}
	return diag.CleanLine(line)
}

// tags are the words behind a step.
func tags(s *step, module string) string {
	words := []string{s.state()}
	if module != "" {
		words = append([]string{module}, words...)
	}
	if s.section() && s.state() == stateRead && !s.node.Is("Macro") {
		words[len(words)-1] = "true"
	}
	if s.guards() {
		words = append(words, "guards access")
	}
	return strings.Join(words, ", ")
}

// enter says where a file comes from when the steps go on in another one.
func (p *treePrinter) enter(span diag.Span) {
	file := p.in.files.File(span.Start)
	if file == nil || file == p.file {
		return
	}
	before := p.file
	p.file = file
	stack := p.in.files.IncludeStack(span.Start)
	if len(stack) == 0 {
		if before != nil {
			p.print("%s\n", p.paint(dim, "== back in "+diag.Clean(file.Name())))
		}
		return
	}
	way := []string{diag.Clean(file.Name())}
	for _, include := range stack {
		at := p.in.files.Position(include.Start)
		how := "included from"
		if macro := file.Macro(); macro != "" {
			how = "macro '" + diag.Clean(macro) + "' used at"
		}
		way = append(way, fmt.Sprintf("%s %s:%d", how, diag.Clean(at.Filename), at.Line))
		file = p.in.files.File(include.Start)
	}
	p.print("%s\n", p.paint(dim, "== "+strings.Join(way, ", ")))
}

// The colours of a terminal.
const (
	dim    = "2"
	red    = "31"
	yellow = "33"
)

func stateColour(s *step) string {
	switch s.state() {
	case ir.ResidueRefused.String(), ir.ResidueUnknown.String():
		return red
	case ir.ResidueUnsupported.String():
		return yellow
	}
	return dim
}

func (p *treePrinter) paint(colour, s string) string {
	if !p.colour {
		return s
	}
	return "\x1b[" + colour + "m" + s + "\x1b[0m"
}

// treeSummary is the line below a tree.
func treeSummary(sum parsedSummary) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %s: %d modelled", count(sum.Files, "file"), count(sum.Directives, "directive"), sum.Modelled)
	for _, state := range []struct {
		n    int
		word string
	}{
		{sum.Read, "read"},
		{sum.Inert, "inert"},
		{sum.Unsupported, "unsupported"},
		{sum.Unknown, "unknown"},
		{sum.Refused, "refused"},
	} {
		if state.n > 0 {
			fmt.Fprintf(&b, ", %d %s", state.n, state.word)
		}
	}
	if sum.Skipped > 0 {
		fmt.Fprintf(&b, "; %d skipped", sum.Skipped)
	}
	return b.String()
}
