package lower

import (
	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/diag"
)

// FirstRefusal returns the refusal at which httpd stops, given what Lower found in a tree; it is not ok where httpd takes the
// input. httpd first reads everything, with what is included in place, and loads modules on the way; then it executes
// what it has read in the same order; at last it checks the whole.
func FirstRefusal(tree *parser.Tree, found diag.List) (first diag.Diagnostic, ok bool) {
	first, ok = firstOf(tree.Diagnostics, func(*diag.Diagnostic) bool { return true })
	early, some := firstOf(found, func(d *diag.Diagnostic) bool { return d.Reading })
	switch {
	case some && (!ok || tree.Files.Before(early.Span.Start, first.Span.Start)):
		return early, true
	case ok:
		return first, true
	}
	return firstOf(found, func(*diag.Diagnostic) bool { return true })
}

func firstOf(list diag.List, wanted func(*diag.Diagnostic) bool) (diag.Diagnostic, bool) {
	for i := range list {
		if list[i].Class == diag.Refusal && wanted(&list[i]) {
			return list[i], true
		}
	}
	return diag.Diagnostic{}, false
}
