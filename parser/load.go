package parser

import (
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/lbconf/lbconf/parser/ast"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/parser/directive"
	"github.com/lbconf/lbconf/parser/slab"
)

// Load reads an input as httpd reads it: in one pass, each Include, Define and condition where it stands. The tree is
// never nil; what is wrong is in its Diagnostics, and reading goes on behind it.
//
// An input that loads an MPM or mod_authz_core is a server, and its conditions see the modules that it has loaded so far.
// Any other is a fragment, which is read as if every module were there.
func Load(in Input) *Tree {
	cache := map[string]source{}
	l := newLoader(in, cache)
	tree := l.load()
	if tree.Server || !l.asked {
		return tree
	}
	l = newLoader(in, cache)
	l.fragment = true
	tree = l.load()
	tree.Server = false
	return tree
}

// loader is the state of one reading.
type loader struct {
	in     Input
	limits Limits
	fs     FileSystem
	tree   *Tree
	// cache holds what was read, since a fragment is read twice and a file may be included many times.
	cache map[string]source
	// fragment says that every module is there; asked, that a condition depended on it.
	fragment, asked bool
	root            string
	names           map[string]bool
	values          map[string]ast.Text
	version         version
	chain           []inclusion
	files           int
	bytes           int64
	// expanded counts the bytes that variables have grown lines by.
	expanded int64
	full     bool
	seen     map[place]bool
	once     map[*ast.Section]diag.Diagnostic
	// late is what is wrong with the syntax of the file that is being read, from where reading has not come to.
	late []found
	// macros are what <Macro> has defined; bodies are the lines of each.
	macros macros
	bodies map[*ast.Section]*macroBody
	// stream is the file that is being read line by line, nil for one whose lines are what they look like.
	stream *stream
	// scope is the section whose nodes are read; nil at the top.
	scope    *Node
	nodes    slab.Of[Node]
	children slab.Of[*Node]
	words    slab.Of[Word]
	// splitting is where the words of a line are gathered.
	splitting []Word
}

type source struct {
	src []byte
	err error
}

// inclusion is a file that is being read, and the directive that named it.
type inclusion struct {
	name string
	at   diag.Span
}

// place names a statement about a byte of a file, however often the file is included.
type place struct {
	file   string
	offset int
	code   diag.Code
	text   string
}

func newLoader(in Input, cache map[string]source) *loader {
	l := &loader{
		in: in, limits: in.Limits.withDefaults(), fs: in.Read, cache: cache, root: in.ServerRoot,
		names: map[string]bool{}, values: map[string]ast.Text{}, seen: map[place]bool{}, once: map[*ast.Section]diag.Diagnostic{},
		bodies: map[*ast.Section]*macroBody{}, macros: macros{named: map[string]*macro{}},
		tree: &Tree{
			Files: diag.NewFileSet(), Context: in.Context, EnvComplete: in.EnvComplete, Modules: map[string]ast.Text{},
			Defined: map[string]Definition{}, assumed: map[string]bool{},
		},
	}
	if l.fs == nil {
		l.fs = machine{limit: l.limits.FileBytes}
	}
	if l.root == "" {
		l.root = path.Dir(in.Name)
	}
	for _, name := range in.Defines {
		l.names[name] = true
		l.tree.Defined[name] = Definition{}
	}
	for _, id := range in.Modules {
		l.tree.assumed[id] = true
	}
	v := in.Version
	if v == "" {
		v = DefaultVersion
	}
	l.version, _ = parseVersion(v)
	return l
}

func (l *loader) load() *Tree {
	l.tree.Root.Given = l.in.ServerRoot != ""
	l.tree.Nodes = l.entry()
	l.unusedMacros()
	l.tree.Root.Path = l.root
	for name, def := range l.tree.Defined {
		if value, ok := l.values[clib.ToLower(name)]; ok { // of any Define whose name differs in case only
			def.Value, def.HasValue = value, true
			l.tree.Defined[name] = def
		}
	}
	return l.tree
}

func (l *loader) entry() []*Node {
	src := l.in.Source
	if size := int64(len(src)); size > l.limits.FileBytes {
		file := l.tree.Files.Add(l.in.Name, nil, diag.Span{})
		l.report(with(unknown(file.Span(0, 0), "", "%q is %d bytes long; %d is the most for one file", l.in.Name, size, l.limits.FileBytes),
			help("raise the limit with --max-input if the file is right")))
		return nil
	}
	return l.file(l.in.Name, src, diag.Span{}, nil)
}

// file reads one file behind what was read so far.
func (l *loader) file(name string, src []byte, at diag.Span, nodes []*Node) []*Node {
	l.files++
	l.bytes += int64(len(src))
	p := parseFile(l.tree.Files.Add(name, src, at))
	l.tree.Syntax = append(l.tree.Syntax, &ast.File{Source: p.file, Items: p.items})
	late, stream := l.late, l.stream
	l.chain = append(l.chain, inclusion{name, at})
	if p.streams {
		nodes = l.lines(p, nodes)
	} else {
		nodes = l.parsed(p, nodes)
	}
	l.chain = l.chain[:len(l.chain)-1]
	l.late, l.stream = late, stream
	return nodes
}

// parsed reads a file in which each line is what it looks like.
func (l *loader) parsed(p *parse, nodes []*Node) []*Node {
	maps.Copy(l.once, p.executed)
	maps.Copy(l.bodies, p.macros)
	l.late, l.stream = p.found, nil
	nodes = l.items(p.items, nodes)
	l.reached(p.file.Pos(len(p.src)))
	return nodes
}

// reached reports what is wrong with the syntax up to a place of the file that is being read, so that the list has the
// order in which httpd finds things.
func (l *loader) reached(at diag.Pos) {
	for len(l.late) > 0 && l.late[0].at <= at {
		l.report(l.late[0].Diagnostic)
		l.late = l.late[1:]
	}
}

// within reports what is wrong with the closing tags in a section that is skipped: httpd looks for its end and nothing else,
// and names the section.
func (l *loader) within(s *ast.Section) (found bool) {
	end := s.Span().End
	for len(l.late) > 0 && (l.late[0].at < end || s.Close == nil && l.late[0].at == end) && l.late[0].skipped != "" {
		d := l.late[0].Diagnostic
		d.Notes = slices.Clone(d.Notes)
		d.Notes[0] = httpdSays("%s", l.late[0].skipped)
		if !slices.ContainsFunc(d.Related, func(r diag.Related) bool { return r.Span == tag(s) }) {
			d = related(d, tag(s), "httpd skips this section to its end")
		}
		l.report(d)
		l.late = l.late[1:]
		found = true
	}
	return found
}

// report adds a diagnostic unless the same was said of the same bytes when the file was included before.
func (l *loader) report(d diag.Diagnostic) {
	at := l.tree.Files.File(d.Span.Start)
	key := place{at.Name(), at.Offset(d.Span.Start), d.Code, d.Message}
	if at.Macro() != "" {
		key.file, key.offset = "", int(d.Span.Start) // each Use is a place of its own
	}
	if n := len(l.tree.Diagnostics); n > maxProblems || l.seen[key] {
		return
	} else if n == maxProblems {
		d = with(unknown(d.Span, "here is the next", "the input has more than %d problems; the others are not listed", maxProblems), help("mend the first ones"))
	}
	l.seen[key] = true
	l.tree.Diagnostics.Add(d)
}

func (l *loader) items(items []ast.Item, nodes []*Node) []*Node {
	for _, item := range items {
		if len(l.late) > 0 {
			l.reached(item.Span().Start)
		}
		switch item := item.(type) {
		case *ast.Directive:
			nodes = l.directive(item, nodes)
		case *ast.Section:
			nodes = l.section(item, nodes)
		case *ast.Comment, *ast.Blank, *ast.Bad:
		}
	}
	return nodes
}

// split is SplitWords.
func (l *loader) split(args ast.Text) []Word {
	l.splitting = appendWords(l.splitting[:0], args)
	return l.words.Copy(l.splitting)
}

// name gives a node the name that stands in its line.
func (n *Node) name(name ast.Text) { n.Name, n.at = name.String(), name.All() }

func (l *loader) directive(d *ast.Directive, nodes []*Node) []*Node {
	n := l.nodes.New()
	n.Item, n.Args = d, d.Args
	name := d.Name
	if line, changed := l.expand(d.Line.Text); changed && line.Len() > 0 {
		w := wordEnd(line.String(), 0)
		name, n.Args = w.word(line).Text, rest(line, w.next)
	}
	n.name(name)
	return l.execute(n, nodes)
}

// execute does what httpd does with a directive when it has read it: some are done with, the others are what it executes
// afterwards.
func (l *loader) execute(n *Node, nodes []*Node) []*Node {
	n.Words = l.split(n.Args)
	l.quotes(n)
	if !l.consume(n, &nodes) {
		return append(nodes, n)
	}
	return nodes
}

// consume does what httpd does while it reads, and reports whether the directive is thereby done.
func (l *loader) consume(n *Node, nodes *[]*Node) bool {
	switch {
	case l.in.Context == ContextHtaccess && serverOnly(n):
		l.consumed(n, len(*nodes))
		l.notInHtaccess(n)
	case n.Is("Define"):
		l.consumed(n, len(*nodes))
		l.define(n)
	case n.Is("UnDefine"):
		l.consumed(n, len(*nodes))
		l.undefine(n)
	case n.Is("Include"), n.Is("IncludeOptional"):
		l.consumed(n, len(*nodes))
		*nodes = l.include(n, n.Is("IncludeOptional"), *nodes)
	case n.Is("Use") && l.loaded("macro_module"):
		l.consumed(n, len(*nodes))
		l.use(n, len(*nodes))
	case n.Is("UndefMacro") && l.loaded("macro_module"):
		l.consumed(n, len(*nodes))
		l.undefMacro(n)
	case ignoresWarnings(n) && l.loaded("macro_module"):
		l.consumed(n, len(*nodes))
		l.ignoreWarnings(n)
	case n.Is("LoadModule"):
		l.loadModule(n)
		return false
	case n.Is("ServerRoot"):
		if l.in.ServerRoot == "" && len(n.Words) == 1 {
			l.root = n.Words[0].String()
			l.tree.Root.Given, l.tree.Root.At = true, n.Span()
		}
		return false
	default:
		return false
	}
	return true
}

// serverOnly reports whether httpd, which executes the directive while it reads, does so in the configuration of the
// server only. Where others may stand is found out when they are lowered.
func serverOnly(n *Node) bool {
	d, ok := directive.Lookup(n.Name)
	return ok && !d.Section && d.Contexts.Has(directive.Reading) && !d.Contexts.Has(directive.Htaccess)
}

func (l *loader) notInHtaccess(n *Node) {
	d := refusal(n.NameSpan(), "not allowed here", "%s cannot stand in a .htaccess file", n.Name)
	d.Code, d.Name = codeContext, "wrong-context"
	l.report(with(d, httpdSays("%s not allowed here", n.Name), help("move it to the configuration of the server")))
}

// consumed notes a directive or section that does its work while reading, behind a number of nodes of its scope.
func (l *loader) consumed(n *Node, before int) {
	l.tree.Consumed = append(l.tree.Consumed, n)
	l.tree.Asides = append(l.tree.Asides, Aside{Scope: l.scope, Before: before, Node: n})
}

func (l *loader) section(s *ast.Section, nodes []*Node) []*Node {
	n := l.sectionNode(s)
	if line, changed := l.expand(s.Open.Text); changed && line.Len() > 0 {
		var name ast.Text
		name, n.Args, _ = openingTag(line, wordEnd(line.String(), 0))
		n.name(name)
	}
	how, why := l.enter(n, s, len(nodes))
	switch how {
	case spliced:
		nodes = l.items(s.Items, nodes)
		l.executes(s) // what stands behind the closing tag
		return nodes
	case executed:
		around := l.scope
		l.scope = n
		n.Children = l.items(s.Items, l.children.Slice(len(s.Items))[:0])
		l.scope = around
	case switchedOff, nonsense, definesMacro, inert:
	}
	return l.leave(n, how, why, nodes)
}

func (l *loader) sectionNode(s *ast.Section) *Node {
	n := l.nodes.New()
	n.Item, n.Args, n.Section = s, s.Args, true
	n.name(s.Name)
	return n
}

// entered is what httpd does with the contents of a section.
type entered uint8

const (
	// executed is a section that stays one.
	executed entered = iota
	// spliced is a condition that holds: its contents take its place.
	spliced
	// switchedOff is a condition that does not hold, and nonsense one that says nothing.
	switchedOff
	nonsense
	// definesMacro is <Macro>.
	definesMacro
	// inert is <Macro> where mod_macro is not loaded: a section that is unknown, with lines that may be anything.
	inert
)

// enter decides about a section when its opening tag is read, behind a number of nodes of its scope. Why says it of one
// that is switched off.
func (l *loader) enter(n *Node, s *ast.Section, before int) (how entered, why string) {
	switch {
	case executedOnRead(n.Name):
		return l.condition(n, s, before)
	case n.Is("Macro") && l.loaded("macro_module"):
		return definesMacro, ""
	}
	if d, ok := l.once[s]; ok {
		refused := d // a copy of its own, so that nothing is allocated where there is none
		n.Refused = &refused
	}
	n.Words = l.split(n.Args)
	l.quotes(n)
	if n.Is("Macro") {
		return inert, "mod_macro is not loaded"
	}
	return executed, ""
}

// leave does what is left to do at the end of a section, and adds it to the nodes around it if it is one of them.
func (l *loader) leave(n *Node, how entered, why string, nodes []*Node) []*Node {
	s, _ := n.Item.(*ast.Section)
	switch how {
	case spliced:
		return nodes
	case switchedOff, nonsense:
		l.looseMacros(s)
		l.neverClosed(s)
		if found := l.within(s); how == switchedOff && s.Close == nil && !found {
			l.unclosedSkip(s)
		}
		l.skipSection(s, why, len(nodes))
		return nodes
	case definesMacro:
		l.consumed(n, len(nodes))
		l.defineMacro(n, s)
		return nodes
	case inert:
		if within := count(s) - 1; within > 0 {
			l.skip(s, within, why, len(nodes))
		}
	case executed:
	}
	return append(nodes, n)
}

// loaded reports whether httpd has a module, one that is not built in, where it is now.
func (l *loader) loaded(id string) bool {
	l.asked = true
	if l.fragment || l.tree.assumed[id] {
		return true
	}
	_, ok := l.tree.Modules[id]
	return ok
}

// executes reports what httpd refuses about a condition only when it holds.
func (l *loader) executes(s *ast.Section) {
	if d, ok := l.once[s]; ok {
		l.report(d)
	}
}

// skip notes a region that is not executed, behind a number of nodes of its scope.
func (l *loader) skip(item ast.Item, directives int, reason string, before int) {
	l.skipped(Skipped{Item: item, Span: item.Span(), Directives: directives, Reason: reason}, before)
}

func (l *loader) skipped(skipped Skipped, before int) {
	l.tree.Skipped = append(l.tree.Skipped, skipped)
	l.tree.Asides = append(l.tree.Asides, Aside{Scope: l.scope, Before: before, Skipped: &skipped})
}

// skipSection notes a section that is skipped: at once, or where its lines come from several places because it began or
// ended in a macro, line by line.
func (l *loader) skipSection(s *ast.Section, why string, before int) {
	if span := s.Span(); l.stream == nil || l.tree.Files.File(span.Start) == l.tree.Files.File(span.End) {
		l.skip(s, count(s), why, before)
		return
	}
	l.skipped(Skipped{Item: s, Span: s.Open.Whole, Directives: 1, Reason: why}, before)
	for _, item := range s.Items {
		switch item := item.(type) {
		case *ast.Directive:
			l.skip(item, 1, why, before)
		case *ast.Section:
			l.skipSection(item, why, before)
		case *ast.Comment, *ast.Blank, *ast.Bad:
		}
	}
}

// count returns the number of directives and sections in a section, itself included.
func count(s *ast.Section) int {
	n := 1
	for _, item := range s.Items {
		switch item := item.(type) {
		case *ast.Directive:
			n++
		case *ast.Section:
			n += count(item)
		case *ast.Comment, *ast.Blank, *ast.Bad:
		}
	}
	return n
}

// loadModule notes a module. An MPM or mod_authz_core makes the input a server: no httpd runs without the first, and no
// configuration of one without the second.
func (l *loader) loadModule(n *Node) {
	if len(n.Words) != 2 {
		return
	}
	id := n.Words[0].String()
	if _, ok := l.tree.Modules[id]; !ok {
		l.tree.Modules[id] = n.Words[0].Text
	}
	if id == "authz_core_module" || strings.HasPrefix(id, "mpm_") && strings.HasSuffix(id, "_module") {
		l.tree.Server = true
	}
}

// arity reports a wrong number of arguments of a directive that never reaches lowering.
func (l *loader) arity(n *Node, most int, usage string) bool {
	if len(n.Words) >= 1 && len(n.Words) <= most && n.Words[0].Text.Len() > 0 {
		return true
	}
	has := "none"
	if len(n.Words) > 0 {
		has = strconv.Itoa(len(n.Words))
	}
	d := refusal(n.Span(), "", "%s takes %s, and has %s", n.Name, usage, has)
	d.Code, d.Name = codeArgument, "invalid-argument"
	if len(n.Words) > most {
		d.Span = n.Words[most].Text.All()
		d.Label = "one too many"
	}
	advice := help("write what is missing behind %s", n.Name)
	if len(n.Words) > most {
		advice = help("put an argument that holds white space in quotes; httpd knows no comment at the end of a line")
	}
	l.report(with(d, advice, said(n)))
	return false
}

// said is httpd's text for a wrong number of arguments.
func said(n *Node) diag.Note {
	known, _ := directive.Lookup(n.Name)
	return httpdSays("%s", known.Usage())
}
