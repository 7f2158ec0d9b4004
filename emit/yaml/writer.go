package yaml

import (
	"encoding/base64"
	"fmt"
	"path"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/lbconf/lbconf/emit"
	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/clib"
)

// writer builds the nodes of a document.
type writer struct {
	groups  map[string]group
	origins origins
	// ledger is nil for a Document.
	ledger *emit.Ledger
	// places are the items by the node that each is; nil where nobody asks.
	places map[*yaml.Node]ir.Item
	// around is the section around the scope that is written; nil in a server.
	around *ir.Section
	// explained are the keys that a comment explains already; nil where comments are not wanted.
	explained map[string]bool
	errs      []error
}

// fail notes an item that no lowering makes.
func (w *writer) fail(item ir.Item, format string, args ...any) {
	w.errs = append(w.errs, fmt.Errorf("%s (item %d): %s", emit.Directive(item), item.Head().Seq, fmt.Sprintf(format, args...)))
}

// mark says that an item is in the output, and which node it is.
func (w *writer) mark(item ir.Item, node *yaml.Node) { w.note(item, node, "") }

// note is mark with something to say about the item.
func (w *writer) note(item ir.Item, node *yaml.Node, remark string) {
	if w.ledger != nil {
		w.ledger.Mark(item, emit.Exact, remark)
	}
	if w.places != nil {
		w.places[node] = item
	}
}

// mapping is a YAML mapping under construction. The comment of an item goes to the line of its first key.
type mapping struct {
	node    *yaml.Node
	comment string
}

func newMapping() *mapping { return &mapping{node: &yaml.Node{Kind: yaml.MappingNode}} }

// entry starts the mapping of an item that is an entry of a list.
func (w *writer) entry(item ir.Item) *mapping {
	m := newMapping()
	m.comment = w.origins.comment(item)
	return m
}

func (m *mapping) add(key string, value *yaml.Node) {
	name := text(key)
	m.node.Content = append(m.node.Content, name, value)
	if m.comment != "" {
		annotate(name, value, m.comment)
		m.comment = ""
	}
}

// text adds a key unless the value is empty.
func (m *mapping) text(key, value string) {
	if value != "" {
		m.add(key, text(value))
	}
}

// on adds a switch unless it is off.
func (m *mapping) on(key string, on bool) {
	if on {
		m.add(key, onOff(true))
	}
}

// annotate puts a comment on the line of a key.
func annotate(key, value *yaml.Node, comment string) {
	if comment == "" {
		return
	}
	if value.Kind == yaml.ScalarNode || value.Style&yaml.FlowStyle != 0 || len(value.Content) == 0 {
		if explanation, found := strings.CutPrefix(value.LineComment, "# "); found {
			comment += "; " + explanation
		}
		value.LineComment = comment
		return
	}
	key.LineComment = comment
}

// explain puts a comment on the first line of the document that has the key, for readers who are new to httpd.
func (w *writer) explain(key, meaning string, value *yaml.Node) *yaml.Node {
	if w.explained == nil || w.explained[key] || meaning == "" {
		return value
	}
	w.explained[key] = true
	value.LineComment = "# " + meaning
	return value
}

// list returns a block list.
func list(entries ...*yaml.Node) *yaml.Node {
	return &yaml.Node{Kind: yaml.SequenceNode, Content: entries}
}

// texts returns a list of words on one line.
func texts(words []string) *yaml.Node {
	node := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
	for _, word := range words {
		node.Content = append(node.Content, text(word))
	}
	return node
}

// textOrList returns one word as it is and any other number of them as a list.
func textOrList(words []string) *yaml.Node {
	if len(words) == 1 {
		return text(words[0])
	}
	return texts(words)
}

// text returns a string that every YAML reader takes for that string.
func text(s string) *yaml.Node {
	if needsBinary(s) {
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!binary", Value: base64.StdEncoding.EncodeToString([]byte(s))}
	}
	node := word(s)
	if isOldBool(s) {
		node.Style = yaml.DoubleQuotedStyle
	}
	return node
}

// word returns a string whose reader knows that on and off are words: a switch or a parameter.
func word(s string) *yaml.Node {
	if needsBinary(s) {
		return text(s)
	}
	node := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s}
	if strings.ContainsAny(s, "\n\r\u0085\u2028\u2029") {
		node.Style = yaml.DoubleQuotedStyle
	}
	if isInteger(s) {
		node.Tag = "!!int"
	}
	return node
}

// isInteger reports whether s is a number that every reader writes back as it is.
func isInteger(s string) bool {
	n, err := strconv.ParseInt(s, 10, 32)
	return err == nil && strconv.FormatInt(n, 10) == s
}

// isOldBool reports the words that YAML 1.1 took for booleans, which some readers still do.
func isOldBool(s string) bool {
	switch clib.ToLower(s) {
	case "y", "n", "yes", "no", "on", "off":
		return true
	}
	return false
}

func integer(n int64) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: strconv.FormatInt(n, 10)}
}

// switchStyle tells a switch from a word in a Document. YAML has no use for it on a scalar.
const switchStyle = yaml.FlowStyle

func onOff(on bool) *yaml.Node {
	node := word("off")
	if on {
		node = word("on")
	}
	node.Style = switchStyle
	return node
}

// origins writes the comments that say where an item comes from.
type origins struct {
	cfg *ir.Config
	// names are what a file is called in comments: its base name where that is unique.
	names map[string]string
}

func newOrigins(cfg *ir.Config) origins {
	if cfg.Files == nil {
		return origins{}
	}
	count := map[string]int{}
	for _, file := range cfg.Files.Files() {
		count[path.Base(file.Name())]++
	}
	names := map[string]string{}
	for _, file := range cfg.Files.Files() {
		name := file.Name()
		if base := path.Base(name); count[base] == 1 {
			name = base
		}
		names[file.Name()] = name
	}
	return origins{cfg, names}
}

func (o origins) comment(item ir.Item) string {
	span := item.Head().Origin.Span
	if o.cfg == nil || !span.IsValid() {
		return ""
	}
	position := o.cfg.Files.Position(span.Start)
	name := o.names[position.Filename]
	if strings.ContainsFunc(name, func(r rune) bool { return r == utf8.RuneError || !strconv.IsPrint(r) }) {
		name = strconv.QuoteToASCII(name)
	}
	return fmt.Sprintf("# %s:%d", name, position.Line)
}
