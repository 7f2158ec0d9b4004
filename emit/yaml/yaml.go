// Package yaml is lbconf's own form of a configuration: YAML for people, with nothing lost.
//
// A file is a scope, and so is what stands in a site, a location or a balancer. A scope is a mapping from keys to groups of
// items: rewrites, routes, headers, settings by the name of their directive in snake case. Order is meaning in httpd, and
// the order of a document is the order of execution: key after key, entry after entry. Items that stand apart in the
// source come under a second key of the same group, "routes/2", so that a document is read from top to bottom and
// nothing in it counts positions.
//
// The package is a codec: Decode of what the Emitter writes is the same IR, modulo origins.
package yaml

import (
	"bytes"
	"errors"
	"fmt"

	"go.yaml.in/yaml/v3"

	"github.com/lbconf/lbconf/emit"
	"github.com/lbconf/lbconf/ir"
)

// Version is the number behind the key lbconf, by which a file says which format it has.
const Version = 1

// Emitter writes the YAML form. The zero value is ready to use.
type Emitter struct {
	// NoComments leaves out the comments that say where each item comes from, and those that explain parameters.
	NoComments bool
}

// Target returns "yaml".
func (Emitter) Target() string { return "yaml" }

// heading says on top of a file what a reader must know to read or change it.
const heading = "# A configuration of lbconf. Keys and entries are executed in the order in which they stand here."

// Emit writes the configuration as the file lbconf.yaml. Everything in it is exact.
func (e Emitter) Emit(cfg *ir.Config, ledger *emit.Ledger) (*emit.Output, error) {
	w := &writer{groups: groups(), ledger: ledger}
	if !e.NoComments {
		w.origins, w.explained = newOrigins(cfg), map[string]bool{}
	}
	root, err := w.config(cfg)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	encoder := yaml.NewEncoder(&b)
	encoder.SetIndent(2)
	if err := encoder.Encode(root); err != nil {
		return nil, fmt.Errorf("write YAML: %w", err)
	}
	return &emit.Output{Files: []emit.File{{Name: "lbconf.yaml", Content: layOut(b.Bytes())}}}, nil
}

// config returns the mapping of the top level.
func (w *writer) config(cfg *ir.Config) (*yaml.Node, error) {
	top := newMapping()
	top.add("lbconf", integer(Version))
	if cfg.Server {
		top.add("kind", text(kindServer))
	}
	if len(cfg.Assumed) > 0 {
		top.add("assume_modules", texts(cfg.Assumed))
	}
	w.scope(top, cfg.Items)
	return top.node, errors.Join(w.errs...)
}

// layOut puts the heading on top and an empty line before each key of the top level that holds a block, and behind it.
// A line that begins in the first column is such a key: no scalar is written over several lines.
func layOut(src []byte) []byte {
	out := append([]byte(heading), '\n')
	lines := bytes.SplitAfter(src, []byte("\n"))
	block := false
	for i, line := range lines {
		top := len(line) > 0 && line[0] != ' ' && line[0] != '\n'
		opens := top && i+1 < len(lines) && bytes.HasPrefix(lines[i+1], []byte("  "))
		if top && (block || opens) {
			out = append(out, '\n')
		}
		if top {
			block = opens
		}
		out = append(out, line...)
	}
	return out
}
