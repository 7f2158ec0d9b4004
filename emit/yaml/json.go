package yaml

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// jsonRoot returns the mapping of a source that is a JSON object, nil for any other. Every JSON is YAML on paper; the reader of
// YAML takes no key of more than 1,024 characters, and no pair of surrogates, which are the \u escapes of other writers.
func (r *reader) jsonRoot(src []byte) *yaml.Node {
	if !bytes.HasPrefix(bytes.TrimLeft(src, " \t\r\n"), []byte("{")) || !json.Valid(src) {
		return nil
	}
	j := &jsonReader{src: src, lines: r.lines, decoder: json.NewDecoder(bytes.NewReader(src)), column: 1}
	j.decoder.UseNumber()
	return j.value()
}

// jsonReader makes nodes of valid JSON.
type jsonReader struct {
	src     []byte
	lines   lineIndex
	decoder *json.Decoder
	// at is a byte, and line and column are where it stands: the line counted from 0, the column in characters from 1.
	at, line, column int
}

// token returns the next token with a node that has its place.
func (j *jsonReader) token() (json.Token, *yaml.Node) {
	start := int(j.decoder.InputOffset())
	for start < len(j.src) && bytes.IndexByte([]byte(" \t\r\n,:"), j.src[start]) >= 0 {
		start++
	}
	j.advance(start)
	token, err := j.decoder.Token()
	if err != nil {
		return nil, nil // the source is valid, so that this is its end
	}
	return token, &yaml.Node{Kind: yaml.ScalarNode, Line: j.line + 1, Column: j.column}
}

// advance moves to a byte.
func (j *jsonReader) advance(to int) {
	for j.at < to {
		_, size := utf8.DecodeRune(j.src[j.at:])
		j.at += size
		j.column++
		if next := j.line + 1; next < len(j.lines.starts) && j.at >= j.lines.starts[next] {
			j.line, j.column = next, 1
		}
	}
}

// value returns the next value; nil at the end of an object or list.
func (j *jsonReader) value() *yaml.Node {
	token, node := j.token()
	switch token := token.(type) {
	case json.Delim:
		return j.collection(token, node)
	case string:
		node.Tag, node.Value, node.Style = "!!str", token, yaml.DoubleQuotedStyle
	case json.Number:
		node.Tag, node.Value = "!!float", token.String()
		if isInteger(node.Value) {
			node.Tag = "!!int"
		}
	case bool:
		node.Tag, node.Value = "!!bool", "false"
		if token {
			node.Value = "true"
		}
	case nil:
		if node != nil {
			node.Tag, node.Value = "!!null", "null"
		}
	}
	return node
}

func (j *jsonReader) collection(opening json.Delim, node *yaml.Node) *yaml.Node {
	switch opening {
	case '{':
		node.Kind, node.Tag = yaml.MappingNode, "!!map"
	case '[':
		node.Kind, node.Tag = yaml.SequenceNode, "!!seq"
	default:
		return nil
	}
	for child := j.value(); child != nil; child = j.value() {
		node.Content = append(node.Content, child)
	}
	return node
}
