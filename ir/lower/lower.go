// Package lower turns what httpd would execute into the typed IR, one file per httpd module.
//
// Each directive becomes exactly one item: its own type where the IR has one, else a Residue that keeps the text. What
// httpd refuses is reported with the name of the rule, httpd's own words and what to write instead, all of it in one run.
package lower

import (
	"maps"
	"sync"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/parser/directive"
	"github.com/lbconf/lbconf/parser/rewrite"
)

// Lower lowers a tree. The configuration is never nil; what httpd refuses, and what lbconf does not know, is in the list.
// It does not repeat the diagnostics of the tree. The list has the order in which httpd finds things, behind those of the
// tree.
//
// A key of a worker that stands on a balancer is reported as a refusal, and its directive is modelled all the same, so that
// a server can run what is plainly meant. Everything else that httpd refuses becomes a Residue in the state
// ResidueRefused.
func Lower(tree *parser.Tree) (*ir.Config, diag.List) { return WithFiles(tree, nil) }

// WithFiles is Lower, and asks about the files that the configuration names. One that httpd does not find is a refusal; its
// directive is modelled all the same, since what it means does not depend on the machine.
func WithFiles(tree *parser.Tree, files Files) (*ir.Config, diag.List) {
	l := &lowering{
		tree: tree, files: files, table: handlers(), values: values{checks(), placedChecks(), namedFiles()},
		strangers: sync.OnceValue(func() *strangers { return strangersOf(tree) }),
		reading:   newReading(),
		learned:   &learned{providers: providers{authnProviders(), authzProviders()}, methods: registeredMethods()},
	}
	c := &ir.Config{Files: tree.Files, Server: tree.Server, Items: l.top(tree.Nodes, start(tree.Context))}
	c.Number()
	l.finish()
	l.logFolders()
	return c, append(l.diags, l.checks...)
}

// lowering is the state of one run, or of a part of one that some virtual hosts are.
type lowering struct {
	*reading
	*learned

	tree *parser.Tree
	// files is nil where nobody asks about them.
	files  Files
	table  map[string]handler
	values values
	// strangers looks for them once: most configurations never ask.
	strangers func() *strangers

	diags diag.List
	// checks is what httpd finds when it has executed everything.
	checks    diag.List
	misplaced []misplaced
	logs      logFiles
	// borrowed says that others read what is learned, so that it must be copied before it changes.
	borrowed bool
}

// reading is what saves doing the same again. It changes no result.
type reading struct {
	rewrites rewrite.Reader
	known    map[spelling]known
}

func newReading() *reading { return &reading{known: map[spelling]known{}} }

// learned is what a directive makes known to all that follow it, whatever server they stand in. It changes by learn only.
type learned struct {
	providers providers
	methods   methods
	// charsets are the aliases of mod_xml2enc, in upper case, and what they stand for.
	charsets map[string]string
	// sockets are the Listen directives by address and port.
	sockets map[string]*parser.Node
	// once are the directives seen that may stand once in a server.
	once map[string]bool
}

// learn returns what is known in order to change it.
func (l *lowering) learn() *learned {
	if l.borrowed {
		l.borrowed = false
		l.learned = &learned{
			providers: providers{maps.Clone(l.providers.authn), maps.Clone(l.providers.authz)}, methods: maps.Clone(l.methods),
			charsets: maps.Clone(l.charsets), once: maps.Clone(l.once),
		}
	}
	return l.learned
}

// spelling is the name of a directive or section as it is written.
type spelling struct {
	name    string
	section bool
}

// known is what a spelling stands for.
type known struct {
	// directive is the line of httpd's table, nil for a name that is not in it.
	directive *directive.Directive
	// absent says that no module that has it is loaded.
	absent bool
	// lower is nil for a directive that is not modelled.
	lower handler
	// check and placed look at the values of one that is not, ask at the files that it names; each may be nil.
	check  check
	placed placedCheck
	ask    namedFile
}

// find looks a name up. A large configuration has many lines and few names.
func (l *lowering) find(n *parser.Node) known {
	s := spelling{n.Name, n.Section}
	if seen, ok := l.known[s]; ok {
		return seen
	}
	key := n.Key()
	if n.Section {
		key = "<" + key
	}
	found := known{lower: l.table[key], check: l.values.checks[key], placed: l.values.placed[key], ask: l.values.named[key]}
	if d, ok := lookup(n); ok {
		found.directive, found.absent = d, !l.hasModule(d)
	}
	l.known[s] = found
	return found
}

// handler returns the item of a directive, or nil after it reported why httpd refuses it. The directive stands where it may
// and has as many arguments as httpd's table gives it.
type handler func(l *lowering, n *parser.Node, at place) ir.Item

// handlers is the table of everything that is modelled, by the name in lower case.
func handlers() map[string]handler {
	all := map[string]handler{}
	for _, module := range []map[string]handler{
		coreHandlers(), protocolHandlers(), soHandlers(), unixdHandlers(), mpmHandlers(), proxyHandlers(), wstunnelHandlers(), fcgiHandlers(), healthHandlers(), heartbeatHandlers(), rewriteHandlers(),
		headersHandlers(), authzHandlers(), authnHandlers(), limitHandlers(), accessHandlers(), logHandlers(), sslHandlers(),
		fileHandlers(), aliasHandlers(), mimeHandlers(), dirHandlers(), filterHandlers(), deflateHandlers(),
		envHandlers(), setenvifHandlers(), reqtimeoutHandlers(),
	} {
		for name, h := range module {
			all[clib.ToLower(name)] = h
		}
	}
	return all
}

func (l *lowering) items(nodes []*parser.Node, at place) []ir.Item {
	if len(nodes) == 0 {
		return nil
	}
	items := make([]ir.Item, len(nodes))
	for i, n := range nodes {
		at.before = nodes[:i]
		items[i] = l.item(n, at)
	}
	return items
}

// item asks what httpd asks, in its order: is there such a directive, may it stand in the section around it, has it as many
// arguments as it takes, and then what the directive asks itself.
func (l *lowering) item(n *parser.Node, at place) ir.Item {
	found := l.find(n)
	d := found.directive
	switch {
	case d == nil:
		l.unknownDirective(n)
		r := l.keep(n, at)
		r.State = ir.ResidueUnknown
		return r
	case found.absent && !l.loaded(n, d), !l.permitted(n, d, at), !l.arguments(n, d), !l.within(n, d, d.NotIn, at), !l.ended(n):
		return l.refused(n, at)
	case found.lower == nil:
		return l.residue(n, found, at)
	}
	if item := found.lower(l, n, at); item != nil {
		l.look(n, found, at)
		return item
	}
	return l.refused(n, at)
}

// ended reports whether httpd takes the opening tag of a section.
func (l *lowering) ended(n *parser.Node) bool {
	if n.Refused != nil {
		l.diags.Add(*n.Refused)
	}
	return n.Refused == nil
}

// node is the head of the item of a directive; the origin's arguments are its words.
func node(n *parser.Node) ir.Node {
	args := make([]diag.Span, len(n.Words))
	for i, w := range n.Words {
		args[i] = w.Text.All()
	}
	return ir.Node{Origin: ir.Origin{Span: n.Span(), Directive: n.Name, Args: args}}
}

// refused keeps a directive that httpd refuses; what a section holds is looked at all the same.
func (l *lowering) refused(n *parser.Node, at place) ir.Item {
	r := l.keep(n, at)
	r.State = ir.ResidueRefused
	return r
}

// refusedBox is refused for a section whose items are lowered already.
func refusedBox(n *parser.Node, items []ir.Item) ir.Item {
	return &ir.Residue{Node: node(n), State: ir.ResidueRefused, Name: n.Name, Args: n.Args.String(), Section: true, Items: items}
}

// keep returns the residue of a directive, with what a section holds. Nothing is known about where that may stand, but for
// sections by method.
func (l *lowering) keep(n *parser.Node, at place) *ir.Residue {
	r := &ir.Residue{Node: node(n), Name: n.Name, Args: n.Args.String(), Section: n.Section}
	if n.Section {
		inside := at.in(n, "")
		inside.unsure = at.unsure || !isLimit(inside.kind)
		r.Items = l.items(n.Children, inside)
	}
	return r
}

// residue keeps a directive that has no type.
func (l *lowering) residue(n *parser.Node, as known, at place) ir.Item {
	d, r := as.directive, l.keep(n, at)
	r.Name = d.Name
	if !l.value(n, as, at) {
		r.State = ir.ResidueRefused
		return r
	}
	l.look(n, as, at)
	r.State = ir.ResidueUnsupported
	if d.Effect == directive.Inert {
		r.State = ir.ResidueInert
	}
	r.Guards = d.Guards
	return r
}
