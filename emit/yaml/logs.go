package yaml

import (
	"go.yaml.in/yaml/v3"

	"github.com/lbconf/lbconf/ir"
)

// logFormats is LogFormat.
var logFormats = group{
	encode: func(w *writer, run []ir.Item) (*yaml.Node, int) {
		all := list()
		for _, item := range run {
			format := item.(*ir.LogFormat)
			m := w.entry(item)
			m.text("name", format.Nickname)
			m.add("format", text(format.Format))
			all.Content = append(all.Content, m.node)
			w.mark(item)
		}
		return all, len(run)
	},
	decode: func(r *reader, key, value *yaml.Node) []ir.Item {
		var items []ir.Item
		for _, entry := range r.entries(value, key.Value) {
			f, ok := r.fields(entry, "an entry of "+key.Value, `{name: short, format: "%h %>s"}`)
			if !ok || !f.need("format", `format: "%h %>s"`) {
				continue
			}
			f.only("name", "format")
			items = append(items, &ir.LogFormat{Node: f.head("LogFormat"), Format: f.text("format"), Nickname: f.text("name")})
		}
		return items
	},
	schema: func() schema { return listOf(object(props{"name": ref("text"), "format": ref("text")}, "format")) },
}

// accessLogs is CustomLog.
var accessLogs = group{
	encode: func(w *writer, run []ir.Item) (*yaml.Node, int) {
		all := list()
		for _, item := range run {
			log := item.(*ir.CustomLog)
			m := w.entry(item)
			m.add("to", text(log.Target))
			m.text("format", log.Format)
			m.text("if", log.Condition)
			all.Content = append(all.Content, m.node)
			w.mark(item)
		}
		return all, len(run)
	},
	decode: func(r *reader, key, value *yaml.Node) []ir.Item {
		var items []ir.Item
		for _, entry := range r.entries(value, key.Value) {
			f, ok := r.fields(entry, "an entry of "+key.Value, "{to: logs/access.log, format: combined}")
			if !ok || !f.need("to", "to: logs/access.log") {
				continue
			}
			f.only("to", "format", "if")
			items = append(items, &ir.CustomLog{
				Node: f.head("CustomLog"), Target: f.text("to"), Format: f.text("format"), Condition: f.text("if"),
			})
		}
		return items
	},
	schema: func() schema {
		return listOf(object(props{"to": ref("text"), "format": ref("text"), "if": ref("text")}, "to"))
	},
}
