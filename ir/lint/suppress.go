package lint

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/lbconf/lbconf/parser/ast"
	"github.com/lbconf/lbconf/parser/diag"
)

// suppression is a comment that ignores findings of some rules on the item behind it.
type suppression struct {
	// at is the text in the brackets, whole the lines of the comment.
	at, whole diag.Span
	// scope is the next directive or section; it is invalid where none follows.
	scope diag.Span
	rules []string
}

var ignoreComment = regexp.MustCompile(`^#\s*lbconf:\s*ignore\[([^\]]*)\]`)

// suppress leaves out the findings that a comment in the configuration ignores, and returns how many those are. A
// comment that ignores nothing is itself a finding. syntax are the files in which the findings lie. What lies in a macro is
// ignored by a comment there, and by one above a Use of it.
func suppress(found diag.List, syntax []*ast.File, files *diag.FileSet) (kept diag.List, ignored int) {
	var all []suppression
	for _, file := range syntax {
		all = collect(file.Items, all)
	}
	if len(all) == 0 {
		return found, 0
	}
	used := map[int]map[string]bool{}
	for _, d := range found {
		if i, name := ignoring(all, d, files); i >= 0 {
			if used[i] == nil {
				used[i] = map[string]bool{}
			}
			used[i][name] = true
			ignored++
			continue
		}
		kept.Add(d)
	}
	for i, s := range all {
		for _, name := range s.rules {
			if !used[i][name] {
				kept.Add(unused(s, name))
			}
		}
	}
	kept.Sort()
	return kept, ignored
}

// collect appends the suppressions among items and below them.
func collect(items []ast.Item, all []suppression) []suppression {
	following := 0 // the first item behind the current one that is one to httpd
	for i, item := range items {
		for following <= i || following < len(items) && !executed(items[following]) {
			following++
		}
		switch item := item.(type) {
		case *ast.Comment:
			text := item.Line.Text.String()
			match := ignoreComment.FindStringSubmatchIndex(text)
			if match == nil {
				continue
			}
			s := suppression{at: item.Line.Text.Span(match[2], match[3]), whole: item.Line.Whole}
			if following < len(items) {
				s.scope = items[following].Span()
			}
			for name := range strings.SplitSeq(text[match[2]:match[3]], ",") {
				s.rules = append(s.rules, strings.TrimSpace(name))
			}
			all = append(all, s)
		case *ast.Section:
			all = collect(item.Items, all)
		case *ast.Directive, *ast.Blank, *ast.Bad:
		}
	}
	return all
}

// executed reports whether an item is one to httpd.
func executed(item ast.Item) bool {
	switch item.(type) {
	case *ast.Directive, *ast.Section, *ast.Bad:
		return true
	case *ast.Comment, *ast.Blank:
	}
	return false
}

// ignoring returns the suppression of a finding and the name by which it names the rule, or -1.
func ignoring(all []suppression, d diag.Diagnostic, files *diag.FileSet) (int, string) {
	if d.Class == diag.Refusal {
		return -1, ""
	}
	places := []diag.Pos{files.Original(d.Span).Start}
	for _, use := range files.Uses(d.Span.Start) {
		places = append(places, files.Original(use).Start)
	}
	for i, s := range all {
		if !s.scope.IsValid() || !slices.ContainsFunc(places, s.scope.Contains) {
			continue
		}
		for _, name := range s.rules {
			if name == string(d.Code) || name == d.Name {
				return i, name
			}
		}
	}
	return -1, ""
}

func unused(s suppression, name string) diag.Diagnostic {
	d := diag.Diagnostic{
		Code: unusedSuppression.ID, Name: unusedSuppression.Name, Class: unusedSuppression.Class, Severity: unusedSuppression.Severity,
		Span:    s.at,
		Message: fmt.Sprintf("nothing of %s is found here to ignore", name),
		Notes:   []diag.Note{{Kind: "help", Text: "delete the comment; it stands above the directive or section that it is meant for"}},
	}
	switch rule, ok := Lookup(name); {
	case !ok:
		d.Message = fmt.Sprintf("no rule is called %q", name)
		d.Notes = []diag.Note{{Kind: "help", Text: `"lbconf rules" lists codes and names`}}
	case rule.Class == diag.Refusal:
		d.Message = fmt.Sprintf("%s cannot be ignored: httpd refuses it", name)
	case len(s.rules) == 1:
		d.Fix = &diag.Fix{Safe: true, Message: "delete the comment", Edits: []diag.Edit{{Span: s.whole}}}
	}
	return d
}
