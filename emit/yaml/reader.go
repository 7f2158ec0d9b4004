package yaml

import (
	"encoding/base64"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/agnivade/levenshtein"
	"go.yaml.in/yaml/v3"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/diag"
)

// reader turns the nodes of a document into items. It goes on after an error, so that one run finds all of them.
type reader struct {
	file   *diag.File
	lines  lineIndex
	groups map[string]group
	depth  int
	// around is the section around the scope that is read; nil in a server.
	around *ir.Section
	list   diag.List
}

// fail adds an error: what is wrong and what to write instead.
func (r *reader) fail(span diag.Span, message, help string) {
	d := diag.Diagnostic{
		Code: "LB020", Name: "syntax", Class: diag.Refusal, Severity: diag.Error, Span: span, Message: message,
	}
	if help != "" {
		d.Notes = []diag.Note{{Kind: "help", Text: help}}
	}
	r.list.Add(d)
}

// within returns the place of the bytes [i, j) of a scalar, or that of the scalar where it is not written as it is.
func (r *reader) within(node *yaml.Node, i, j int) diag.Span {
	span := r.span(node)
	if node.Kind != yaml.ScalarNode {
		return span
	}
	if at := strings.Index(r.file.Text(span), node.Value); at >= 0 && i <= j && j <= len(node.Value) {
		span.Start += diag.Pos(at)
		return diag.Span{Start: span.Start + diag.Pos(i), End: span.Start + diag.Pos(j)}
	}
	return span
}

// span returns the place of a node. That of a mapping or list goes from its first key to its last value.
func (r *reader) span(node *yaml.Node) diag.Span {
	start := r.lines.offset(node.Line, node.Column)
	if node.Kind == yaml.ScalarNode {
		return r.file.Span(start, r.lines.scalarEnd(node, start))
	}
	if node.Kind == yaml.AliasNode {
		return r.file.Span(start, start+len("*")+len(node.Value))
	}
	if n := len(node.Content); n > 0 {
		return r.file.Span(start, start).To(r.span(node.Content[n-1]))
	}
	return r.file.Span(start, min(start+1, len(r.file.Source())))
}

// node returns the head of an item that is written in key and value.
func (r *reader) node(directive string, key, value *yaml.Node) ir.Node {
	span := r.span(key)
	if value != nil && value.Kind == yaml.ScalarNode {
		span = span.To(r.span(value))
	}
	return ir.Node{Origin: ir.Origin{Span: span, Directive: directive}}
}

// scalar returns the text of a scalar as it is written: on is "on" and 007 is "007".
func (r *reader) scalar(node *yaml.Node, what string) (string, bool) {
	switch {
	case isNull(node):
		r.fail(r.span(node), what+" has no value", `write a value, or "" for an empty one`)
	case node.Kind != yaml.ScalarNode:
		r.fail(r.span(node), fmt.Sprintf("%s is a %s, not a single value", what, kindOf(node)), "write one value behind the colon")
	case node.Tag == "!!binary" || isBinaryText(node):
		raw, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(strings.TrimPrefix(node.Value, binaryPrefix)), ""))
		if err != nil {
			r.fail(r.span(node), what+" is not base64", "a value behind !!binary is base64; leave the tag out for plain text")
			return "", false
		}
		return string(raw), true
	default:
		return node.Value, true
	}
	return "", false
}

// texts returns the words of a list, or of a single value.
func (r *reader) texts(node *yaml.Node, what string) ([]string, bool) {
	if node.Kind != yaml.SequenceNode {
		word, ok := r.scalar(node, what)
		return []string{word}, ok
	}
	var all []string
	for _, entry := range node.Content {
		word, ok := r.scalar(entry, "an entry of "+what)
		if !ok {
			return nil, false
		}
		all = append(all, word)
	}
	return all, true
}

// onOff reads a switch.
func (r *reader) onOff(node *yaml.Node, what string) (bool, bool) {
	value, ok := r.scalar(node, what)
	if !ok {
		return false, false
	}
	switch clib.ToLower(value) {
	case "on", "true", "yes":
		return true, true
	case "off", "false", "no":
		return false, true
	}
	r.fail(r.span(node), fmt.Sprintf("%s is %q, which is neither on nor off", what, value), "write on or off")
	return false, false
}

// port reads a port number.
func (r *reader) port(node *yaml.Node, what string) (int, bool) {
	value, ok := r.scalar(node, what)
	if !ok {
		return 0, false
	}
	port, err := strconv.ParseUint(value, 10, 16)
	if err != nil || port == 0 {
		r.fail(r.span(node), fmt.Sprintf("%s is %q, not a port", what, value), "write a number from 1 to 65535")
		return 0, false
	}
	return int(port), true
}

// entries returns the entries of a list; another value counts as a list of one.
func (r *reader) entries(node *yaml.Node, what string) []*yaml.Node {
	switch {
	case node.Kind == yaml.SequenceNode:
		return node.Content
	case isNull(node):
		r.fail(r.span(node), what+" has no entries", "write a list, or leave the key out")
		return nil
	}
	return []*yaml.Node{node}
}

// unknownKey says that a key means nothing where it stands.
func (r *reader) unknownKey(key *yaml.Node, where string, known []string) {
	help := "the keys are " + strings.Join(slices.Sorted(slices.Values(known)), ", ")
	if guess := nearest(key.Value, known); guess != "" {
		help = fmt.Sprintf("did you mean %s?", guess)
	}
	r.fail(r.span(key), fmt.Sprintf("unknown key %q in %s", key.Value, where), help)
}

// nearest returns the word that a typing mistake of at most a third of the letters makes, or "".
func nearest(word string, known []string) string {
	best, least := "", len(word)/3+1
	for _, candidate := range slices.Sorted(slices.Values(known)) {
		if d := levenshtein.ComputeDistance(clib.ToLower(word), candidate); d < least || d == least && best == "" && d < 3 {
			best, least = candidate, d
		}
	}
	return best
}

// fields reads the mapping of one entry by name.
type fields struct {
	r     *reader
	where string
	node  *yaml.Node
	keys  map[string]*yaml.Node
	value map[string]*yaml.Node
}

// fields opens an entry. A node that is no mapping is an error, for which ok is false.
func (r *reader) fields(node *yaml.Node, where, example string) (f fields, ok bool) {
	if node.Kind != yaml.MappingNode {
		r.fail(r.span(node), fmt.Sprintf("%s is a %s, not a mapping", where, kindOf(node)), "write it as "+example)
		return fields{}, false
	}
	if len(node.Content) == 0 {
		r.fail(r.span(node), where+" is empty", "write it as "+example)
		return fields{}, false
	}
	f = fields{r, where, node, map[string]*yaml.Node{}, map[string]*yaml.Node{}}
	for key, value := range pairs(node) {
		f.keys[key.Value], f.value[key.Value] = key, value
	}
	return f, true
}

func (f *fields) has(key string) bool { return f.value[key] != nil }

// text returns the value of a key, or "" where it is missing.
func (f *fields) text(key string) string {
	if !f.has(key) {
		return ""
	}
	value, _ := f.r.scalar(f.value[key], key)
	return value
}

// on returns a switch, off where it is missing.
func (f *fields) on(key string) bool {
	if !f.has(key) {
		return false
	}
	on, _ := f.r.onOff(f.value[key], key)
	return on
}

// need reports whether a key is there, and says so where it is not.
func (f *fields) need(key, example string) bool {
	if !f.has(key) {
		f.r.fail(f.r.span(f.node.Content[0]), fmt.Sprintf("%s has no %s", f.where, key), "add "+example)
	}
	return f.has(key)
}

// only reports keys beside the known ones.
func (f *fields) only(known ...string) {
	for key := range pairs(f.node) {
		if !contains(known, key.Value) {
			f.r.unknownKey(key, f.where, known)
		}
	}
}

// head returns the node of the item that the entry is, which points at its first key.
func (f *fields) head(directive string) ir.Node {
	return f.r.node(directive, f.node.Content[0], f.node.Content[1])
}

// at returns the node of the item that one key of the entry is.
func (f *fields) at(directive, key string) ir.Node {
	return f.r.node(directive, f.keys[key], f.value[key])
}

// pairs yields the keys and values of a mapping in document order; nothing for another node.
func pairs(node *yaml.Node) iter.Seq2[*yaml.Node, *yaml.Node] {
	return func(yield func(*yaml.Node, *yaml.Node) bool) {
		if node.Kind != yaml.MappingNode {
			return
		}
		for i := 0; i+1 < len(node.Content); i += 2 {
			if !yield(node.Content[i], node.Content[i+1]) {
				return
			}
		}
	}
}

func isNull(node *yaml.Node) bool {
	return node.Kind == yaml.ScalarNode && node.Tag == "!!null"
}

func kindOf(node *yaml.Node) string {
	switch node.Kind {
	case yaml.MappingNode:
		return "mapping"
	case yaml.SequenceNode:
		return "list"
	case yaml.ScalarNode, yaml.DocumentNode, yaml.AliasNode:
		return "single value"
	}
	return "single value"
}

func contains(words []string, word string) bool { return slices.Contains(words, word) }

func names(groups map[string]group) []string { return slices.Collect(maps.Keys(groups)) }
