package yaml

import (
	"go.yaml.in/yaml/v3"

	"github.com/lbconf/lbconf/ir"
)

// oneOrMore is the group of items that stand in a list, where one alone needs none.
func oneOrMore[T ir.Item](write func(w *writer, item T) *yaml.Node, read func(r *reader, what string, value *yaml.Node) (T, bool), describe func() schema) group {
	return group{
		encode: func(w *writer, run []ir.Item) (*yaml.Node, int) {
			all := list()
			for _, item := range run {
				value := write(w, item.(T))
				w.mark(item, value)
				annotateEntry(value, w.origins.comment(item))
				all.Content = append(all.Content, value)
			}
			if len(all.Content) == 1 && all.Content[0].Kind == yaml.ScalarNode {
				return all.Content[0], 1
			}
			return all, len(run)
		},
		decode: func(r *reader, key, value *yaml.Node) []ir.Item {
			var items []ir.Item
			for _, entry := range r.entries(value, key.Value) {
				if item, ok := read(r, key.Value, entry); ok {
					items = append(items, item)
				}
			}
			return items
		},
		schema: func() schema { return anyOf(describe(), listOf(describe())) },
	}
}

// mappings is the group of items each of which is a mapping in a list. One without the key that is needed is refused.
func mappings[T ir.Item](needed, example string, write func(w *writer, m *mapping, item T), read func(f *fields) T, describe func() schema) group {
	example = needed + ": " + example
	return group{
		encode: each(write),
		decode: eachOf("{"+example+"}", func(_ *reader, f *fields) (item T, ok bool) {
			if !f.need(needed, example) {
				return item, false
			}
			return read(f), true
		}),
		schema: func() schema { return listOf(describe()) },
	}
}

// each encodes every item of a run as a mapping in a list.
func each[T ir.Item](write func(w *writer, m *mapping, item T)) func(w *writer, run []ir.Item) (*yaml.Node, int) {
	return func(w *writer, run []ir.Item) (*yaml.Node, int) {
		all := list()
		for _, item := range run {
			m := w.entry(item)
			write(w, m, item.(T))
			all.Content = append(all.Content, m.node)
			w.mark(item, m.node)
		}
		return all, len(run)
	}
}

// eachOf decodes a list of mappings, of each of which read makes an item. Where it says false there is none, and read has
// said why.
func eachOf[T ir.Item](example string, read func(r *reader, f *fields) (T, bool)) func(r *reader, key, value *yaml.Node) []ir.Item {
	return func(r *reader, key, value *yaml.Node) []ir.Item {
		var items []ir.Item
		for _, entry := range r.entries(value, key.Value) {
			f, ok := r.fields(entry, "an entry of "+key.Value, example)
			if !ok {
				continue
			}
			if item, ok := read(r, &f); ok {
				items = append(items, item)
			}
		}
		return items
	}
}

// annotateEntry puts a comment on the first line of an entry of a list.
func annotateEntry(value *yaml.Node, comment string) {
	if value.Kind == yaml.MappingNode && value.Style&yaml.FlowStyle == 0 && len(value.Content) > 0 {
		annotate(value.Content[0], value.Content[1], comment)
		return
	}
	value.LineComment = comment
}
