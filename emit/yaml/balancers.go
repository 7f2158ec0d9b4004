package yaml

import (
	"go.yaml.in/yaml/v3"

	"github.com/lbconf/lbconf/ir"
)

// members is BalancerMember.
var members = mappings("url", "http://192.0.2.1:8080",
	func(w *writer, m *mapping, member *ir.BalancerMember) {
		m.text("balancer", member.Balancer)
		m.add("url", text(member.URL))
		m.params(w, member.Params, ir.ParamOfWorker)
	},
	func(f *fields) *ir.BalancerMember {
		return &ir.BalancerMember{
			Node: f.head("BalancerMember"), Balancer: f.text("balancer"), URL: f.text("url"), Params: f.params("balancer", "url"),
		}
	},
	func() schema {
		return withParams(props{"balancer": ref("text"), "url": ref("text"), "parameters": ref("parameters")}, "url")
	},
)

// proxySet is ProxySet: a mapping of parameters, or a list of such mappings.
var proxySet = group{
	encode: func(w *writer, run []ir.Item) (*yaml.Node, int) {
		all := list()
		for _, item := range run {
			set := item.(*ir.ProxySet)
			m := w.entry(item)
			m.text("url", set.URL)
			m.params(w, set.Params, w.setOf(set))
			if len(set.Params) == 0 {
				w.fail(item, "has no parameter")
			}
			all.Content = append(all.Content, m.node)
			w.mark(item, m.node)
		}
		if len(run) == 1 {
			return all.Content[0], 1
		}
		return all, len(run)
	},
	decode: func(r *reader, key, value *yaml.Node) []ir.Item {
		var items []ir.Item
		for _, entry := range r.entries(value, key.Value) {
			f, ok := r.fields(entry, key.Value, "{lbmethod: byrequests}")
			if !ok {
				continue
			}
			set := &ir.ProxySet{Node: f.head("ProxySet"), URL: f.text("url"), Params: f.params("url")}
			if len(set.Params) == 0 {
				r.fail(r.span(entry), key.Value+" sets nothing", "add a parameter, such as keepalive: on")
				continue
			}
			items = append(items, set)
		}
		return items
	},
	schema: func() schema {
		one := withParams(props{"url": ref("text"), "parameters": ref("parameters")})
		return anyOf(one, listOf(one))
	},
}

// setOf says whose parameters a ProxySet sets.
func (w *writer) setOf(set *ir.ProxySet) ir.ParamObject {
	if set.URL == "" && w.around != nil {
		return paramsOf(w.around.Pattern)
	}
	return paramsOf(set.URL)
}
