package ast

import (
	"sort"
	"strings"

	"github.com/lbconf/lbconf/parser/diag"
)

// Text is a string that knows where each of its bytes stands in the source. It is a stretch of an origin: nearly every one
// of a file has the file itself for it; a logical line joined from continuations, or a line in which ${VAR} was replaced,
// has an origin of its own. That keeps it at sixteen bytes, of which a large file has half a million. The zero value is
// empty and stands nowhere.
type Text struct {
	of       *origin
	from, to uint32
}

// origin is a string with the place of each of its bytes. It never changes.
type origin struct {
	s string
	// start is where s stands byte by byte in the source, where there are no pieces.
	start  diag.Pos
	pieces []piece
}

// piece says where the bytes from at to the next piece come from.
type piece struct {
	at int
	// src is the span the bytes come from; where its length differs from theirs, all of them stand for all of it.
	src diag.Span
}

// NewText returns s, whose bytes stand one by one in the source from start on. Texts of the same line or file are better
// made with Slice, which allocates nothing.
func NewText(s string, start diag.Pos) Text {
	return Text{of: &origin{s: s, start: start}, to: uint32(len(s))}
}

// ReplacedText returns s, which stands as a whole for the source bytes of src: the value of a variable, an unescaped word.
func ReplacedText(s string, src diag.Span) Text {
	if src.Len() == len(s) {
		return NewText(s, src.Start)
	}
	return Text{of: &origin{s: s, pieces: []piece{{src: src}}}, to: uint32(len(s))}
}

// Join returns the concatenation of texts.
func Join(texts ...Text) Text {
	var only Text
	var pieces []piece
	n, parts := 0, 0
	for _, t := range texts {
		if t.Len() > 0 {
			pieces = t.appendPieces(pieces, n)
			n += t.Len()
			only = t
			parts++
		}
	}
	if parts <= 1 {
		return only
	}
	var b strings.Builder
	b.Grow(n)
	for _, t := range texts {
		b.WriteString(t.String())
	}
	return Text{of: &origin{s: b.String(), pieces: pieces}, to: uint32(n)}
}

// appendPieces appends the pieces of a text that begins at byte n of what it becomes a part of.
func (t Text) appendPieces(pieces []piece, n int) []piece {
	from, to := int(t.from), int(t.to)
	if t.of.pieces == nil {
		return append(pieces, piece{n, t.All()})
	}
	for k := t.of.pieceOf(from); k < len(t.of.pieces) && t.of.pieces[k].at < to; k++ {
		p, end := t.of.piece(k)
		i, j := max(from, p.at), min(to, end)
		if i >= j {
			continue
		}
		if p.src.Len() == end-p.at {
			p.src = diag.Span{Start: p.src.Start + diag.Pos(i-p.at), End: p.src.Start + diag.Pos(j-p.at)}
		}
		pieces = append(pieces, piece{n + i - from, p.src})
	}
	return pieces
}

// String returns the text.
func (t Text) String() string {
	if t.of == nil {
		return ""
	}
	return t.of.s[t.from:t.to]
}

// Len returns the number of bytes of the text.
func (t Text) Len() int { return int(t.to - t.from) }

// Span returns the source span of the bytes [i, j) of the text. With i == j it is the empty span before byte i.
func (t Text) Span(i, j int) diag.Span {
	if t.of == nil {
		return diag.Span{}
	}
	i, j = i+int(t.from), j+int(t.from)
	if t.of.pieces == nil {
		return diag.Span{Start: t.of.start + diag.Pos(i), End: t.of.start + diag.Pos(j)}
	}
	first := t.of.byteSpan(i)
	if j <= i {
		return diag.Span{Start: first.Start, End: first.Start}
	}
	return diag.Span{Start: first.Start, End: t.of.byteSpan(j - 1).End}
}

// All returns the source span of the whole text.
func (t Text) All() diag.Span { return t.Span(0, t.Len()) }

// Slice returns the bytes [i, j) of the text as a Text.
func (t Text) Slice(i, j int) Text {
	return Text{of: t.of, from: t.from + uint32(i), to: t.from + uint32(j)}
}

// piece returns a piece and the byte at which it ends.
func (o *origin) piece(k int) (p piece, end int) {
	end = len(o.s)
	if k+1 < len(o.pieces) {
		end = o.pieces[k+1].at
	}
	return o.pieces[k], end
}

// pieceOf returns the index of the piece that holds byte i. A text may have a piece for each of a million continuations.
func (o *origin) pieceOf(i int) int {
	return max(sort.Search(len(o.pieces), func(k int) bool { return o.pieces[k].at > i })-1, 0)
}

// byteSpan returns where byte i stands; one past the last byte it is the empty span at the end.
func (o *origin) byteSpan(i int) diag.Span {
	p, end := o.piece(o.pieceOf(i))
	if i >= len(o.s) {
		return diag.Span{Start: p.src.End, End: p.src.End}
	}
	if p.src.Len() != end-p.at {
		return p.src
	}
	return diag.Span{Start: p.src.Start + diag.Pos(i-p.at), End: p.src.Start + diag.Pos(i-p.at+1)}
}
