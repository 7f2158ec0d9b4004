package yaml

import "github.com/lbconf/lbconf/ir"

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
	encode: each(func(_ *writer, m *mapping, set *ir.SetEnvIf) {
		m.add("attribute", text(set.Attribute))
		m.add("matches", text(set.Pattern.Source))
		m.on("nocase", set.NoCase)
		m.add("set", textOrList(set.Assign))
	}),
	decode: eachOf(`{attribute: Remote_Addr, matches: ^10\., set: internal}`, func(r *reader, f *fields) (*ir.SetEnvIf, bool) {
		if !f.need("attribute", "attribute: Remote_Addr") || !f.need("matches", `matches: ^10\.`) || !f.need("set", "set: internal") {
			return nil, false
		}
		f.only("attribute", "matches", "nocase", "set")
		set := &ir.SetEnvIf{Node: f.head("SetEnvIf"), Attribute: f.text("attribute"), NoCase: f.on("nocase")}
		if set.NoCase {
			set.Origin.Directive = "SetEnvIfNoCase"
		}
		var ok, read bool
		set.Pattern, ok = r.regex(f.value["matches"], f.text("matches"))
		set.Assign, read = r.texts(f.value["set"], "set")
		if read && len(set.Assign) == 0 {
			r.fail(r.span(f.keys["set"]), "set names no variable", "write NAME, NAME=VALUE, !NAME or a list of them")
			return nil, false
		}
		return set, ok && read
	}),
	schema: func() schema {
		return listOf(object(props{"attribute": ref("text"), "matches": ref("text"), "nocase": ref("switch"), "set": ref("texts")},
			"attribute", "matches", "set"))
	},
}

// env is SetEnv, PassEnv and UnsetEnv.
var env = group{
	encode: each(func(_ *writer, m *mapping, item ir.Item) {
		if set, ok := item.(*ir.SetEnv); ok {
			m.add("set", text(set.Name))
			m.text("value", set.Value)
			return
		}
		names := item.(*ir.EnvNames)
		m.add(choose(names.Unset, "unset", "pass"), textOrList(names.Names))
	}),
	decode: eachOf("{set: NAME, value: text}", (*reader).envEntry),
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
