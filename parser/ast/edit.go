package ast

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/lbconf/lbconf/parser/diag"
)

// ErrOverlap is what Apply returns when two edits change the same bytes.
var ErrOverlap = errors.New("edits overlap")

// Apply returns the source of a file with the edits made. Edits may come in any order; those that insert at the same place
// are made in the order given. An edit outside the file, or two that change the same bytes, are an error, and nothing is
// changed.
func Apply(file *diag.File, edits []diag.Edit) ([]byte, error) {
	src := file.Source()
	sorted := slices.Clone(edits)
	slices.SortStableFunc(sorted, func(a, b diag.Edit) int {
		return cmp.Or(cmp.Compare(a.Span.Start, b.Span.Start), cmp.Compare(a.Span.End, b.Span.End))
	})
	var out []byte
	at := 0
	for _, e := range sorted {
		from, to := file.Offset(e.Span.Start), file.Offset(e.Span.End)
		if !e.Span.IsValid() || e.Span.Start < file.Pos(0) || to > len(src) || to < from {
			return nil, fmt.Errorf("%s: an edit of the bytes %d to %d lies outside the file", file.Name(), from, to)
		}
		if from < at {
			return nil, fmt.Errorf("%s: %w at byte %d", file.Name(), ErrOverlap, from)
		}
		out = append(out, src[at:from]...)
		out = append(out, e.Text...)
		at = to
	}
	return append(out, src[at:]...), nil
}
