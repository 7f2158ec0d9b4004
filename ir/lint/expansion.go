package lint

import (
	"fmt"
	"slices"

	"github.com/lbconf/lbconf/parser/diag"
)

// written names a finding by where it is written, however often a macro brings it about.
type written struct {
	file   string
	offset int
	code   diag.Code
	text   string
}

// OnceEach leaves one finding of those that each Use of a macro brings about in the same words, and says how many they
// were. Its fix stays only where every Use has it and no argument stands in what it changes: an edit of the macro changes
// what all of them stand for.
func OnceEach(found diag.List, files *diag.FileSet) diag.List {
	first := map[written]int{}
	same := map[int][]diag.Diagnostic{}
	kept := make(diag.List, 0, len(found))
	for _, d := range found {
		if files.Readings(d.Span.Start) == 0 {
			kept = append(kept, d)
			continue
		}
		file := files.File(d.Span.Start)
		key := written{file.Name(), file.Offset(d.Span.Start), d.Code, d.Message}
		if i, ok := first[key]; ok {
			same[i] = append(same[i], d)
			continue
		}
		first[key] = len(kept)
		same[len(kept)] = nil
		kept = append(kept, d)
	}
	for i, others := range same {
		d := &kept[i]
		if len(others) > 0 {
			d.Notes = append(slices.Clip(d.Notes), diag.Note{Kind: "note", Text: fmt.Sprintf("the same at %d more of the %d places where the macro is used", len(others), files.Readings(d.Span.Start))})
		}
	}
	for i := range kept {
		if d := &kept[i]; d.Fix != nil && !mends(d.Fix, same[i], files) {
			d.Fix = nil
		}
	}
	return kept
}

// mends reports whether a fix may be made: it changes no macro, or each Use of the macro asks for the same.
func mends(fix *diag.Fix, others []diag.Diagnostic, files *diag.FileSet) bool {
	readings := 0
	for _, e := range fix.Edits {
		if files.Replaced(e.Span) {
			return false
		}
		readings = max(readings, files.Readings(e.Span.Start))
	}
	if readings == 0 {
		return true
	}
	asking := 1
	for _, d := range others {
		if d.Fix != nil && sameEdits(fix.Edits, d.Fix.Edits, files) {
			asking++
		}
	}
	return asking == readings
}

func sameEdits(a, b []diag.Edit, files *diag.FileSet) bool {
	return slices.EqualFunc(a, b, func(a, b diag.Edit) bool {
		return a.Text == b.Text && files.Original(a.Span) == files.Original(b.Span)
	})
}
