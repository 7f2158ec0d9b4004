package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/lbconf/lbconf/emit/yaml"
	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/testenv"
)

// hostile are inputs of which little is right.
func hostile() []string {
	return []string{
		"", "\n", "\xff\x00\n", "# caf\xe9\n\nServerAdmin caf\xe9@example.com\n<Location /\xe9>\nServerName !!binary\n</Location>\n",
		"</VirtualHost>\nProxyPas /\n<VirtualHost *:80>\nProxyPass / http://b timeout=x\nInclude absent.conf\n",
		"Define A b\n<IfDefine A>\nProxyPass /${A} \\\n \"http://${A}/\" \\\n retry=1\n</IfDefine>\n<IfDefine B>\nX\n<Y>\nZ\n</Y>\n</IfDefine>\n",
		"<Macro m $x>\nX $x\n</Macro>\nUse m 1\n", "<IfModule !mod_proxy.c>\nX\n", "<Foo>\nBar\n<Location /a>\nRequire all granted\nBaz\n</Location>\n</Foo>\n",
		"ProxyPass / http://u:p@b/ secret=topsecret\n<If \"%{X} ==\">\n</If>\nUser www-data # who\n", "lbconf: 1\nroutes: [{path: /, to: http://b/}]\n",
		"lbconf: 1\nsites: {a: {address: '*:80', server_name: a, locations: {/x: {require: local}}, verbatim: [{unsupported: SSLCARevocationCheck chain, guards: on}]}}\n",
		"lbconf: 1\nroute: 1\n",
	}
}

// parseAll calls check for the seeds, real configurations where they are, and hostile ones.
func parseAll(t *testing.T, check func(t *testing.T, in *input)) {
	t.Helper()
	for i, src := range hostile() {
		t.Run("hostile/"+strconv.Itoa(i), func(t *testing.T) { check(t, parseText("hostile.conf", src)) })
	}
	seeds, err := filepath.Glob("../../testdata/seeds/*.conf")
	if err != nil || len(seeds) == 0 {
		t.Fatal("no seeds", err)
	}
	for _, seed := range seeds {
		src, err := os.ReadFile(seed)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(filepath.Base(seed), func(t *testing.T) { check(t, parseText(seed, string(src))) })
	}
	t.Run("corpus", func(t *testing.T) {
		for _, sample := range testenv.Corpus(t) {
			t.Run(filepath.Base(sample.Name), func(t *testing.T) { check(t, parseText(sample.Name, string(sample.Source))) })
		}
	})
}

func parseText(name, src string) *input {
	flags := &inputFlags{MaxInput: 512, From: "auto", HTTPDVersion: followedVersion}
	return flags.parse(name, []byte(src), variables{}, nil)
}

// parsedJSON returns the document of an input, as text and as data.
func parsedJSON(tb testing.TB, in *input) (raw string, root map[string]any) {
	tb.Helper()
	var b bytes.Buffer
	if err := writeParseJSON(&b, in, true); err != nil {
		tb.Fatal(err)
	}
	if strings.Count(b.String(), "\n") != 1 {
		tb.Fatalf("not on one line: %s", b.String())
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(b.Bytes()))
	if err != nil {
		tb.Fatalf("%v in\n%s", err, b.String())
	}
	return b.String(), value.(map[string]any)
}

func compileParseSchema(tb testing.TB) *jsonschema.Schema {
	tb.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(parseSchema()))
	if err != nil {
		tb.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	if err := compiler.AddResource(parseSchemaID, document); err != nil {
		tb.Fatal(err)
	}
	compiled, err := compiler.Compile(parseSchemaID)
	if err != nil {
		tb.Fatal(err)
	}
	return compiled
}

// TestParseSchema: the schema takes everything that parse prints.
func TestParseSchema(t *testing.T) {
	schema := compileParseSchema(t)
	parseAll(t, func(t *testing.T, in *input) {
		t.Helper()
		raw, root := parsedJSON(t, in)
		if err := schema.Validate(root); err != nil {
			t.Errorf("%v in\n%s", err, raw)
		}
	})
}

// TestParseSchemaIsStrict: a key or word that parse does not print is refused, and one that it must print is missed.
func TestParseSchemaIsStrict(t *testing.T) {
	schema := compileParseSchema(t)
	in := parseText("a.conf", "ProxyPass / http://b/\n<IfDefine X>\nY\n</IfDefine>\nNoSuch\n")
	for name, change := range map[string]func(root, node map[string]any){
		"key of the top":      func(root, _ map[string]any) { root["tres"] = "" },
		"key of a node":       func(_, node map[string]any) { node["modul"] = "core" },
		"state":               func(_, node map[string]any) { node["state"] = "known" },
		"null":                func(_, node map[string]any) { node["raw"] = nil },
		"version":             func(root, _ map[string]any) { root["version"] = json.Number("2") },
		"no arguments":        func(_, node map[string]any) { delete(node, "args") },
		"no findings":         func(root, _ map[string]any) { delete(root, "findings") },
		"line 0":              func(_, node map[string]any) { node["line"] = json.Number("0") },
		"key of the IR":       func(root, _ map[string]any) { root["ir"].(map[string]any)["route"] = []any{} },
		"key of a skip":       func(root, _ map[string]any) { root["skipped"].([]any)[0].(map[string]any)["why"] = "" },
		"key of a finding":    func(root, _ map[string]any) { root["findings"].([]any)[0].(map[string]any)["why"] = "" },
		"key of a file":       func(root, _ map[string]any) { root["files"].([]any)[0].(map[string]any)["why"] = "" },
		"count of directives": func(root, _ map[string]any) { root["summary"].(map[string]any)["directives"] = json.Number("-1") },
	} {
		_, root := parsedJSON(t, in)
		if err := schema.Validate(root); err != nil {
			t.Fatal(err)
		}
		change(root, root["tree"].([]any)[0].(map[string]any))
		if schema.Validate(root) == nil {
			t.Errorf("%s: the schema takes it", name)
		}
	}
}

// TestParseTreeIsTheFile: what the JSON says of places, texts and the IR is so.
func TestParseTreeIsTheFile(t *testing.T) {
	parseAll(t, func(t *testing.T, in *input) {
		t.Helper()
		checkParsed(t, in)
	})
}

func checkParsed(tb testing.TB, in *input) {
	tb.Helper()
	_, root := parsedJSON(tb, in)
	sources := map[string]string{}
	for i, entry := range root["files"].([]any) {
		file := in.files.Files()[i]
		sources[yaml.Text(file.Name())] = file.Source()
		if in.tree == nil {
			continue
		}
		if got := joined(entry.(map[string]any)["syntax"]); got != file.Source() {
			tb.Errorf("the syntax of %s is not the file: %q", file.Name(), got)
		}
	}
	nodes := 0
	pointers := map[string]bool{}
	var walk func(list any)
	walk = func(list any) {
		all, _ := list.([]any)
		for _, entry := range all {
			nodes++
			node := entry.(map[string]any)
			if file, ok := node["file"].(string); ok {
				offset, _ := node["offset"].(json.Number).Int64()
				if raw := plain(node["raw"]); !strings.HasPrefix(sources[file][offset:], raw) {
					tb.Errorf("%q does not stand at %s:%d", raw, file, offset)
				}
			}
			if pointer, ok := node["ir"].(string); ok {
				if pointers[pointer] || !resolves(root["ir"], pointer) {
					tb.Errorf("%s: %q is nothing in the IR, or another's", node["raw"], pointer)
				}
				pointers[pointer] = true
			}
			walk(node["children"])
		}
	}
	walk(root["tree"])
	if n := summaryOf(in, stepsOf(in)).Directives; n != nodes {
		tb.Errorf("%d nodes, and the summary counts %d", nodes, n)
	}
	items := 0
	for range ir.All(in.config.Items) {
		items++
	}
	if len(pointers) != items {
		tb.Errorf("%d nodes point at %d items", len(pointers), items)
	}
}

// plain is a text of the JSON as bytes.
func plain(value any) string {
	s, _ := value.(string)
	if encoded, ok := strings.CutPrefix(s, "!!binary "); ok {
		var raw []byte
		if err := json.Unmarshal([]byte(strconv.Quote(encoded)), &raw); err != nil {
			return err.Error()
		}
		return string(raw)
	}
	return s
}

func joined(items any) string {
	var b strings.Builder
	all, _ := items.([]any)
	for _, entry := range all {
		item := entry.(map[string]any)
		b.WriteString(plain(item["text"]) + joined(item["items"]) + plain(item["end"]))
	}
	return b.String()
}

// resolves reports whether a JSON Pointer names a value.
func resolves(value any, pointer string) bool {
	for _, step := range strings.Split(pointer, "/")[1:] {
		step = strings.NewReplacer("~1", "/", "~0", "~").Replace(step)
		switch at := value.(type) {
		case map[string]any:
			value = at[step]
		case []any:
			if i, err := strconv.Atoi(step); err == nil && i < len(at) {
				value = at[i]
				continue
			}
			return false
		}
		if value == nil {
			return false
		}
	}
	return true
}

// FuzzParse: any bytes give a document that holds them.
func FuzzParse(f *testing.F) {
	for _, src := range hostile() {
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src string) {
		if strings.Contains(strings.ToLower(src), "include") {
			return // it would read files of the machine
		}
		checkParsed(t, parseText("fuzz.conf", src))
		if err := writeParseTree(&bytes.Buffer{}, parseText("fuzz.conf", src), treeOptions{}); err != nil {
			t.Error(err)
		}
	})
}
