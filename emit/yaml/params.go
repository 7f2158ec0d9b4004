package yaml

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/lbconf/lbconf/ir"
)

// Parameters of workers and balancers are key=value words, in which order and repetition count. They stand as keys
// beside those of their entry where every key is one that httpd has and occurs once, else under parameters: as a
// mapping, or as a list of mappings where a key occurs twice.

// params adds the parameters of an entry.
func (m *mapping) params(w *writer, params []ir.Param) {
	if len(params) == 0 {
		return
	}
	if !inline(params) {
		m.add("parameters", parameters(w, params))
		return
	}
	for _, p := range params {
		m.add(p.Key, word(p.Value))
	}
}

func inline(params []ir.Param) bool {
	seen := map[string]bool{}
	for _, p := range params {
		if ir.ParamObjects(p.Key) == 0 || seen[p.Key] {
			return false
		}
		seen[p.Key] = true
	}
	return true
}

// parameters writes the value of the key parameters.
func parameters(w *writer, params []ir.Param) *yaml.Node {
	m, seen := w.mapping(), map[string]bool{}
	twice := false
	for _, p := range params {
		twice = twice || seen[p.Key]
		seen[p.Key] = true
		m.add(p.Key, word(p.Value))
	}
	if !twice {
		return m.node
	}
	all := list()
	for _, p := range params {
		one := w.mapping()
		one.add(p.Key, word(p.Value))
		all.Content = append(all.Content, one.node)
	}
	return all
}

// parameters reads the value of the key parameters.
func (r *reader) parameters(node *yaml.Node, what string) ([]ir.Param, bool) {
	var params []ir.Param
	for _, entry := range r.entries(node, what) {
		f, ok := r.fields(entry, what, "{timeout: 5}")
		if !ok {
			return nil, false
		}
		for key, value := range pairs(f.node) {
			p, ok := r.param(key, value)
			if !ok {
				return nil, false
			}
			params = append(params, p)
		}
	}
	return params, true
}

func (r *reader) param(key, value *yaml.Node) (ir.Param, bool) {
	written, ok := r.scalar(value, key.Value)
	if ok && strings.ToLower(key.Value) != key.Value {
		r.fail(r.span(key), fmt.Sprintf("parameter %q is not in lower case", key.Value), "write "+strings.ToLower(key.Value))
		ok = false
	}
	return ir.Param{Key: key.Value, Value: written, Span: r.span(key).To(r.span(value))}, ok
}

// params reads the parameters of an entry whose own keys are given, and reports unknown keys.
func (f *fields) params(own ...string) []ir.Param {
	var params []ir.Param
	for key, value := range pairs(f.node) {
		switch {
		case contains(own, key.Value):
		case key.Value == "parameters":
			more, _ := f.r.parameters(value, key.Value)
			params = append(params, more...)
		case ir.ParamObjects(key.Value) != 0 && strings.ToLower(key.Value) == key.Value:
			if p, ok := f.r.param(key, value); ok {
				params = append(params, p)
			}
		default:
			f.r.unknownKey(key, f.where, append(paramKeys(), own...))
		}
	}
	return params
}

// paramKeys returns the keys of workers, balancers and mappings, and the key for all others.
func paramKeys() []string {
	keys := []string{"parameters"}
	for _, specs := range [][]ir.ParamSpec{ir.WorkerParams(), ir.BalancerParams()} {
		for _, spec := range specs {
			keys = append(keys, spec.Key)
		}
	}
	return append(keys, "mapping")
}
