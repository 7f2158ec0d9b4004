package lower

import (
	"slices"
	"strings"

	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/clib"
)

// contexts is a set of places in which httpd takes a directive.
type contexts uint8

const (
	inMain contexts = 1 << iota
	inVirtualHost
	inProxy
	inLocation
	inDirectory
	inFiles
	inIf
	// inTree is a group of Require directives.
	inTree

	inServer  = inMain | inVirtualHost
	inSection = inProxy | inLocation | inDirectory | inFiles | inIf
	anywhere  = inServer | inSection
)

// place is where a directive stands. It is copied from one to the next.
type place struct {
	// kind is the section around it in httpd's spelling; empty for the main server.
	kind string
	// where is the set of one that kind is; empty for a section that is not modelled.
	where contexts
	// section is the node of that section; nil for the main server and for an input that stands in a section itself.
	section *parser.Node
	// around are the kinds of all sections around it, the innermost last.
	around []string
	// pattern is what the innermost Proxy, Location, Directory or Files section selects.
	pattern string
	// glob says that httpd compiles pattern as a regular expression for a ProxyPass in it.
	glob bool
	// unsure says that a section around it is not modelled, so that nothing is known about where it may stand.
	unsure bool
	// before are the directives of the same scope that stand before.
	before []*parser.Node
	// srv is what the server around it knows.
	srv *server
}

// in returns the place inside a section.
func (p place) in(n *parser.Node, pattern string) place {
	p.around = append(slices.Clip(p.around), n.Name)
	p.kind, p.where, p.section = n.Name, contextOf(n.Name), n
	if pattern != "" {
		p.pattern = pattern
	}
	return p
}

// contextOf is the set of one that the inside of a section is.
func contextOf(kind string) contexts {
	switch clib.ToLower(kind) {
	case "virtualhost":
		return inVirtualHost
	case "proxy", "proxymatch":
		return inProxy
	case "location", "locationmatch":
		return inLocation
	case "directory", "directorymatch":
		return inDirectory
	case "files", "filesmatch":
		return inFiles
	case "if", "elseif", "else":
		return inIf
	case "requireall", "requireany", "requirenone":
		return inTree
	}
	return 0
}

// perDir says that a section of requests is around the place, so that ProxyPass takes its path from it.
func (p place) perDir() bool { return p.where&inSection != 0 }

// allowed reports whether httpd takes a directive here, and says why not.
func (l *lowering) allowed(n *parser.Node, where contexts, at place) bool {
	context := at.where
	if at.unsure || context == 0 || where&context != 0 {
		return true
	}
	name, official := display(n), canonical(n)
	var httpd string
	switch {
	case context == inMain:
		httpd = strings.TrimSuffix(official, ">") + " not allowed here"
	case context == inVirtualHost && where&inMain == 0:
		httpd = strings.TrimSuffix(official, ">") + " not allowed in <VirtualHost> context"
	case context == inVirtualHost:
		httpd = official + " cannot occur within <VirtualHost> section"
	case where&inSection == 0 || where&inSection == inProxy || context == inTree:
		httpd = strings.TrimSuffix(official, ">") + " not allowed in <" + at.kind + "> context"
	default:
		httpd = official + " cannot occur within <" + at.kind + "> section"
	}
	here := "the main server"
	if at.kind != "" {
		here = "<" + at.kind + ">"
	}
	l.refuse(n, refusal{
		code: wrongContext, span: n.NameSpan(), label: "not allowed here", httpd: httpd,
		help: "move it to " + where.String(),
	}, "%s cannot stand in %s", name, here)
	return false
}

// String names the places for a message.
func (c contexts) String() string {
	var names []string
	for _, one := range []struct {
		set  contexts
		name string
	}{
		{inMain, "the main server"},
		{inVirtualHost, "a <VirtualHost>"},
		{inProxy, "a <Proxy>"},
		{inLocation, "a <Location>"},
		{inDirectory, "a <Directory>"},
		{inFiles, "a <Files>"},
		{inIf, "an <If>"},
	} {
		if c&one.set != 0 {
			names = append(names, one.name)
		}
	}
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// canonical is the name as httpd's table spells it.
func canonical(n *parser.Node) string {
	d, ok := lookup(n)
	switch {
	case !ok:
		return display(n)
	case d.Section:
		return "<" + d.Name + ">"
	}
	return d.Name
}

// display is the name of a node as httpd prints it.
func display(n *parser.Node) string {
	if n.Section {
		return "<" + n.Name + ">"
	}
	return n.Name
}
