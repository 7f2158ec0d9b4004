package yaml

import "github.com/lbconf/lbconf/ir"

// fcgiVariables is ProxyFCGISetEnvIf.
var fcgiVariables = mappings("if", "expression, set: NAME",
	func(_ *writer, m *mapping, item *ir.FCGISetEnvIf) {
		m.add("if", text(item.Condition))
		m.add(choose(item.Unset, "unset", "set"), text(item.Name))
		m.text("value", item.Value)
	},
	func(f *fields) *ir.FCGISetEnvIf {
		item := &ir.FCGISetEnvIf{Node: f.at("ProxyFCGISetEnvIf", "if"), Condition: f.text("if"), Unset: f.has("unset")}
		what := choose(item.Unset, "unset", "set")
		f.need(what, "set: NAME, or unset: NAME")
		item.Name = f.text(what)
		if f.only("if", what, "value"); !item.Unset {
			item.Value = f.text("value")
		}
		return item
	},
	func() schema {
		return anyOf(
			object(props{"if": ref("text"), "set": ref("text"), "value": ref("text")}, "if", "set"),
			object(props{"if": ref("text"), "unset": ref("text")}, "if", "unset"),
		)
	},
)
