package ast

import (
	"iter"
	"strings"
)

// Print returns the text of a file. What was parsed and not edited comes out byte for byte.
func Print(f *File) string {
	var b strings.Builder
	b.Grow(len(f.Source.Source()))
	for _, item := range f.Items {
		b.WriteString(f.Source.Text(item.Span()))
	}
	return b.String()
}

// All returns the items of a file and of the sections in it, in the order of their text, each section before its contents.
func (f *File) All() iter.Seq[Item] {
	return func(yield func(Item) bool) { walk(f.Items, yield) }
}

func walk(items []Item, yield func(Item) bool) bool {
	for _, item := range items {
		if !yield(item) {
			return false
		}
		if section, ok := item.(*Section); ok && !walk(section.Items, yield) {
			return false
		}
	}
	return true
}

// Indent is what a section moves its lines by in text that lbconf writes: four spaces, as in most configurations. Debian's
// own have tabs, which every program shows in another width.
const Indent = "    "
