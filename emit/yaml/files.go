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
	encode: each(func(w *writer, m *mapping, alias *ir.Alias) {
		switch {
		case alias.Regex == nil:
			m.text("path", alias.Path)
		case alias.Path != alias.Regex.Source:
			w.fail(alias, "has a pattern that is not its path")
		default:
			m.add("match", text(alias.Path))
		}
		m.add("to", text(alias.Target))
	}),
	decode: eachOf("{path: /static, to: /srv/static}", (*reader).alias),
	schema: func() schema {
		return listOf(object(props{"path": ref("text"), "match": ref("text"), "to": ref("text")}, "to"))
	},
}

func (r *reader) alias(f *fields) (*ir.Alias, bool) {
	if !f.need("to", "to: /srv/static") {
		return nil, false
	}
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
	encode: each(func(_ *writer, m *mapping, document *ir.ErrorDocument) {
		m.add("status", integer(int64(document.Status)))
		m.add("to", text(document.Target))
	}),
	decode: eachOf("{status: 404, to: /missing.html}", func(r *reader, f *fields) (*ir.ErrorDocument, bool) {
		if !f.need("status", "status: 404") || !f.need("to", "to: /missing.html") {
			return nil, false
		}
		f.only("status", "to")
		status, err := strconv.Atoi(f.text("status"))
		if err != nil || !ir.HasErrorPage(status) {
			r.fail(r.span(f.value["status"]), fmt.Sprintf("httpd has no page for the status %q", f.text("status")), "write one of HTTP's statuses, as 404")
			return nil, false
		}
		return &ir.ErrorDocument{Node: f.head("ErrorDocument"), Status: status, Target: f.text("to")}, true
	}),
	schema: func() schema {
		return listOf(object(props{"status": schema{"type": "integer", "minimum": 100, "maximum": 599}, "to": ref("text")}, "status", "to"))
	},
}

// filtersByType is AddOutputFilterByType.
var filtersByType = group{
	encode: each(func(_ *writer, m *mapping, filter *ir.FilterByType) {
		m.add("filters", text(filter.Filters))
		m.add("types", textOrList(filter.Types))
	}),
	decode: eachOf("{filters: DEFLATE, types: text/html}", func(r *reader, f *fields) (*ir.FilterByType, bool) {
		if !f.need("filters", "filters: DEFLATE") || !f.need("types", "types: text/html") {
			return nil, false
		}
		f.only("filters", "types")
		types, ok := r.some(f.value["types"], "types")
		return &ir.FilterByType{Node: f.head("AddOutputFilterByType"), Filters: f.text("filters"), Types: types}, ok
	}),
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
	encode: each(func(w *writer, m *mapping, edit *ir.MimeEdit) {
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
	}),
	decode: eachOf("{type: text/x-log, extensions: .log}", (*reader).mime),
	schema: func() schema {
		all := []schema{object(props{"remove": enum(mimeKinds()...), "extensions": ref("texts")}, "remove", "extensions")}
		for _, kind := range mimeKinds() {
			all = append(all, object(props{kind: ref("text"), "extensions": ref("texts")}, kind, "extensions"))
		}
		return listOf(anyOf(all...))
	},
}

func (r *reader) mime(f *fields) (*ir.MimeEdit, bool) {
	if !f.need("extensions", "extensions: .log") {
		return nil, false
	}
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
