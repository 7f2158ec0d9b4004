package yaml

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"

	"go.yaml.in/yaml/v3"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/diag"
)

// kindServer is the value of the key kind for a configuration whose list of modules is complete.
const kindServer = "server"

// maxDepth bounds the nesting of a document. Sections nest a few levels deep.
const maxDepth = 100

// Decode reads a configuration from the YAML form. It adds the source to files under name, and the origins of the items
// point into it. The configuration is never nil; what could not be read is missing from it and has an error in the list,
// which is sorted by place.
func Decode(files *diag.FileSet, name string, src []byte) (*ir.Config, diag.List) {
	cfg := &ir.Config{Files: files}
	r := &reader{file: files.Add(name, src, diag.Span{}), groups: groups()}
	if root := r.parse(src); root != nil {
		r.config(cfg, root)
	}
	cfg.Number()
	r.list.Sort()
	return cfg, r.list
}

// parse returns the mapping of the top level, or nil where there is none that can be read.
func (r *reader) parse(src []byte) *yaml.Node {
	if !r.isText(src) {
		return nil
	}
	r.lines = newLineIndex(src)
	root := r.jsonRoot(src)
	if root == nil {
		root = r.yamlRoot(src)
	}
	if root == nil || !r.isPlain(root, 0) {
		return nil
	}
	if root.Kind != yaml.MappingNode {
		r.fail(r.span(root), fmt.Sprintf("the file is a %s, not a mapping", kindOf(root)), fmt.Sprintf("begin it with lbconf: %d", Version))
		return nil
	}
	return root
}

// yamlRoot returns the only document of a source, or nil after it said why there is none.
func (r *reader) yamlRoot(src []byte) *yaml.Node {
	decoder := yaml.NewDecoder(bytes.NewReader(src))
	var document yaml.Node
	switch err := decoder.Decode(&document); {
	case errors.Is(err, io.EOF):
		r.fail(r.file.Span(0, 0), "the file is empty", fmt.Sprintf("begin it with lbconf: %d", Version))
		return nil
	case err != nil:
		r.syntaxError(err)
		return nil
	}
	var second yaml.Node
	switch err := decoder.Decode(&second); {
	case err == nil:
		r.fail(r.span(second.Content[0]), "a second document begins here", "write one configuration in one document, without ---")
		return nil
	case !errors.Is(err, io.EOF):
		r.syntaxError(err)
		return nil
	}
	return document.Content[0]
}

// config reads the top level.
func (r *reader) config(cfg *ir.Config, root *yaml.Node) {
	const where = "the top level"
	f, ok := r.fields(root, where, fmt.Sprintf("lbconf: %d", Version))
	if !ok || !f.need("lbconf", fmt.Sprintf("lbconf: %d on top", Version)) {
		return
	}
	if version := f.text("lbconf"); version != strconv.Itoa(Version) {
		r.fail(r.span(f.value["lbconf"]), fmt.Sprintf("version %q of the format is unknown", version), fmt.Sprintf("this lbconf reads lbconf: %d", Version))
		return
	}
	if f.has("kind") {
		switch kind := f.text("kind"); kind {
		case kindServer:
			cfg.Server = true
		case "fragment":
		default:
			r.fail(r.span(f.value["kind"]), fmt.Sprintf("unknown kind %q", kind), "write server where modules lists every module, else fragment")
		}
	}
	if f.has("assume_modules") {
		cfg.Assumed, _ = r.texts(f.value["assume_modules"], "assume_modules")
	}
	cfg.Items = r.scope(root, where, "lbconf", "kind", "assume_modules")
}

// isPlain reports errors for what YAML can say and a configuration does not need: aliases, whose expansion can be huge,
// anchors, merge keys, tags of other programs, keys that are no scalars, keys that occur twice, and endless nesting.
func (r *reader) isPlain(node *yaml.Node, depth int) bool {
	before := len(r.list)
	switch {
	case depth > maxDepth:
		r.fail(r.span(node), fmt.Sprintf("nested more than %d levels deep", maxDepth), "a configuration needs a few levels only")
		return false
	case node.Kind == yaml.AliasNode:
		r.fail(r.span(node), "aliases are not read", fmt.Sprintf("write the value of *%s here", node.Value))
		return false
	case node.Anchor != "":
		r.fail(r.span(node), "anchors are not read", fmt.Sprintf("remove &%s and write the value where it is needed", node.Anchor))
	case !plainTags[node.ShortTag()]:
		r.fail(r.span(node), fmt.Sprintf("tag %s is not read", node.Tag), "remove the tag")
	}
	if node.Kind == yaml.MappingNode {
		r.checkKeys(node)
	}
	for _, child := range node.Content {
		r.isPlain(child, depth+1)
	}
	return len(r.list) == before
}

var plainTags = map[string]bool{
	"!!str": true, "!!int": true, "!!float": true, "!!bool": true, "!!null": true, "!!timestamp": true,
	"!!binary": true, "!!merge": true, "!!map": true, "!!seq": true,
}

func (r *reader) checkKeys(node *yaml.Node) {
	first := map[string]*yaml.Node{}
	for key := range pairs(node) {
		switch {
		case key.Kind != yaml.ScalarNode:
			if key.Kind != yaml.AliasNode {
				r.fail(r.span(key), fmt.Sprintf("a key is a %s, not a word", kindOf(key)), "write a word before the colon")
			}
			continue
		case key.ShortTag() == "!!merge":
			r.fail(r.span(key), "merge keys are not read", "write the keys of the other mapping here")
			continue
		case isNull(key):
			r.fail(r.span(key), "a key is empty", `write a word before the colon, or "" for an empty one`)
			continue
		case key.ShortTag() == "!!binary" || isBinaryText(key):
			// A name in bytes that are no text: the key counts as what it stands for.
			value, ok := r.scalar(key, "a key")
			if !ok {
				continue
			}
			key.Value, key.Tag = value, "!!str"
		}
		if other := first[key.Value]; other != nil {
			r.fail(r.span(key), fmt.Sprintf("key %q occurs twice in the same mapping", key.Value),
				fmt.Sprintf("merge the two, or call the second %q where a group goes on", key.Value+"/2"))
			r.list[len(r.list)-1].Related = []diag.Related{{Span: r.span(other), Message: "first here"}}
			continue
		}
		first[key.Value] = key
	}
}

var yamlErrorLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)`)

// yamlParserError are the errors of which the YAML reader counts the line from 0: those of its grammar, not of its letters.
var yamlParserError = regexp.MustCompile(`^did not find expected (?:key|node content|'-' indicator|',' or |<)`)

// syntaxError places an error of the YAML reader, which knows the line only.
func (r *reader) syntaxError(err error) {
	match := yamlErrorLine.FindStringSubmatch(err.Error())
	line, message := 1, err.Error()
	if match != nil {
		message = match[2]
		if n, err := strconv.Atoi(match[1]); err == nil {
			if line = n; yamlParserError.MatchString(message) {
				line++
			}
		}
	}
	start, end := r.lines.line(line)
	r.fail(r.file.Span(start, end), "this is not YAML: "+message,
		`indent with spaces, and quote a value that contains ": " or " #" or begins with one of *&!%@[]{}|>`+"`")
}
