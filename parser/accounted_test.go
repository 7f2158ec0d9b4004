package parser_test

import (
	"sort"
	"strings"

	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/ast"
	"github.com/lbconf/lbconf/parser/diag"
)

// unaccounted returns the directives of an input that are nowhere: not executed, done with, skipped, or under a diagnostic.
func unaccounted(tree *parser.Tree) []string {
	var places []diag.Span
	add := func(span diag.Span) { places = append(places, tree.Files.Original(span)) }
	var nodes func([]*parser.Node)
	nodes = func(list []*parser.Node) {
		for _, n := range list {
			add(n.Span())
			switch item := n.Item.(type) {
			case *ast.Directive:
				add(item.Line.Whole) // a name may be empty, and begin where the file ends
			case *ast.Section:
				add(item.Open.Whole)
				if item.Close != nil {
					add(item.Close.Whole)
				}
			case *ast.Comment, *ast.Blank, *ast.Bad: // no nodes come from them
			}
			nodes(n.Children)
		}
	}
	nodes(tree.Nodes)
	for _, n := range tree.Consumed {
		if n.Is("Macro") {
			add(n.Item.Span()) // its lines are text
			continue
		}
		add(n.Span())
	}
	for _, s := range tree.Skipped {
		add(s.Span)
	}
	for _, d := range tree.Diagnostics {
		add(d.Span)
		for _, r := range d.Related {
			add(r.Span)
		}
	}
	return uncovered(tree, places)
}

// uncovered returns the directives and opening tags of the files in which none of the places begins, and which begin in
// none.
func uncovered(tree *parser.Tree, places []diag.Span) (lost []string) {
	if len(tree.Diagnostics) > 900 {
		return nil // not all are listed
	}
	sort.Slice(places, func(i, j int) bool { return places[i].Start < places[j].Start })
	ends := make([]diag.Pos, len(places)) // the farthest end so far
	for i, p := range places {
		ends[i] = p.End
		if i > 0 {
			ends[i] = max(ends[i], ends[i-1])
		}
	}
	for _, file := range tree.Syntax {
		for item := range file.All() {
			var at diag.Span
			switch item := item.(type) {
			case *ast.Directive:
				if strings.Contains(item.Name.String(), "${") {
					continue
				}
				at = item.Line.Whole
			case *ast.Section:
				if strings.Contains(item.Name.String(), "${") {
					continue // it may become a closing tag
				}
				at = item.Open.Whole
			case *ast.Comment, *ast.Blank, *ast.Bad:
				continue
			}
			behind := sort.Search(len(places), func(i int) bool { return places[i].Start >= at.End })
			if behind == 0 || ends[behind-1] <= at.Start {
				lost = append(lost, tree.Files.Text(at))
			}
		}
	}
	return lost
}
