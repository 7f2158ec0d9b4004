package yaml

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/lbconf/lbconf/ir"
)

// Document is a configuration in the form of this package, as data for programs that read JSON. It has the same keys and
// values as the YAML, so that Schema describes both and Decode reads both; only switches are true and false.
type Document struct {
	root   *yaml.Node
	places map[*yaml.Node]ir.Item
	items  int
}

// NewDocument returns the document of a configuration. The error is for one that no lowering makes.
func NewDocument(cfg *ir.Config) (*Document, error) {
	d := &Document{places: map[*yaml.Node]ir.Item{}}
	w := &writer{groups: groups(), places: d.places}
	root, err := w.config(cfg)
	if err != nil {
		return nil, err
	}
	for range ir.All(cfg.Items) {
		d.items++
	}
	if len(d.places) != d.items {
		return nil, fmt.Errorf("%d of %d items have no place in the document", d.items-len(d.places), d.items)
	}
	d.root = root
	return d, nil
}

// Pointers returns where each item stands in the JSON, as JSON Pointers of RFC 6901: "/sites/example.com/routes/0". The
// item whose Seq is n has the index n-1.
func (d *Document) Pointers() []string {
	pointers := make([]string, d.items)
	d.locate(d.root, "", pointers)
	return pointers
}

var pointerEscapes = strings.NewReplacer("~", "~0", "/", "~1")

func (d *Document) locate(node *yaml.Node, at string, pointers []string) {
	if item, ok := d.places[node]; ok {
		pointers[item.Head().Seq-1] = at
	}
	switch node.Kind {
	case yaml.MappingNode:
		for key, value := range pairs(node) {
			d.locate(value, at+"/"+pointerEscapes.Replace(jsonText(key)), pointers)
		}
	case yaml.SequenceNode:
		for i, entry := range node.Content {
			d.locate(entry, at+"/"+strconv.Itoa(i), pointers)
		}
	case yaml.ScalarNode, yaml.DocumentNode, yaml.AliasNode:
	}
}

// WriteJSON writes the document on one line, piece by piece.
func (d *Document) WriteJSON(out io.Writer) error {
	w := &jsonWriter{out: bufio.NewWriter(out)}
	w.value(d.root)
	return errors.Join(w.err, w.out.Flush())
}

// jsonWriter writes nodes as JSON. Writing to out fails when it is flushed.
type jsonWriter struct {
	out *bufio.Writer
	err error
}

func (w *jsonWriter) value(node *yaml.Node) {
	switch {
	case node.Kind == yaml.MappingNode:
		w.mapping(node)
	case node.Kind == yaml.SequenceNode:
		w.list(node)
	case node.Tag == "!!int":
		w.raw(node.Value)
	case node.Tag == "!!str" && node.Style == switchStyle:
		w.raw(strconv.FormatBool(node.Value == "on"))
	default:
		w.text(jsonText(node))
	}
}

func (w *jsonWriter) mapping(node *yaml.Node) {
	w.raw("{")
	comma := ""
	for key, value := range pairs(node) {
		w.raw(comma)
		w.text(jsonText(key))
		w.raw(":")
		w.value(value)
		comma = ","
	}
	w.raw("}")
}

func (w *jsonWriter) list(node *yaml.Node) {
	w.raw("[")
	for i, entry := range node.Content {
		if i > 0 {
			w.raw(",")
		}
		w.value(entry)
	}
	w.raw("]")
}

func (w *jsonWriter) raw(s string) { _, _ = w.out.WriteString(s) } // it fails again at Flush

// text writes a string so that JSON and YAML read it alike: what YAML takes for a control character or a line end is
// escaped.
func (w *jsonWriter) text(s string) {
	if plainASCII(s) {
		w.raw(`"`)
		w.raw(s)
		w.raw(`"`)
		return
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(s); err != nil {
		w.err = errors.Join(w.err, err)
		return
	}
	for _, c := range string(bytes.TrimSuffix(b.Bytes(), []byte("\n"))) {
		if isControl(c) || c == '\u0085' || c == '\ufeff' {
			w.raw(fmt.Sprintf(`\u%04x`, c))
			continue
		}
		_, _ = w.out.WriteRune(c) // it fails again at Flush
	}
}

// plainASCII reports whether a string needs no escape.
func plainASCII(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}

// binaryPrefix begins a string of a Document that stands for bytes, which follow in base64. It is how YAML tags such a
// value, inside of the string, because JSON has no tags.
const binaryPrefix = "!!binary "

// Text returns s as a string of JSON can hold it: itself, or binaryPrefix and its bytes in base64 where it is not UTF-8 or
// begins with that prefix.
func Text(s string) string {
	if needsBinary(s) {
		return binaryPrefix + base64.StdEncoding.EncodeToString([]byte(s))
	}
	return s
}

// needsBinary reports whether a string cannot be written as it is.
func needsBinary(s string) bool { return !utf8.ValidString(s) || strings.HasPrefix(s, binaryPrefix) }

// jsonText is the string that a scalar is in a Document.
func jsonText(node *yaml.Node) string {
	if node.Tag == "!!binary" {
		return binaryPrefix + node.Value
	}
	return node.Value
}

// isBinaryText reports whether a scalar stands for bytes although it has no tag.
func isBinaryText(node *yaml.Node) bool {
	return node.Tag == "!!str" && strings.HasPrefix(node.Value, binaryPrefix)
}
