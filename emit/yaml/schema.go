package yaml

import (
	"encoding/json"

	"github.com/lbconf/lbconf/ir"
)

// schema is a JSON Schema.
type schema map[string]any

// props are the properties of an object.
type props map[string]schema

// SchemaID names the schema.
const SchemaID = "https://github.com/lbconf/lbconf/schema/v1.json"

// Schema returns the JSON Schema of the format, draft 2020-12, so that editors and CI can check a file. A file that it
// accepts can still be refused by Decode: a schema cannot parse regular expressions.
func Schema() []byte {
	scope := props{}
	numbered := props{}
	for key, group := range groups() {
		scope[key] = group.schema()
		numbered["^"+key+"/([2-9]|[1-9][0-9]+)$"] = schema{"$ref": "#/$defs/scope/properties/" + key}
	}
	root := schema{
		"$schema":     "https://json-schema.org/draft/2020-12/schema",
		"$id":         SchemaID,
		"title":       "lbconf configuration",
		"description": "A reverse-proxy configuration. Keys and entries are executed in the order in which they stand.",
		"type":        "object",
		"properties": props{
			"lbconf":         {"const": Version},
			"kind":           enum(kindServer, "fragment"),
			"assume_modules": ref("texts"),
		},
		"required":              []string{"lbconf"},
		"$ref":                  "#/$defs/scope",
		"unevaluatedProperties": false,
		"$defs": schema{
			"scope":      schema{"type": "object", "properties": scope, "patternProperties": numbered},
			"text":       schema{"type": []string{"string", "number", "boolean"}},
			"texts":      anyOf(ref("text"), listOf(ref("text"))),
			"switch":     schema{"enum": []any{"on", "off", true, false}},
			"port":       schema{"type": "integer", "minimum": 1, "maximum": 65535},
			"address":    anyOf(ref("text"), object(props{"host": ref("text"), "port": schema{"type": "integer", "minimum": 0, "maximum": 65535}}, "host", "port")),
			"parameters": anyOf(mappingOf(ref("text")), listOf(mappingOf(ref("text")))),
			"require":    requireSchema(),
		},
	}
	out, err := json.MarshalIndent(root, "", "  ")
	if err != nil {
		panic(err) // strings, numbers and maps only
	}
	return append(out, '\n')
}

func requireSchema() schema {
	group := props{}
	for _, g := range requireGroups() {
		group[g.key] = nullable(ref("require"))
	}
	entry := anyOf(
		ref("text"),
		object(group),
		object(props{"not": ref("switch"), "provider": ref("text"), "arguments": ref("texts")}, "provider"),
	)
	return anyOf(entry, listOf(entry))
}

func numberSchema(name ir.NumberName) schema {
	long := object(props{"written": ref("text"), "value": schema{"type": "integer"}}, "written", "value")
	if name == ir.NumberKeepAliveTimeout {
		return anyOf(schema{"type": "integer"}, schema{"type": "string", "pattern": "^[0-9]+(ms|s|min)$"}, long)
	}
	return anyOf(schema{"type": "integer"}, long)
}

func ref(name string) schema { return schema{"$ref": "#/$defs/" + name} }

func enum(words ...string) schema {
	var values []any
	for _, word := range words {
		values = append(values, word)
	}
	return schema{"enum": values}
}

func anyOf(all ...schema) schema { return schema{"anyOf": all} }

func nullable(s schema) schema { return anyOf(s, schema{"type": "null"}) }

func listOf(entry schema) schema { return schema{"type": "array", "items": entry} }

func mappingOf(value schema) schema { return schema{"type": "object", "additionalProperties": value} }

// object is a mapping with these keys and no others.
func object(own props, required ...string) schema {
	s := schema{"type": "object", "properties": own, "additionalProperties": false}
	if len(required) > 0 {
		s["required"] = required
	}
	return s
}

// withScope is a scope with keys of its own.
func withScope(own props, required ...string) schema {
	s := schema{"type": "object", "$ref": "#/$defs/scope", "properties": own, "unevaluatedProperties": false}
	if len(required) > 0 {
		s["required"] = required
	}
	return s
}

// withParams is a mapping with keys of its own and those of workers, balancers and mappings.
func withParams(own props, required ...string) schema {
	for _, key := range paramKeys() {
		if _, taken := own[key]; !taken {
			own[key] = ref("text")
		}
	}
	return object(own, required...)
}
