package yaml

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/clib"
)

// require is Require and the sections that group it: "ip 192.0.2.0/24", or all:, any: or none: with a list.
var require = group{
	encode: func(w *writer, run []ir.Item) (*yaml.Node, int) {
		all := w.requires(run)
		if len(run) == 1 && all.Content[0].Kind == yaml.ScalarNode {
			return all.Content[0], 1
		}
		return all, len(run)
	},
	decode: func(r *reader, key, value *yaml.Node) []ir.Item { return r.requires(value, key.Value) },
	schema: func() schema { return ref("require") },
}

// requireGroup is a section of mod_authz_core by the key that stands for it.
type requireGroup struct {
	key  string
	kind ir.SectionKind
}

func requireGroups() []requireGroup {
	return []requireGroup{{"all", ir.SectionRequireAll}, {"any", ir.SectionRequireAny}, {"none", ir.SectionRequireNone}}
}

// requireList reports whether a section groups Require directives and holds nothing else.
func requireList(s *ir.Section) bool {
	switch s.Kind {
	case ir.SectionRequireAll, ir.SectionRequireAny, ir.SectionRequireNone:
	case ir.SectionProxy, ir.SectionProxyMatch, ir.SectionLocation, ir.SectionLocationMatch, ir.SectionDirectory,
		ir.SectionDirectoryMatch, ir.SectionFiles, ir.SectionFilesMatch, ir.SectionIf, ir.SectionElseIf, ir.SectionElse:
		return false
	}
	for _, item := range s.Items {
		if keyOf(item) != keyRequire {
			return false
		}
	}
	return s.Pattern == "" && !s.Tilde && len(s.Params) == 0
}

func (w *writer) requires(items []ir.Item) *yaml.Node {
	all := list()
	for _, item := range items {
		value := w.requireGroup(item)
		if requirement, ok := item.(*ir.Require); ok {
			value = requireNode(requirement)
		}
		w.mark(item, value)
		annotateEntry(value, w.origins.comment(item))
		all.Content = append(all.Content, value)
	}
	return all
}

// requireGroup writes a section that groups requirements; nil for another item.
func (w *writer) requireGroup(item ir.Item) *yaml.Node {
	section, ok := item.(*ir.Section)
	if !ok {
		return nil
	}
	if section.Regex != nil {
		w.fail(item, "has a pattern")
	}
	m := newMapping()
	for _, g := range requireGroups() {
		if g.kind == section.Kind {
			m.add(g.key, w.requires(section.Items))
		}
	}
	return m.node
}

func requireNode(q *ir.Require) *yaml.Node {
	words := append([]string{q.Provider}, q.Args...)
	if q.Not {
		words = append([]string{"not"}, words...)
	}
	written := strings.Join(words, " ")
	if back := parseRequire(written); back.Not == q.Not && back.Provider == q.Provider && equalWords(back.Args, q.Args) {
		return text(written)
	}
	m := newMapping()
	m.on("not", q.Not)
	m.add("provider", text(q.Provider))
	m.add("arguments", texts(q.Args))
	return m.node
}

// parseRequire splits a requirement into its words. What follows expr is one word.
func parseRequire(written string) *ir.Require {
	q := &ir.Require{}
	if rest, found := strings.CutPrefix(written, "not "); found {
		q.Not, written = true, rest
	}
	provider, rest, found := strings.Cut(written, " ")
	q.Provider = provider
	switch {
	case found && provider == exprTest:
		q.Args = []string{rest}
	case found:
		q.Args = strings.Split(rest, " ")
	}
	return q
}

func equalWords(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for i, word := range a {
		if word != b[i] || word == "" {
			return false
		}
	}
	return true
}

func (r *reader) requires(node *yaml.Node, what string) []ir.Item {
	var items []ir.Item
	if isNull(node) {
		return nil
	}
	for _, entry := range r.entries(node, what) {
		if item, ok := r.requireEntry(entry, what); ok {
			items = append(items, item)
		}
	}
	return items
}

func (r *reader) requireEntry(entry *yaml.Node, what string) (ir.Item, bool) {
	if entry.Kind != yaml.MappingNode {
		written, ok := r.scalar(entry, "an entry of "+what)
		if !ok {
			return nil, false
		}
		q := parseRequire(written)
		q.Node = r.node("Require", entry, nil)
		if q.Provider == "" || clib.ToLower(q.Provider) != q.Provider {
			r.fail(r.span(entry), fmt.Sprintf("%q begins with no provider in lower case", written), "write it as all granted, local or ip 192.0.2.0/24")
			return nil, false
		}
		return q, true
	}
	f, ok := r.fields(entry, "an entry of "+what, "ip 192.0.2.0/24, or any: and a list")
	if !ok {
		return nil, false
	}
	for _, g := range requireGroups() {
		if f.has(g.key) {
			f.only(g.key)
			section := &ir.Section{Node: r.node(string(g.kind), f.keys[g.key], nil), Kind: g.kind}
			section.Items = r.requires(f.value[g.key], g.key)
			return section, true
		}
	}
	f.only("not", "provider", "arguments", "all", "any", "none")
	if !f.need("provider", "provider: ip, or one of all:, any: and none: with a list") {
		return nil, false
	}
	q := &ir.Require{Node: f.head("Require"), Not: f.on("not"), Provider: f.text("provider")}
	if f.has("arguments") {
		q.Args, ok = r.texts(f.value["arguments"], "arguments")
	}
	if len(q.Args) == 0 {
		q.Args = nil
	}
	return q, ok
}

// access is Order, Satisfy, Allow and Deny of mod_access_compat.
var access = group{
	encode: each(func(_ *writer, m *mapping, item ir.Item) {
		if order, ok := item.(*ir.AccessOrder); ok {
			m.add(choose(order.Satisfy, "satisfy", "order"), text(order.Value))
			return
		}
		rule := item.(*ir.AccessRule)
		m.add(choose(rule.Deny, "deny", "allow"), textOrList(rule.From))
	}),
	decode: func(r *reader, key, value *yaml.Node) []ir.Item {
		var items []ir.Item
		for _, entry := range r.entries(value, key.Value) {
			f, ok := r.fields(entry, "an entry of "+key.Value, "{deny: all}")
			if !ok {
				continue
			}
			for name, value := range pairs(f.node) {
				if item, ok := r.accessRule(name, value, f.where); ok {
					items = append(items, item)
				}
			}
		}
		return items
	},
	schema: func() schema {
		return listOf(object(props{
			"order": enum(orderValues()...), "satisfy": enum(satisfyValues()...), "allow": ref("texts"), "deny": ref("texts"),
		}))
	},
}

func choose(first bool, a, b string) string {
	if first {
		return a
	}
	return b
}

func orderValues() []string { return []string{"deny,allow", "allow,deny", "mutual-failure"} }

func satisfyValues() []string { return []string{"all", "any"} }

func (r *reader) accessRule(key, value *yaml.Node, where string) (ir.Item, bool) {
	switch key.Value {
	case "order", "satisfy":
		o := &ir.AccessOrder{Node: r.node("Order", key, value), Satisfy: key.Value == "satisfy"}
		legal := orderValues()
		if o.Satisfy {
			o.Origin.Directive, legal = "Satisfy", satisfyValues()
		}
		written, ok := r.scalar(value, key.Value)
		if ok {
			o.Value, ok = r.oneOf(value, key.Value, written, legal)
		}
		return o, ok
	case "allow", "deny":
		rule := &ir.AccessRule{Node: r.node("Allow", key, value), Deny: key.Value == "deny"}
		if rule.Deny {
			rule.Origin.Directive = "Deny"
		}
		from, ok := r.texts(value, key.Value)
		rule.From = from
		if ok && len(from) == 0 {
			r.fail(r.span(key), key.Value+" names nobody", "write all, an address, a network or a list of them")
			return nil, false
		}
		return rule, ok
	}
	r.unknownKey(key, where, []string{"order", "satisfy", "allow", "deny"})
	return nil, false
}
