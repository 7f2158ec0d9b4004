package ast

import "github.com/lbconf/lbconf/parser/diag"

// Move returns the text as it stands in another place: what comes from the bytes of from comes from as many bytes behind
// to, and the rest stays where it is. So a line of a macro gets the positions of one Use.
func (t Text) Move(from diag.Span, to diag.Pos) Text {
	if t.of == nil {
		return t
	}
	moved := origin{s: t.String()}
	if t.of.pieces == nil {
		moved.start = move(t.All(), from, to).Start
	} else {
		moved.pieces = t.appendPieces(nil, 0)
		for i := range moved.pieces {
			moved.pieces[i].src = move(moved.pieces[i].src, from, to)
		}
	}
	return Text{of: &moved, to: uint32(t.Len())}
}

// Move returns the line as it stands in another place, as Text.Move does.
func (l Line) Move(from diag.Span, to diag.Pos) Line {
	return Line{Whole: move(l.Whole, from, to), Text: l.Text.Move(from, to)}
}

func move(span, from diag.Span, to diag.Pos) diag.Span {
	if span.Start < from.Start || span.End > from.End {
		return span
	}
	return diag.Span{Start: to + (span.Start - from.Start), End: to + (span.End - from.Start)}
}
