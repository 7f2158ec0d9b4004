package ast

import (
	"sort"
	"strings"

	"github.com/lbconf/lbconf/parser/diag"
)

// Text is a string that knows where each of its bytes stands in the source. A logical line joined from continuations, or
// a line in which ${VAR} was replaced, is a Text of several pieces; nearly every other one is a single piece, which costs
// no memory beside the string. The zero value is empty and stands nowhere.
type Text struct {
	s     string
	start diag.Pos
	// pieces is nil for a text of a single piece that stands byte by byte from start on. It is a pointer because a
	// large file has half a million texts, and hardly one of them has pieces.
	pieces *[]piece
}

// piece says where the bytes from at to the next piece come from.
type piece struct {
	at int
	// src is the span the bytes come from; where its length differs from theirs, all of them stand for all of it.
	src diag.Span
}

// NewText returns s, whose bytes stand one by one in the source from start on.
func NewText(s string, start diag.Pos) Text { return Text{s: s, start: start} }

// ReplacedText returns s, which stands as a whole for the source bytes of src: the value of a variable, an unescaped word.
func ReplacedText(s string, src diag.Span) Text {
	if src.Len() == len(s) {
		return Text{s: s, start: src.Start}
	}
	return Text{s: s, pieces: &[]piece{{src: src}}}
}

// Join returns the concatenation of texts.
func Join(texts ...Text) Text {
	var pieces []piece
	var b strings.Builder
	for _, t := range texts {
		if t.s == "" {
			continue
		}
		if t.pieces == nil {
			pieces = append(pieces, piece{b.Len(), diag.Span{Start: t.start, End: t.start + diag.Pos(len(t.s))}})
		} else {
			for _, p := range *t.pieces {
				pieces = append(pieces, piece{b.Len() + p.at, p.src})
			}
		}
		b.WriteString(t.s)
	}
	return textOf(b.String(), pieces)
}

// textOf returns a text of pieces, which is a plain one where a single piece stands byte by byte.
func textOf(s string, pieces []piece) Text {
	switch {
	case len(pieces) == 0:
		return Text{s: s}
	case len(pieces) == 1 && pieces[0].src.Len() == len(s):
		return Text{s: s, start: pieces[0].src.Start}
	}
	return Text{s: s, pieces: &pieces}
}

// String returns the text.
func (t Text) String() string { return t.s }

// Len returns the number of bytes of the text.
func (t Text) Len() int { return len(t.s) }

// Span returns the source span of the bytes [i, j) of the text. With i == j it is the empty span before byte i.
func (t Text) Span(i, j int) diag.Span {
	if t.pieces == nil {
		return diag.Span{Start: t.start + diag.Pos(i), End: t.start + diag.Pos(j)}
	}
	first := t.byteSpan(i)
	if j <= i {
		return diag.Span{Start: first.Start, End: first.Start}
	}
	return diag.Span{Start: first.Start, End: t.byteSpan(j - 1).End}
}

// All returns the source span of the whole text.
func (t Text) All() diag.Span { return t.Span(0, len(t.s)) }

// Slice returns the bytes [i, j) of the text as a Text.
func (t Text) Slice(i, j int) Text {
	if t.pieces == nil {
		return Text{s: t.s[i:j], start: t.start + diag.Pos(i)}
	}
	var pieces []piece
	for k := t.pieceOf(i); k < len(*t.pieces) && (*t.pieces)[k].at < j; k++ {
		p, end := t.piece(k)
		from, to := max(i, p.at), min(j, end)
		if from >= to {
			continue
		}
		src := p.src
		if src.Len() == end-p.at {
			src = diag.Span{Start: src.Start + diag.Pos(from-p.at), End: src.Start + diag.Pos(to-p.at)}
		}
		pieces = append(pieces, piece{from - i, src})
	}
	if len(pieces) == 0 {
		return Text{start: t.Span(i, i).Start}
	}
	return textOf(t.s[i:j], pieces)
}

// piece returns a piece and the byte at which it ends.
func (t Text) piece(k int) (p piece, end int) {
	end = len(t.s)
	if k+1 < len(*t.pieces) {
		end = (*t.pieces)[k+1].at
	}
	return (*t.pieces)[k], end
}

// pieceOf returns the index of the piece that holds byte i. A text may have a piece for each of a million continuations.
func (t Text) pieceOf(i int) int {
	return max(sort.Search(len(*t.pieces), func(k int) bool { return (*t.pieces)[k].at > i })-1, 0)
}

// byteSpan returns where byte i stands; one past the last byte it is the empty span at the end.
func (t Text) byteSpan(i int) diag.Span {
	p, end := t.piece(t.pieceOf(i))
	if i >= len(t.s) {
		return diag.Span{Start: p.src.End, End: p.src.End}
	}
	if p.src.Len() != end-p.at {
		return p.src
	}
	return diag.Span{Start: p.src.Start + diag.Pos(i-p.at), End: p.src.Start + diag.Pos(i-p.at+1)}
}
