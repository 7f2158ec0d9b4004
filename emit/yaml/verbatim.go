package yaml

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/lbconf/lbconf/ir"
)

// verbatim is the residue: directives that lbconf does not model, in the words of Apache. The key of an entry says why.
var verbatim = group{
	encode: func(w *writer, run []ir.Item) (*yaml.Node, int) {
		all := list()
		for _, item := range run {
			residue := item.(*ir.Residue)
			m := w.entry(item)
			if key := residue.State.String(); contains(residueKeys(), key) {
				m.add(key, residueText(residue))
			} else {
				w.fail(item, "has no valid state")
			}
			if residue.Guards {
				m.add("guards", w.explain("guards", "leaving it out could open a door", onOff(true)))
			}
			w.scope(m, residue.Items)
			all.Content = append(all.Content, m.node)
			w.note(item, m.node, residueReason(residue))
		}
		return all, len(run)
	},
	decode: eachOf("{inert: ServerSignature Off}", (*reader).residue),
	schema: func() schema {
		written := anyOf(ref("text"), object(props{"name": ref("text"), "arguments": ref("text"), "section": ref("switch")}, "name", "arguments"))
		own := props{"guards": ref("switch")}
		var states []schema
		for _, key := range residueKeys() {
			own[key] = written
			states = append(states, schema{"required": []string{key}})
		}
		one := withScope(own)
		one["oneOf"] = states // not four scopes: a validator would try each of them at each level of sections
		return listOf(one)
	},
}

func residueStates() []ir.ResidueState {
	return []ir.ResidueState{ir.ResidueInert, ir.ResidueUnsupported, ir.ResidueUnknown, ir.ResidueRefused}
}

func residueKeys() []string {
	var keys []string
	for _, state := range residueStates() {
		keys = append(keys, state.String())
	}
	return keys
}

func residueReason(r *ir.Residue) string {
	switch r.State {
	case ir.ResidueUnknown:
		return "kept word for word; httpd has no such directive"
	case ir.ResidueRefused:
		return "kept word for word; httpd refuses its arguments"
	case ir.ResidueInert, ir.ResidueUnsupported:
	}
	return ""
}

// residueText writes a directive as it stands in a configuration, or by its parts where that would be read otherwise.
func residueText(residue *ir.Residue) *yaml.Node {
	written := residue.Name
	if residue.Args != "" {
		written += " " + residue.Args
	}
	if residue.Section {
		written = "<" + written + ">"
	}
	if back, ok := parseResidue(written); ok && back.Name == residue.Name && back.Args == residue.Args && back.Section == residue.Section {
		return text(written)
	}
	m := newMapping()
	m.add("name", text(residue.Name))
	m.add("arguments", text(residue.Args))
	m.on("section", residue.Section)
	return m.node
}

func parseResidue(written string) (*ir.Residue, bool) {
	residue := &ir.Residue{}
	if inner, found := strings.CutPrefix(written, "<"); found {
		written, residue.Section = strings.CutSuffix(inner, ">")
		if !residue.Section {
			return nil, false
		}
	}
	residue.Name, residue.Args, _ = strings.Cut(written, " ")
	return residue, residue.Name != ""
}

func (r *reader) residue(f *fields) (*ir.Residue, bool) {
	for _, state := range residueStates() {
		key := state.String()
		if !f.has(key) {
			continue
		}
		residue, ok := r.residueText(f.value[key])
		if !ok {
			return nil, false
		}
		residue.Node, residue.State, residue.Guards = f.at(residue.Name, key), state, f.on("guards")
		residue.Items = r.scope(f.node, key+" "+residue.Name, key, "guards")
		if len(residue.Items) > 0 && !residue.Section {
			r.fail(r.span(f.value[key]), residue.Name+" is no section and holds items", fmt.Sprintf("write it as <%s>", residue.Name))
			return nil, false
		}
		return residue, true
	}
	r.fail(r.span(f.node), f.where+" has no state", "write the directive behind one of "+strings.Join(residueKeys(), ", "))
	return nil, false
}

func (r *reader) residueText(node *yaml.Node) (*ir.Residue, bool) {
	if node.Kind == yaml.MappingNode {
		f, ok := r.fields(node, "a directive", "{name: ServerSignature, arguments: \"Off\"}")
		if !ok || !f.need("name", "name: and the directive") {
			return nil, false
		}
		f.only("name", "arguments", "section")
		return &ir.Residue{Name: f.text("name"), Args: f.text("arguments"), Section: f.on("section")}, true
	}
	written, ok := r.scalar(node, "a directive")
	if !ok {
		return nil, false
	}
	residue, ok := parseResidue(written)
	if !ok {
		r.fail(r.span(node), fmt.Sprintf("%q is not a directive", written), "write its name and arguments, or <NAME arguments> for a section")
	}
	return residue, ok
}
