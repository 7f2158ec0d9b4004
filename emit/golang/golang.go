// Package golang writes a Go program that has the configuration compiled in: a typed literal of the IR, and a main
// function that serves it as `lbconf serve` does.
//
// Nothing is lost: the literal, evaluated, is the configuration, with the file and line of each directive and the text of
// the files, so that what the program says names them as lbconf would.
package golang

import (
	"cmp"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/lbconf/lbconf/emit"
	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/diag"
)

// modulePath is the module that a written program needs. It is not published.
const modulePath = "github.com/lbconf/lbconf"

// Emitter writes a Go program. The zero value writes a module without the place of lbconf's own.
type Emitter struct {
	// Source is the name of the configuration: the module is called after it, and messages of the program name it. Empty is
	// "lbconf.conf".
	Source string
	// Replace is the folder with lbconf's source, for go.mod; empty leaves it to the reader.
	Replace string
	// Dockerfile adds a Dockerfile.
	Dockerfile bool
	// OneFile writes everything into main.go and leaves out the rest.
	OneFile bool
}

// Target returns "go".
func (Emitter) Target() string { return "go" }

// Emit writes main.go, a file for each virtual host that is long, source.go with the texts that were read, go.mod, and a
// Dockerfile where it is asked for. The error
// is for a configuration that no lowering makes, such as a rule that does not parse.
func (e Emitter) Emit(cfg *ir.Config, ledger *emit.Ledger) (*emit.Output, error) {
	e.Source = cmp.Or(e.Source, "lbconf.conf")
	p := newProgram(e, cfg)
	files, err := p.files()
	if err != nil {
		return nil, err
	}
	for item := range ir.All(cfg.Items) {
		state, reason := judge(item)
		ledger.Mark(item, state, reason)
	}
	if e.OneFile {
		return &emit.Output{Files: files}, nil
	}
	files = append(files, emit.File{Name: "go.mod", Content: e.goMod()})
	if e.Dockerfile {
		files = append(files, emit.File{Name: "Dockerfile", Content: sign("#", dockerfile(cfg))})
	}
	return &emit.Output{Files: files}, nil
}

// judge says what became of an item: nothing is lost, but a variable that had no value stays text.
func judge(item ir.Item) (emit.State, string) {
	if residue, ok := item.(*ir.Residue); ok {
		return emit.Exact, keptReason(residue.State)
	}
	if name := unresolved(item); name != "" {
		return emit.Approximated, fmt.Sprintf("${%s} has no value here, and the program takes it as text: give it one with --env or --envvars", name)
	}
	return emit.Exact, ""
}

// keptReason is what the report says of a directive without a type, which keeps its text.
func keptReason(state ir.ResidueState) string {
	switch state {
	case ir.ResidueRefused:
		return "kept as it was; httpd refuses it, and the program will not start"
	case ir.ResidueUnknown:
		return "kept as it was; httpd has no such directive, and the program will not start"
	case ir.ResidueInert, ir.ResidueUnsupported:
	}
	return ""
}

// program is what is written.
type program struct {
	Emitter

	cfg   *ir.Config
	names *names
	// sources are the files that items come from, in the order of their first items; source finds them by name.
	sources []*source
	source  map[string]*source
	// functions hold a container each, in the order of the configuration.
	functions []*function
	of        map[ir.Item]*function
}

// source is a file that items come from.
type source struct {
	file     *diag.File
	variable string
	constant string // of its text
}

// function returns a container.
type function struct {
	name string
	item ir.Container
	// body is the text of the function with its comment; imports are the packages that it uses.
	body    string
	imports imports
}

func newProgram(e Emitter, cfg *ir.Config) *program {
	p := &program{Emitter: e, cfg: cfg, names: newNames(), source: make(map[string]*source), of: make(map[ir.Item]*function)}
	for item := range ir.All(cfg.Items) {
		p.addSource(item)
	}
	p.addFunctions(cfg.Items)
	return p
}

// addSource notes the file of an item.
func (p *program) addSource(item ir.Item) {
	span := item.Head().Origin.Span
	if p.cfg.Files == nil || !span.IsValid() {
		return
	}
	file := p.cfg.Files.File(span.Start)
	if p.source[file.Name()] != nil {
		return
	}
	base := filepath.Base(file.Name())
	base = strings.TrimSuffix(base, filepath.Ext(base))
	s := &source{file: file, variable: p.names.take(base, "conf")}
	s.constant = p.names.take(s.variable+" text", "conf")
	p.sources, p.source[file.Name()] = append(p.sources, s), s
}

// place is where an item stands; the file is empty for one that was built by a program.
func (p *program) place(item ir.Item) (file string, line int) {
	span := item.Head().Origin.Span
	if p.cfg.Files == nil || !span.IsValid() {
		return "", 0
	}
	at := p.cfg.Files.Position(span.Start)
	return at.Filename, at.Line
}

// longSection is how many items a section holds that becomes a function of its own.
const longSection = 12

// addFunctions gives each virtual host a function, and each long section.
func (p *program) addFunctions(items []ir.Item) {
	for _, item := range items {
		container, ok := item.(ir.Container)
		if !ok {
			continue
		}
		_, host := item.(*ir.VirtualHost)
		if host || count(container) > longSection {
			f := &function{name: p.names.take(title(container), "site"), item: container}
			p.functions = append(p.functions, f)
			p.of[item] = f
		}
		p.addFunctions(container.Children())
	}
}

func count(c ir.Container) int {
	n := 0
	for range ir.All(c.Children()) {
		n++
	}
	return n
}

// title is what a function for a container is named after.
func title(c ir.Container) string {
	switch c := c.(type) {
	case *ir.VirtualHost:
		for name := range ir.Of[*ir.ServerName](c.Items) {
			if name.Port != 0 {
				return fmt.Sprintf("%s %d", name.Host, name.Port)
			}
			return name.Host
		}
		if len(c.Addresses) > 0 {
			return fmt.Sprintf("site %s %d", c.Addresses[0].Host, c.Addresses[0].Port)
		}
		return "site"
	case *ir.Section:
		return string(c.Kind) + " " + c.Pattern
	case *ir.Residue:
		return c.Name + " " + c.Args
	}
	return "items"
}
