package yaml

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/clib"
)

// Parameters of workers and balancers are key=value words, in which order and repetition count. They stand as keys
// beside those of their entry where every key is one that httpd has and occurs once, else under parameters: as a
// mapping, or as a list of mappings where a key occurs twice.

// params adds the parameters of an entry for a worker or a balancer.
func (m *mapping) params(w *writer, params []ir.Param, of ir.ParamObject) {
	if len(params) == 0 {
		return
	}
	if !inline(params) {
		m.add("parameters", parameters(w, params, of))
		return
	}
	for _, p := range params {
		m.add(p.Key, w.param(p, of))
	}
}

// param writes the value of a parameter.
func (w *writer) param(p ir.Param, of ir.ParamObject) *yaml.Node {
	value := word(p.Value)
	if p.Key == "status" {
		return w.explain("status="+p.Value, statusMeaning(p.Value), value)
	}
	for _, object := range []ir.ParamObject{of, ir.ParamOfWorker, ir.ParamOfBalancer, ir.ParamOfMapping} {
		if spec := ir.LookupParam(object, p.Key); spec != nil {
			return w.explain(object.String()+" "+p.Key, spec.Means, value)
		}
	}
	return value
}

// statusMeaning spells out the letters that a person writes.
func statusMeaning(value string) string {
	set, _, err := ir.ParseStatusFlags(value)
	if err != nil {
		return ""
	}
	var all []string
	for _, state := range []struct {
		flag    ir.StatusFlags
		meaning string
	}{
		{ir.StatusHotStandby, "hot standby: used while no other member is usable"},
		{ir.StatusHotSpare, "hot spare: replaces an unusable member of its set"},
		{ir.StatusDisabled, "disabled: gets no requests"},
		{ir.StatusStopped, "stopped: gets no requests"},
		{ir.StatusDrain, "draining: gets requests of its own sessions only"},
		{ir.StatusIgnore, "errors are ignored"},
		{ir.StatusError, "starts in the error state"},
	} {
		if set&state.flag != 0 {
			all = append(all, state.meaning)
		}
	}
	return strings.Join(all, ", ")
}

// paramsOf says whose parameters stand with a URL.
func paramsOf(url string) ir.ParamObject {
	if ir.IsBalancerURL(url) {
		return ir.ParamOfBalancer
	}
	return ir.ParamOfWorker
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
func parameters(w *writer, params []ir.Param, of ir.ParamObject) *yaml.Node {
	m, seen := newMapping(), map[string]bool{}
	twice := false
	for _, p := range params {
		twice = twice || seen[p.Key]
		seen[p.Key] = true
		m.add(p.Key, w.param(p, of))
	}
	if !twice {
		return m.node
	}
	all := list()
	for i, p := range params {
		one := newMapping()
		one.add(p.Key, m.node.Content[2*i+1])
		all.Content = append(all.Content, one.node)
	}
	return all
}

// parameters reads the value of the key parameters.
func (r *reader) parameters(node *yaml.Node) []ir.Param {
	var params []ir.Param
	for _, entry := range r.entries(node, "parameters") {
		f, ok := r.fields(entry, "parameters", "{timeout: 5}")
		if !ok {
			continue
		}
		for key, value := range pairs(f.node) {
			if p, ok := r.param(key, value); ok {
				params = append(params, p)
			}
		}
	}
	return params
}

func (r *reader) param(key, value *yaml.Node) (ir.Param, bool) {
	written, ok := r.scalar(value, key.Value)
	if ok && clib.ToLower(key.Value) != key.Value {
		r.fail(r.span(key), fmt.Sprintf("parameter %q is not in lower case", key.Value), "write "+clib.ToLower(key.Value))
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
			params = append(params, f.r.parameters(value)...)
		case ir.ParamObjects(key.Value) != 0 && clib.ToLower(key.Value) == key.Value:
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
