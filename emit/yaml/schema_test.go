package yaml

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"
	"pgregory.net/rapid"

	"github.com/lbconf/lbconf/emit/internal/irtest"
	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/diag"
)

func compileSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	if err := compiler.AddResource(SchemaID, document); err != nil {
		t.Fatal(err)
	}
	compiled, err := compiler.Compile(SchemaID)
	if err != nil {
		t.Fatal(err)
	}
	return compiled
}

// generic reads YAML as an editor does: plain values, names as text.
func generic(t rapid.TB, src string) any {
	t.Helper()
	var value any
	if err := yaml.Unmarshal([]byte(src), &value); err != nil {
		t.Fatalf("%v\nin\n%s", err, src)
	}
	return jsonLike(value)
}

func jsonLike(value any) any {
	switch value := value.(type) {
	case map[string]any:
		for key, inner := range value {
			value[key] = jsonLike(inner)
		}
		return value
	case map[any]any:
		named := map[string]any{}
		for key, inner := range value {
			named[fmt.Sprint(key)] = jsonLike(inner)
		}
		return named
	case []any:
		for i, inner := range value {
			value[i] = jsonLike(inner)
		}
		return value
	}
	return value
}

// TestSchema: the schema takes the YAML of every seed and of everything that the emitter writes.
func TestSchema(t *testing.T) {
	compiled := compileSchema(t)
	for name, cfg := range irtest.Seeds(t, seedFolder) {
		if err := compiled.Validate(generic(t, mustEmit(t, Emitter{}, cfg))); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		written := mustEmit(rt, Emitter{}, irtest.Config(true).Draw(rt, "config"))
		if err := compiled.Validate(generic(rt, written)); err != nil {
			rt.Fatalf("%v\nin\n%s", err, written)
		}
	})
}

// TestSchemaRefuses: what the schema refuses, Decode refuses too, and the reverse for what a schema can know.
func TestSchemaRefuses(t *testing.T) {
	compiled := compileSchema(t)
	for _, wrong := range []string{
		"routes: []",
		"lbconf: 2",
		"lbconf: 1\nroute: []",
		"lbconf: 1\nroutes: [{path: /, too: http://b/}]",
		"lbconf: 1\nroutes: [{path: /, to: http://b/, timeuot: 5}]",
		"lbconf: 1\nroutes/1: []",
		"lbconf: 1\nrewrite_engine: maybe",
		"lbconf: 1\nproxy_timeout: 500ms",
		"lbconf: 1\nlisten: {address: 127.0.0.1}",
		"lbconf: 1\nlisten: {port: 99999}",
		"lbconf: 1\nsites: {x: {server_name: x}}",
		"lbconf: 1\nlocations: {/: {membres: []}}",
		"lbconf: 1\nheaders: [{set: X}]",
		"lbconf: 1\nheaders: [{unset: X, value: y}]",
		"lbconf: 1\nserver_tokens: Everything",
		"lbconf: 1\nrewrites: [{to: x}]",
		"lbconf: 1\nverbatim: [{known: X}]",
		"lbconf: 1\nkind: cluster",
		"lbconf: 1\naccess: [{order: deny}]",
		"lbconf: 1\nlog_formats: [{name: x}]",
		"lbconf: 1\nsections: [{section: Iff}]",
		"lbconf: 1\nbalancers: {x: {members: [{route: 1}]}}",
	} {
		if compiled.Validate(generic(t, wrong)) == nil {
			t.Errorf("the schema takes %q", wrong)
		}
		if _, list := Decode(diag.NewFileSet(), "wrong.yaml", []byte(wrong)); list.Count(diag.Error) == 0 {
			t.Errorf("Decode takes %q", wrong)
		}
	}
}

// TestSchemaKnowsEveryKey: a key that the codec has and the schema has not would be refused by editors.
func TestSchemaKnowsEveryKey(t *testing.T) {
	text := string(Schema())
	for key := range groups() {
		if !strings.Contains(text, fmt.Sprintf("%q: {", key)) {
			t.Errorf("the schema has no key %s", key)
		}
	}
	for _, spec := range slices.Concat(ir.WorkerParams(), ir.BalancerParams()) {
		if !strings.Contains(text, fmt.Sprintf("%q: {", spec.Key)) {
			t.Errorf("the schema has no parameter %s", spec.Key)
		}
	}
}
