package main

import (
	"encoding/json"
	"maps"
	"reflect"
	"strconv"
	"strings"

	"github.com/lbconf/lbconf/emit/yaml"
)

// parseSchemaID names the schema of parse --format json.
const parseSchemaID = "https://github.com/lbconf/lbconf/schema/parse.v1.json"

// parseSchema returns the JSON Schema of parse --format json, draft 2020-12. It is made from the types that are written, from
// the schema of lint for findings and from that of the YAML for the IR, so that it cannot say anything else than they do.
func parseSchema() []byte {
	defs := describer{}
	maps.Copy(defs, definitionsOf(lintSchema))
	var configurationSchema any
	if err := json.Unmarshal(yaml.Schema(), &configurationSchema); err != nil {
		panic(err) // it was made from values
	}
	defs["configuration"] = configurationSchema
	root := defs.object(reflect.TypeFor[parsedInput]())
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["$id"] = parseSchemaID
	root["title"] = "Output of lbconf parse --format json"
	root["description"] = "A document on one line for each input. Lines and columns count from 1, columns in bytes; ends are exclusive. What is absent " +
		"is absent, never null. A text that is not UTF-8 is written as \"!!binary \" and its bytes in base64."
	root["properties"].(map[string]any)["version"] = map[string]any{"const": parseVersion}
	root["$defs"] = defs
	out, err := json.MarshalIndent(root, "", "  ")
	if err != nil {
		panic(err) // texts, numbers and maps only
	}
	return append(out, '\n')
}

// definitionsOf returns the $defs of a schema.
func definitionsOf(schema []byte) map[string]any {
	var root struct {
		Defs map[string]any `json:"$defs"`
	}
	if err := json.Unmarshal(schema, &root); err != nil {
		panic(err) // it is a file of this program, which a test reads
	}
	return root.Defs
}

// describer holds the schemas of the types that were met, by their names.
type describer map[string]any

// schema describes the values of a type.
func (d describer) schema(t reflect.Type) map[string]any {
	switch t {
	case reflect.TypeFor[jsonFinding]():
		return map[string]any{"$ref": "#/$defs/finding"}
	case reflect.TypeFor[configuration]():
		return map[string]any{"$ref": yaml.SchemaID}
	}
	switch t.Kind() { //nolint:exhaustive // the types above have no other kinds
	case reflect.Pointer:
		return d.schema(t.Elem())
	case reflect.Slice:
		return map[string]any{"type": "array", "items": d.schema(t.Elem())}
	case reflect.Struct:
		name := strings.ToLower(strings.TrimPrefix(t.Name(), "parsed"))
		if _, known := d[name]; !known {
			d[name] = nil // it may hold itself
			d[name] = d.object(t)
		}
		return map[string]any{"$ref": "#/$defs/" + name}
	case reflect.String:
		return map[string]any{"type": "string"}
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	default:
		return map[string]any{"type": "integer", "minimum": 0}
	}
}

// object describes a struct: these keys and no others.
func (d describer) object(t reflect.Type) map[string]any {
	properties, required := map[string]any{}, []string{}
	for _, field := range reflect.VisibleFields(t) {
		tag := field.Tag.Get("json")
		if tag == "" {
			continue // an embedded struct, whose fields come by themselves
		}
		name, option, _ := strings.Cut(tag, ",")
		properties[name] = d.field(field)
		if option != "omitempty" {
			required = append(required, name)
		}
	}
	return map[string]any{"type": "object", "properties": properties, "required": required, "additionalProperties": false}
}

func (d describer) field(field reflect.StructField) map[string]any {
	schema := d.schema(field.Type)
	if words := field.Tag.Get("enum"); words != "" {
		schema = map[string]any{"enum": strings.Split(words, ",")}
	}
	if least, err := strconv.Atoi(field.Tag.Get("min")); err == nil {
		schema["minimum"] = least
	}
	if doc := field.Tag.Get("doc"); doc != "" {
		schema["description"] = doc
	}
	return schema
}
