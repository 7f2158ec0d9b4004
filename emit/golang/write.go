package golang

import (
	"errors"
	"fmt"
	"go/format"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/lbconf/lbconf/emit"
	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/diag"
)

// longFunction is how many lines a virtual host has that gets a file of its own.
const longFunction = 60

// files returns the Go files: main.go, and one for each long virtual host.
func (p *program) files() ([]emit.File, error) {
	l := &literal{program: p, imports: imports{}}
	for _, f := range p.functions {
		p.fill(l, f)
	}
	main := &function{imports: imports{}}
	l.imports = main.imports
	main.body = p.main(l)
	if len(l.errs) > 0 {
		return nil, errors.Join(l.errs...)
	}
	var files []emit.File
	inMain := []*function{main}
	for _, f := range p.functions {
		_, host := f.item.(*ir.VirtualHost)
		if p.OneFile || !host || strings.Count(f.body, "\n") < longFunction {
			inMain = append(inMain, f)
			continue
		}
		// No underscore: Go would take what follows one for the name of a system.
		file, err := p.file("site-"+strings.ToLower(strings.ReplaceAll(f.name, "_", "-"))+".go", "", []*function{f})
		if err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	texts := &function{body: p.texts()}
	switch {
	case len(p.sources) == 0:
	case p.OneFile:
		inMain = append(inMain, texts)
	default:
		file, err := p.file("source.go", "", []*function{texts})
		if err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	file, err := p.file("main.go", fmt.Sprintf("// Command %s serves what %s says, as httpd would.\n", p.moduleName(), shown(p.Source)), inMain)
	return append(files, file), err
}

// file joins functions to a formatted file.
func (*program) file(name, doc string, functions []*function) (emit.File, error) {
	used := imports{}
	var body strings.Builder
	for _, f := range functions {
		maps.Copy(used, f.imports)
		body.WriteString(f.body)
	}
	var b strings.Builder
	b.WriteString(doc + "package main\n\n")
	if len(used) > 0 {
		writeImports(&b, used)
	}
	b.WriteString(body.String())
	content, err := format.Source([]byte(b.String()))
	if err != nil {
		return emit.File{}, fmt.Errorf("%s: %w", name, err)
	}
	return emit.File{Name: name, Content: sign("//", content)}, nil
}

// writeImports writes the imports of a file, lbconf's behind the others.
func writeImports(b *strings.Builder, used imports) {
	b.WriteString("import (\n")
	paths := slices.Sorted(maps.Keys(used))
	slices.SortStableFunc(paths, func(a, b string) int { return boolOrder(ours(a), ours(b)) })
	for i, path := range paths {
		if i > 0 && ours(path) && !ours(paths[i-1]) {
			b.WriteByte('\n')
		}
		b.WriteString(strconv.Quote(path) + "\n")
	}
	b.WriteString(")\n")
}

func ours(path string) bool { return strings.HasPrefix(path, modulePath) }

func boolOrder(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// main writes the main function, the sources and the configuration.
func (p *program) main(l *literal) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\nfunc main() { %s.Exit(%s.Main(%s, config())) }\n", l.use("os"), l.use(modulePath+"/runtime/daemon"), quote(p.Source))
	if len(p.sources) > 0 {
		b.WriteString("\n// The files that the configuration was read from. At names the line of a directive, for messages and server-info.\nvar (\n")
		fmt.Fprintf(&b, "files = %s.NewFileSet()\n", l.use(modulePath+"/parser/diag"))
		for _, s := range p.sources {
			fmt.Fprintf(&b, "%s = %s.NewSource(files, %s, %s)\n", s.variable, l.use(modulePath+"/ir"), quote(s.file.Name()), s.constant)
		}
		b.WriteString(")\n")
	}
	fmt.Fprintf(&b, "\n// config is %s: the main server, and %s.\n", shown(p.Source), p.hosts())
	fmt.Fprintf(&b, "func config() *%s.Config {\nc := &%s\nc.Number()\nreturn c\n}\n", l.use(modulePath+"/ir"), p.configuration(l))
	return b.String()
}

// texts writes the files that the configuration was read from.
func (p *program) texts() string {
	var b strings.Builder
	for _, s := range p.sources {
		fmt.Fprintf(&b, "\n// %s is %s as it was read.\nconst %s = %s\n", s.constant, shown(s.file.Name()), s.constant, quoteLines(s.file.Source()))
	}
	return b.String()
}

// hosts counts the virtual hosts.
func (p *program) hosts() string {
	n := 0
	for range ir.Of[*ir.VirtualHost](p.cfg.Items) {
		n++
	}
	switch n {
	case 0:
		return "no virtual hosts"
	case 1:
		return "1 virtual host"
	}
	return fmt.Sprintf("%d virtual hosts", n)
}

func (p *program) configuration(l *literal) string {
	var fields []string
	if len(p.sources) > 0 {
		fields = append(fields, "Files: files")
	}
	if p.cfg.Server {
		fields = append(fields, "Server: true")
	}
	if len(p.cfg.Assumed) > 0 {
		fields = append(fields, "Assumed: "+l.value(reflect.ValueOf(p.cfg.Assumed), false))
	}
	if len(p.cfg.Items) > 0 {
		fields = append(fields, "Items: "+l.value(reflect.ValueOf(p.cfg.Items), false))
	}
	return l.use(modulePath+"/ir") + ".Config" + braces(fields)
}

// fill writes the function of a container.
func (p *program) fill(l *literal, f *function) {
	f.imports = imports{}
	l.imports = f.imports
	text := l.pointer(reflect.ValueOf(f.item))
	comment := f.name + " is " + p.describe(f.item)
	f.body = fmt.Sprintf("\n// %s.\nfunc %s() %s {\nreturn %s\n}\n", comment, f.name, l.typeName(reflect.TypeOf(f.item)), text)
}

// describe says what a section is, and where it stands.
func (p *program) describe(c ir.Container) string {
	text := "<" + shown(emit.Directive(c)+" "+argument(c)) + ">"
	if file, line := p.place(c); file != "" {
		text += fmt.Sprintf(", %s:%d", shown(file), line)
	}
	return text
}

// argument is what stands behind the name of a section.
func argument(c ir.Container) string {
	switch c := c.(type) {
	case *ir.VirtualHost:
		var words []string
		for _, a := range c.Addresses {
			host := a.Host
			if strings.Contains(host, ":") {
				host = "[" + host + "]"
			}
			if a.Port != 0 {
				host += ":" + strconv.Itoa(a.Port)
			}
			words = append(words, host)
		}
		return strings.Join(words, " ")
	case *ir.Section:
		return c.Pattern
	case *ir.Residue:
		return c.Args
	}
	return ""
}

// node writes the place of an item; it is empty for one that was built by a program.
func (p *program) node(item ir.Item) string {
	file, line := p.place(item)
	if file == "" {
		return ""
	}
	return fmt.Sprintf("%s.At(%d)", p.source[file].variable, line)
}

// longestShown is how much of a text of the configuration stands in a comment.
const longestShown = 80

// shown is a text of the configuration in a comment.
func shown(text string) string {
	text = strings.TrimSpace(diag.Clean(text))
	if len(text) > longestShown {
		text = strings.ToValidUTF8(text[:longestShown], "") + "…"
	}
	return text
}
