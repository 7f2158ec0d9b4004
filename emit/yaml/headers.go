package yaml

import (
	"fmt"
	"strings"

	"github.com/lbconf/lbconf/ir"
)

// headerAction is the key of an action, whose value is the name of the header field.
type headerAction struct {
	action ir.HeaderAction
	key    string
	// value is the key of the second argument, replacement that of the third; empty where the action has none.
	value, replacement string
}

func headerActions() []headerAction {
	return []headerAction{
		{ir.HeaderSet, "set", "value", ""},
		{ir.HeaderSetIfEmpty, "set_if_empty", "value", ""},
		{ir.HeaderAdd, "add", "value", ""},
		{ir.HeaderAppend, "append", "value", ""},
		{ir.HeaderMerge, "merge", "value", ""},
		{ir.HeaderUnset, "unset", "", ""},
		{ir.HeaderEcho, "echo", "", ""},
		{ir.HeaderNote, "note", "as", ""},
		{ir.HeaderEditFirst, "edit", "pattern", "replacement"},
		{ir.HeaderEditAll, "edit_all", "pattern", "replacement"},
	}
}

// headers is Header, or with request RequestHeader.
func headers(request bool) group {
	return group{
		encode: each((*writer).header),
		decode: eachOf("{set: X-Forwarded-Proto, value: https}", func(r *reader, f *fields) (*ir.HeaderEdit, bool) {
			return r.header(f, request)
		}),
		schema: headersSchema,
	}
}

func (w *writer) header(m *mapping, h *ir.HeaderEdit) {
	for _, a := range headerActions() {
		if a.action != h.Action {
			continue
		}
		m.add(a.key, text(h.Name))
		if a.value != "" {
			m.add(a.value, text(h.Value))
		}
		if a.replacement != "" {
			m.add(a.replacement, text(h.Replacement))
		}
		if a.value == "" && h.Value != "" || a.replacement == "" && h.Replacement != "" {
			w.fail(h, "has an argument too many for %s", h.Action)
		}
	}
	if len(m.node.Content) == 0 {
		w.fail(h, "has the unknown action %q", h.Action)
	}
	m.on("always", h.Always)
	m.on("on_success", h.OnSuccess)
	m.text("if", h.Condition)
}

func (r *reader) header(f *fields, request bool) (*ir.HeaderEdit, bool) {
	var chosen *headerAction
	var keys []string
	for _, a := range headerActions() {
		keys = append(keys, a.key)
		if !f.has(a.key) {
			continue
		}
		if chosen != nil {
			r.fail(r.span(f.keys[a.key]), fmt.Sprintf("%s has two actions, %s and %s", f.where, chosen.key, a.key), "write an entry for each")
			return nil, false
		}
		chosen = &a
	}
	if chosen == nil {
		r.fail(r.span(f.node), f.where+" has no action", "write the name of the header behind one of "+strings.Join(keys, ", "))
		return nil, false
	}
	directive := "Header"
	if request {
		directive = "RequestHeader"
	}
	h := &ir.HeaderEdit{
		Node: f.head(directive), Request: request, Action: chosen.action, Name: f.text(chosen.key),
		Always: f.on("always"), OnSuccess: f.on("on_success"), Condition: f.text("if"),
	}
	known := []string{chosen.key, "always", "on_success", "if"}
	for _, argument := range []struct {
		key   string
		value *string
	}{{chosen.value, &h.Value}, {chosen.replacement, &h.Replacement}} {
		if argument.key == "" {
			continue
		}
		known = append(known, argument.key)
		if !f.need(argument.key, argument.key+": and a text") {
			return nil, false
		}
		*argument.value = f.text(argument.key)
	}
	f.only(known...)
	if request && (h.Always || h.OnSuccess) || h.Always && h.OnSuccess {
		r.fail(r.span(f.node), f.where+" names a table that it cannot work on",
			"write always: on or on_success: on for a response, and none of them for a request")
		return nil, false
	}
	return h, true
}

func headersSchema() schema {
	var all []schema
	for _, a := range headerActions() {
		own := props{a.key: ref("text"), "always": ref("switch"), "on_success": ref("switch"), "if": ref("text")}
		required := []string{a.key}
		for _, key := range []string{a.value, a.replacement} {
			if key != "" {
				own[key] = ref("text")
				required = append(required, key)
			}
		}
		all = append(all, object(own, required...))
	}
	return listOf(anyOf(all...))
}
