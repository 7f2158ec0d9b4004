package yaml

import (
	"go.yaml.in/yaml/v3"

	"github.com/lbconf/lbconf/ir"
)

// rewriteMaps is RewriteMap.
var rewriteMaps = mappings("name", "redirects, source: txt:redirects.txt",
	func(_ *writer, m *mapping, rewriteMap *ir.RewriteMap) {
		m.add("name", text(rewriteMap.Name))
		m.add("source", text(rewriteMap.Source))
		m.text("owner", rewriteMap.Owner)
	},
	func(f *fields) *ir.RewriteMap {
		f.only("name", "source", "owner")
		f.need("source", "source: txt:redirects.txt")
		return &ir.RewriteMap{Node: f.head("RewriteMap"), Name: f.text("name"), Source: f.text("source"), Owner: f.text("owner")}
	},
	func() schema {
		return object(props{"name": ref("text"), "source": ref("text"), "owner": ref("text")}, "name", "source")
	},
)

// envIf is SetEnvIf and its kin.
var envIf = group{
	encode: func(w *writer, run []ir.Item) (*yaml.Node, int) {
		all := list()
		for _, item := range run {
			set := item.(*ir.SetEnvIf)
			m := w.entry(set)
			m.add("attribute", text(set.Attribute))
			m.add("matches", text(set.Pattern.Source))
			m.on("nocase", set.NoCase)
			m.add("set", textOrList(set.Assign))
			all.Content = append(all.Content, m.node)
			w.mark(set)
		}
		return all, len(run)
	},
	decode: func(r *reader, key, value *yaml.Node) []ir.Item {
		var items []ir.Item
		for _, entry := range r.entries(value, key.Value) {
			f, ok := r.fields(entry, "an entry of "+key.Value, "{attribute: Remote_Addr, matches: ^10\\., set: internal}")
			if !ok || !f.need("attribute", "attribute: Remote_Addr") || !f.need("matches", `matches: ^10\.`) || !f.need("set", "set: internal") {
				continue
			}
			f.only("attribute", "matches", "nocase", "set")
			set := &ir.SetEnvIf{Node: f.head("SetEnvIf"), Attribute: f.text("attribute"), NoCase: f.on("nocase")}
			if set.NoCase {
				set.Origin.Directive = "SetEnvIfNoCase"
			}
			set.Pattern, ok = r.regex(f.value["matches"], f.text("matches"))
			assign, read := r.texts(f.value["set"], "set")
			if read && len(assign) == 0 {
				r.fail(r.span(f.keys["set"]), "set names no variable", "write NAME, NAME=VALUE, !NAME or a list of them")
				read = false
			}
			if set.Assign = assign; ok && read {
				items = append(items, set)
			}
		}
		return items
	},
	schema: func() schema {
		return listOf(object(props{"attribute": ref("text"), "matches": ref("text"), "nocase": ref("switch"), "set": ref("texts")},
			"attribute", "matches", "set"))
	},
}

// env is SetEnv, PassEnv and UnsetEnv.
var env = group{
	encode: func(w *writer, run []ir.Item) (*yaml.Node, int) {
		all := list()
		for _, item := range run {
			m := w.entry(item)
			if set, ok := item.(*ir.SetEnv); ok {
				m.add("set", text(set.Name))
				m.text("value", set.Value)
			} else {
				names := item.(*ir.EnvNames)
				m.add(choose(names.Unset, "unset", "pass"), textOrList(names.Names))
			}
			all.Content = append(all.Content, m.node)
			w.mark(item)
		}
		return all, len(run)
	},
	decode: func(r *reader, key, value *yaml.Node) []ir.Item {
		var items []ir.Item
		for _, entry := range r.entries(value, key.Value) {
			if f, ok := r.fields(entry, "an entry of "+key.Value, "{set: NAME, value: text}"); ok {
				if item, ok := r.envEntry(&f); ok {
					items = append(items, item)
				}
			}
		}
		return items
	},
	schema: func() schema {
		return listOf(anyOf(
			object(props{"set": ref("text"), "value": ref("text")}, "set"),
			object(props{"pass": ref("texts")}, "pass"),
			object(props{"unset": ref("texts")}, "unset"),
		))
	},
}

func (r *reader) envEntry(f *fields) (ir.Item, bool) {
	for _, which := range []struct{ key, directive string }{{"pass", "PassEnv"}, {"unset", "UnsetEnv"}} {
		if !f.has(which.key) {
			continue
		}
		f.only(which.key)
		names, ok := r.texts(f.value[which.key], which.key)
		if ok && len(names) == 0 {
			r.fail(r.span(f.keys[which.key]), which.key+" names no variable", "write a name or a list of names")
			ok = false
		}
		return &ir.EnvNames{Node: f.at(which.directive, which.key), Unset: which.key == "unset", Names: names}, ok
	}
	f.only("set", "value")
	if !f.need("set", "set: NAME, or pass: or unset: and names") {
		return nil, false
	}
	return &ir.SetEnv{Node: f.head("SetEnv"), Name: f.text("set"), Value: f.text("value")}, true
}
