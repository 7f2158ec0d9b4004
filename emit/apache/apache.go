// Package apache writes the language of httpd: canonical text that httpd reads as the same configuration.
//
// Order is kept, comments and layout are not. A directive that lbconf does not model is written word for word, one that
// httpd refuses too.
package apache

import (
	"errors"
	"fmt"
	"strings"

	"github.com/lbconf/lbconf/emit"
	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/ast"
)

// Emitter writes the language of httpd.
type Emitter struct{}

// Target returns "apache".
func (Emitter) Target() string { return "apache" }

// Emit writes the configuration as the file lbconf.conf. A configuration that was read from httpd's language is exact;
// one from elsewhere can hold text with line breaks, which no line of httpd's language can, and which is dropped.
func (Emitter) Emit(cfg *ir.Config, ledger *emit.Ledger) (*emit.Output, error) {
	w := &writer{ledger: ledger}
	w.scope(cfg.Items)
	if len(w.errs) > 0 {
		return nil, errors.Join(w.errs...)
	}
	return &emit.Output{Files: []emit.File{{Name: "lbconf.conf", Content: []byte(w.out.String())}}}, nil
}

type writer struct {
	out    strings.Builder
	ledger *emit.Ledger
	depth  int
	errs   []error
}

// scope writes the items of a section. At the top level an empty line sets sections apart.
func (w *writer) scope(items []ir.Item) {
	afterSection := false
	for _, item := range items {
		inner, section := block(item)
		line, problem := w.line(item)
		if problem != "" {
			w.drop(item, problem)
			continue
		}
		if w.depth == 0 && w.out.Len() > 0 && (section || afterSection) {
			w.out.WriteByte('\n')
		}
		afterSection = section
		if section {
			w.section(item, line, inner)
		} else {
			w.write(line)
		}
		state, reason := stateOf(item, line)
		w.ledger.Mark(item, state, reason)
	}
}

// block returns the items of a section.
func block(item ir.Item) ([]ir.Item, bool) {
	if residue, ok := item.(*ir.Residue); ok && !residue.Section {
		return nil, false
	}
	c, ok := item.(ir.Container)
	if !ok {
		return nil, false
	}
	return c.Children(), true
}

func (w *writer) section(item ir.Item, line string, inner []ir.Item) {
	w.write("<" + line + ">")
	w.depth++
	w.scope(inner)
	w.depth--
	w.write("</" + emit.Directive(item) + ">")
}

func (w *writer) write(line string) {
	w.out.WriteString(strings.Repeat(ast.Indent, w.depth))
	w.out.WriteString(line)
	w.out.WriteByte('\n')
}

// line returns the directive or the inside of the opening tag, and why there is none.
func (w *writer) line(item ir.Item) (line, problem string) {
	args, err := arguments(item)
	if err != nil {
		w.errs = append(w.errs, fmt.Errorf("%s (item %d): %w", emit.Directive(item), item.Head().Seq, err))
	}
	line = emit.Directive(item)
	if args != "" {
		line += " " + args
	}
	return line, unwritable(item, line)
}

// drop marks an item and all in it as lost.
func (w *writer) drop(item ir.Item, reason string) {
	w.ledger.Mark(item, emit.Dropped, reason)
	inner, _ := block(item)
	for child := range ir.All(inner) {
		w.ledger.Mark(child, emit.Dropped, fmt.Sprintf("it stands in <%s>, which is dropped", emit.Directive(item)))
	}
}

// asciiSpace is what httpd takes for white space.
const asciiSpace = " \t\n\v\f\r"

// unwritable says why no line of httpd's language is the directive.
func unwritable(item ir.Item, line string) string {
	switch {
	case strings.ContainsAny(line, "\n\x00"):
		return "a line of httpd's language cannot hold a line break or a NUL byte"
	case strings.HasSuffix(line, `\`):
		return `a line that ends with \ goes on in the next one for httpd`
	case strings.Trim(line, asciiSpace) != line:
		return "httpd ignores white space at the end of a line"
	}
	residue, ok := item.(*ir.Residue)
	if !ok {
		return ""
	}
	if residue.Name == "" || strings.ContainsAny(residue.Name, " \t\v\f\r<>#") || strings.Trim(residue.Args, asciiSpace) != residue.Args {
		return fmt.Sprintf("httpd would not read the line back as the directive %q", residue.Name)
	}
	if !residue.Section && len(residue.Items) > 0 {
		return "a directive that is no section cannot hold others"
	}
	return ""
}

// stateOf returns the mark of an item that was written.
func stateOf(item ir.Item, line string) (emit.State, string) {
	if residue, ok := item.(*ir.Residue); ok {
		switch residue.State {
		case ir.ResidueRefused:
			return emit.Exact, "written as it was; httpd refuses it"
		case ir.ResidueUnknown:
			return emit.Exact, "written as it was; httpd has no such directive"
		case ir.ResidueInert, ir.ResidueUnsupported:
		}
	}
	if name := emit.Variable(line); name != "" {
		return emit.Approximated, fmt.Sprintf("httpd replaces ${%s} where it is defined, by Define or by the environment", name)
	}
	return emit.Exact, ""
}
