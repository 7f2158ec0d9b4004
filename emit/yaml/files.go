package yaml

import (
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/lbconf/lbconf/ir"
)

// aliases is Alias and AliasMatch. In a location there is no path.
var aliases = group{
	encode: func(w *writer, run []ir.Item) (*yaml.Node, int) {
		all := list()
		for _, item := range run {
			alias, m := item.(*ir.Alias), w.entry(item)
			switch {
			case alias.Regex == nil:
				m.text("path", alias.Path)
			case alias.Path != alias.Regex.Source:
				w.fail(alias, "has a pattern that is not its path")
			default:
				m.add("match", text(alias.Path))
			}
			m.add("to", text(alias.Target))
			all.Content = append(all.Content, m.node)
			w.mark(item)
		}
		return all, len(run)
	},
	decode: func(r *reader, key, value *yaml.Node) []ir.Item {
		var items []ir.Item
		for _, entry := range r.entries(value, key.Value) {
			f, ok := r.fields(entry, "an entry of "+key.Value, "{path: /static, to: /srv/static}")
			if !ok || !f.need("to", "to: /srv/static") {
				continue
			}
			if alias, ok := r.alias(&f); ok {
				items = append(items, alias)
			}
		}
		return items
	},
	schema: func() schema {
		return listOf(object(props{"path": ref("text"), "match": ref("text"), "to": ref("text")}, "to"))
	},
}

func (r *reader) alias(f *fields) (*ir.Alias, bool) {
	f.only("path", "match", "to")
	alias := &ir.Alias{Node: f.head("Alias"), Path: f.text("path"), Target: f.text("to")}
	if !f.has("match") {
		return alias, true
	}
	if f.has("path") {
		r.fail(r.span(f.keys["match"]), "an alias has a path or a match, not both", "remove one of them")
		return nil, false
	}
	alias.Origin.Directive = "AliasMatch"
	alias.Path = f.text("match")
	var ok bool
	alias.Regex, ok = r.regex(f.value["match"], alias.Path)
	return alias, ok
}

// errorDocuments is ErrorDocument.
var errorDocuments = group{
	encode: func(w *writer, run []ir.Item) (*yaml.Node, int) {
		all := list()
		for _, item := range run {
			document, m := item.(*ir.ErrorDocument), w.entry(item)
			m.add("status", integer(int64(document.Status)))
			m.add("to", text(document.Target))
			all.Content = append(all.Content, m.node)
			w.mark(item)
		}
		return all, len(run)
	},
	decode: func(r *reader, key, value *yaml.Node) []ir.Item {
		var items []ir.Item
		for _, entry := range r.entries(value, key.Value) {
			f, ok := r.fields(entry, "an entry of "+key.Value, "{status: 404, to: /missing.html}")
			if !ok || !f.need("status", "status: 404") || !f.need("to", "to: /missing.html") {
				continue
			}
			f.only("status", "to")
			document := &ir.ErrorDocument{Node: f.head("ErrorDocument"), Target: f.text("to")}
			status, err := strconv.Atoi(f.text("status"))
			if document.Status = status; err != nil || !ir.HasErrorPage(status) {
				r.fail(r.span(f.value["status"]), fmt.Sprintf("httpd has no page for the status %q", f.text("status")), "write one of HTTP's statuses, as 404")
				continue
			}
			items = append(items, document)
		}
		return items
	},
	schema: func() schema {
		return listOf(object(props{"status": schema{"type": "integer", "minimum": 100, "maximum": 599}, "to": ref("text")}, "status", "to"))
	},
}

// filtersByType is AddOutputFilterByType.
var filtersByType = group{
	encode: func(w *writer, run []ir.Item) (*yaml.Node, int) {
		all := list()
		for _, item := range run {
			filter, m := item.(*ir.FilterByType), w.entry(item)
			m.add("filters", text(filter.Filters))
			m.add("types", textOrList(filter.Types))
			all.Content = append(all.Content, m.node)
			w.mark(item)
		}
		return all, len(run)
	},
	decode: func(r *reader, key, value *yaml.Node) []ir.Item {
		var items []ir.Item
		for _, entry := range r.entries(value, key.Value) {
			f, ok := r.fields(entry, "an entry of "+key.Value, "{filters: DEFLATE, types: text/html}")
			if !ok || !f.need("filters", "filters: DEFLATE") || !f.need("types", "types: text/html") {
				continue
			}
			f.only("filters", "types")
			filter := &ir.FilterByType{Node: f.head("AddOutputFilterByType"), Filters: f.text("filters")}
			if filter.Types, ok = r.some(f.value["types"], "types"); ok {
				items = append(items, filter)
			}
		}
		return items
	},
	schema: func() schema {
		return listOf(object(props{"filters": ref("text"), "types": ref("texts")}, "filters", "types"))
	},
}

// some reads a list that must not be empty.
func (r *reader) some(node *yaml.Node, what string) ([]string, bool) {
	words, ok := r.texts(node, what)
	if ok && len(words) == 0 {
		r.fail(r.span(node), what+" is empty", "write at least one entry, or remove the whole")
		return nil, false
	}
	return words, ok
}

// mimeKinds are the keys of what a directive of mod_mime adds or removes.
func mimeKinds() []string {
	return []string{"type", "charset", "encoding", "language", "output_filter"}
}

func mimeAction(verb, kind string) ir.MimeAction {
	words := strings.Split(kind, "_")
	for i, word := range words {
		words[i] = strings.ToUpper(word[:1]) + word[1:]
	}
	return ir.MimeAction(verb + strings.Join(words, ""))
}

// mime is what mod_mime says about extensions: {type: text/x-log, extensions: .log}, or {remove: type, extensions: .log}.
var mime = group{
	encode: func(w *writer, run []ir.Item) (*yaml.Node, int) {
		all := list()
		for _, item := range run {
			edit, m := item.(*ir.MimeEdit), w.entry(item)
			for _, kind := range mimeKinds() {
				if edit.Action == mimeAction("Add", kind) {
					m.add(kind, text(edit.Value))
				}
				if edit.Action == mimeAction("Remove", kind) {
					m.add("remove", text(kind))
				}
			}
			if len(m.node.Content) == 0 || edit.Action.Removes() && edit.Value != "" {
				w.fail(edit, "has the action %q with the value %q", edit.Action, edit.Value)
			}
			m.add("extensions", textOrList(edit.Extensions))
			all.Content = append(all.Content, m.node)
			w.mark(item)
		}
		return all, len(run)
	},
	decode: func(r *reader, key, value *yaml.Node) []ir.Item {
		var items []ir.Item
		for _, entry := range r.entries(value, key.Value) {
			f, ok := r.fields(entry, "an entry of "+key.Value, "{type: text/x-log, extensions: .log}")
			if !ok || !f.need("extensions", "extensions: .log") {
				continue
			}
			if edit, ok := r.mime(&f); ok {
				items = append(items, edit)
			}
		}
		return items
	},
	schema: func() schema {
		all := []schema{object(props{"remove": enum(mimeKinds()...), "extensions": ref("texts")}, "remove", "extensions")}
		for _, kind := range mimeKinds() {
			all = append(all, object(props{kind: ref("text"), "extensions": ref("texts")}, kind, "extensions"))
		}
		return listOf(anyOf(all...))
	},
}

func (r *reader) mime(f *fields) (*ir.MimeEdit, bool) {
	edit := &ir.MimeEdit{Node: f.head("AddType")}
	if f.has("remove") {
		kind, ok := r.oneOf(f.value["remove"], "remove", f.text("remove"), mimeKinds())
		if !ok {
			return nil, false
		}
		edit.Action = mimeAction("Remove", kind)
		f.only("remove", "extensions")
	}
	for _, kind := range mimeKinds() {
		if edit.Action == "" && f.has(kind) {
			edit.Action, edit.Value = mimeAction("Add", kind), f.text(kind)
			f.only(kind, "extensions")
		}
	}
	if edit.Action == "" {
		r.fail(r.span(f.node), f.where+" says nothing about the extensions", "add one of "+strings.Join(mimeKinds(), ", ")+" or remove")
		return nil, false
	}
	edit.Origin.Directive = string(edit.Action)
	var ok bool
	edit.Extensions, ok = r.some(f.value["extensions"], "extensions")
	return edit, ok
}
