package lint

import (
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/diag"
)

// lines returns the whole physical lines that a span touches, the last line end included.
func (p *Pass) lines(span diag.Span) (diag.Span, bool) {
	if p.Config.Files == nil {
		return diag.Span{}, false
	}
	file := p.Config.Files.File(span.Start)
	if file == nil {
		return diag.Span{}, false
	}
	src := file.Source()
	start, end := file.Offset(span.Start), file.Offset(span.End)
	start = strings.LastIndexByte(src[:start], '\n') + 1
	if i := strings.IndexByte(src[end:], '\n'); i >= 0 {
		end += i + 1
	} else {
		end = len(src)
	}
	return file.Span(start, end), true
}

// insertAfter is the fix that adds lines behind an item with the indentation of its line. It is nil where the item has
// no place in a file.
func (p *Pass) insertAfter(item ir.Item, message string, text ...string) *diag.Fix {
	whole, ok := p.lines(item.Head().Origin.Span)
	if !ok {
		return nil
	}
	source := p.Config.Files.Text(whole)
	indent := source[:len(source)-len(strings.TrimLeft(source, " \t"))]
	var b strings.Builder
	if !strings.HasSuffix(source, "\n") {
		b.WriteByte('\n')
	}
	for _, line := range text {
		b.WriteString(indent + line + "\n")
	}
	at := diag.Span{Start: whole.End, End: whole.End}
	return &diag.Fix{Message: message, Edits: []diag.Edit{{Span: at, Text: b.String()}}}
}

// insertBefore is the fix that adds a line above an item with the indentation of its line. It is nil where the item does
// not begin its line, or has no place in a file.
func (p *Pass) insertBefore(item ir.Item, message, text string) *diag.Fix {
	whole, ok := p.lines(item.Head().Origin.Span)
	if !ok {
		return nil
	}
	indent := p.source(diag.Span{Start: whole.Start, End: item.Head().Origin.Span.Start})
	if strings.TrimLeft(indent, " \t") != "" {
		return nil
	}
	at := diag.Span{Start: whole.Start, End: whole.Start}
	return &diag.Fix{Message: message, Edits: []diag.Edit{{Span: at, Text: indent + text + "\n"}}}
}

// movable is how many bytes may stand between two lines of which one is moved before the other. What stands between is
// read, and a file may have a finding for each line.
const movable = 1 << 13

// moveBefore is the fix that moves the line of later before the line of earlier. It is nil where the two do not stand in
// one section of one file, since moving a line into or out of a section means something else, or far from each other.
func (p *Pass) moveBefore(later, earlier ir.Item, message string) *diag.Fix {
	from, ok := p.lines(later.Head().Origin.Span)
	if !ok {
		return nil
	}
	to, ok := p.lines(earlier.Head().Origin.Span)
	if !ok || p.Config.Files.File(from.Start) != p.Config.Files.File(to.Start) || to.End > from.Start || from.Start-to.End > movable {
		return nil
	}
	between := p.Config.Files.Text(diag.Span{Start: to.End, End: from.Start})
	for line := range strings.Lines(between) {
		if strings.HasPrefix(strings.TrimLeft(line, " \t"), "<") {
			return nil
		}
	}
	text := p.Config.Files.Text(from)
	if !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	at := diag.Span{Start: to.Start, End: to.Start}
	return &diag.Fix{Message: message, Edits: []diag.Edit{{Span: at, Text: text}, {Span: from}}}
}

// insertAt is the fix that adds text at the end of an argument, before a closing quote.
func (p *Pass) insertAt(arg diag.Span, message, text string, safe bool) *diag.Fix {
	end := arg.End
	if source := p.source(arg); len(source) > 1 && source[0] == '"' && strings.HasSuffix(source, `"`) {
		end--
	}
	return &diag.Fix{Safe: safe, Message: message, Edits: []diag.Edit{{Span: diag.Span{Start: end, End: end}, Text: text}}}
}

// source returns the text of a span as it stands in its file.
func (p *Pass) source(span diag.Span) string {
	if p.Config.Files == nil || !span.IsValid() {
		return ""
	}
	return p.Config.Files.Text(span)
}

// spanIn returns the place of a text in the source of a span, or the span where it does not stand there as it is.
func spanIn(p *Pass, at diag.Span, text string) diag.Span {
	i := strings.Index(p.source(at), text)
	if i < 0 {
		return at
	}
	start := at.Start + diag.Pos(i)
	return diag.Span{Start: start, End: start + diag.Pos(len(text))}
}
