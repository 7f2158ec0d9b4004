package lower

import (
	"slices"
	"strings"

	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/directive"
)

// contexts is a set of kinds of places.
type contexts uint16

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
	// inAlias is a section that defines an alias of a provider.
	inAlias

	inSection = inProxy | inLocation | inDirectory | inFiles | inIf
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
	// boxes are the sections around it as httpd tells them apart.
	boxes directive.Box
	// pattern is what the innermost Proxy, Location, Directory or Files section selects.
	pattern string
	// glob says that httpd compiles pattern as a regular expression for a ProxyPass in it.
	glob bool
	// excluded are the methods for which what stands here does not hold.
	excluded uint64
	// unsure says that a section around it is not modelled, so that nothing is known about where it may stand.
	unsure bool
	// before are the directives of the same scope that stand before.
	before []*parser.Node
	// srv is what the server around it knows.
	srv *server
}

// start returns the place of the first directive of an input.
func start(context parser.Context) place {
	at := place{srv: &server{}, where: inMain}
	switch context {
	case parser.ContextServer:
	case parser.ContextVirtualHost:
		at.kind, at.where, at.boxes = "VirtualHost", inVirtualHost, directive.InVirtualHost
	case parser.ContextDirectory:
		at.kind, at.where, at.boxes = "Directory", inDirectory, directive.InDirectory
	case parser.ContextHtaccess:
		at.where, at.boxes = inDirectory, directive.InHtaccess
	}
	return at
}

// in returns the place inside a section.
func (p place) in(n *parser.Node, pattern string) place {
	kind := strings.Trim(n.Name, "<>")
	if d, ok := lookup(n); ok {
		kind = d.Name
	}
	p.around = append(slices.Clip(p.around), kind)
	p.kind, p.section = kind, n
	p.boxes |= boxOf(kind)
	if !isLimit(kind) {
		p.where = contextOf(kind)
	}
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
	case "authnprovideralias", "authzprovideralias":
		return inAlias
	}
	return 0
}

// isLimit says that a section holds for some methods only; what may stand in it is up to the section around it.
func isLimit(kind string) bool { return kind == "Limit" || kind == "LimitExcept" }

// boxOf is the set of one that httpd puts a section in.
func boxOf(kind string) directive.Box {
	if isLimit(kind) {
		return directive.InLimit
	}
	switch contextOf(kind) {
	case inVirtualHost:
		return directive.InVirtualHost
	case inProxy:
		return directive.InProxy
	case inLocation:
		return directive.InLocation
	case inDirectory:
		return directive.InDirectory
	case inFiles, inIf:
		return directive.InFiles
	case inTree:
		return directive.InLimit
	case inMain, inAlias, inSection: // none is one section
	}
	return 0
}

// perDir says that a section of requests is around the place, so that ProxyPass takes its path from it.
func (p place) perDir() bool { return p.where&inSection != 0 }

// permits reports whether httpd takes a directive in a section of the kind around the place, whatever is around that.
func (p place) permits(d *directive.Directive) bool {
	switch {
	case p.unsure || p.where == 0 || d.Contexts.Has(directive.Reading):
		return true
	case p.where&(inMain|inVirtualHost) != 0:
		return d.Contexts.Has(directive.Server)
	case p.where == inTree:
		return d.Override == "All" || strings.Contains(d.Override, "AuthConfig")
	case p.where == inAlias:
		return d.Override == "All" || strings.Contains(d.Override, "AuthConfig") || d.Contexts.Has(directive.Section) && d.Override == ""
	case p.boxes&directive.InProxy != 0: // <If> and <Files> in it change nothing
		return d.Contexts.Has(directive.Section) || d.Contexts.Has(directive.Proxy)
	case p.boxes == directive.InHtaccess:
		return d.Contexts.Has(directive.Htaccess)
	}
	return d.Contexts.Has(directive.Section)
}

// permitted reports whether httpd takes a directive in the section around it, which it asks before it looks at arguments.
func (l *lowering) permitted(n *parser.Node, d *directive.Directive, at place) bool {
	if at.permits(d) {
		return true
	}
	httpd := strings.TrimSuffix(canonical(n), ">") + " not allowed "
	if at.kind == "" || at.section == nil {
		httpd += "here"
	} else {
		httpd += "in <" + at.kind + "> context"
	}
	l.misplace(n, d, at, httpd)
	return false
}

// inDirContext are the sections of requests. A directive that refuses one of them httpd does not take in <Limit> either.
const inDirContext = directive.InLimit | directive.InDirectory | directive.InLocation | directive.InFiles | directive.InProxy

// within reports whether a directive stands outside of the sections that it refuses to stand in, which it asks itself before
// it looks at the values of its arguments.
func (l *lowering) within(n *parser.Node, d *directive.Directive, notIn directive.Box, at place) bool {
	if notIn&inDirContext != 0 {
		notIn |= directive.InLimit
	}
	found := notIn & at.boxes
	if found == 0 || at.unsure || d.Contexts.Has(directive.Reading) {
		return true
	}
	httpd := canonical(n) + " cannot occur within "
	switch {
	case found&directive.InVirtualHost != 0:
		httpd += "<VirtualHost> section"
	case found&directive.InLimit != 0:
		httpd += "<Limit> or <LimitExcept> section"
	case found&directive.InHtaccess != 0:
		httpd += "htaccess files"
	default:
		httpd += "<" + at.innermost(found) + "> section"
	}
	l.misplace(n, d, at, httpd)
	return false
}

// innermost returns the section of a set that httpd names: it looks for one kind after the other.
func (p place) innermost(boxes directive.Box) string {
	for _, kind := range []string{
		"Directory", "DirectoryMatch", "Location", "LocationMatch", "Files", "FilesMatch", "If", "ElseIf", "Else", "Proxy", "ProxyMatch",
	} {
		if boxes&boxOf(kind) != 0 && (slices.Contains(p.around, kind) || p.section == nil && p.kind == kind) {
			return kind
		}
	}
	return p.kind
}

func (l *lowering) misplace(n *parser.Node, d *directive.Directive, at place, httpd string) {
	here := "the main server"
	switch {
	case at.kind != "":
		here = "<" + at.kind + ">"
	case at.boxes == directive.InHtaccess:
		here = "a .htaccess file"
	}
	l.refuse(n, refusal{
		code: wrongContext, span: n.NameSpan(), label: "not allowed here", httpd: httpd, help: "move it to " + places(d),
	}, "%s cannot stand in %s", display(n), here)
}

// places names where a directive may stand.
func places(d *directive.Directive) string {
	var names []string
	add := func(may bool, name string) {
		if may {
			names = append(names, name)
		}
	}
	server, section := d.Contexts.Has(directive.Server), d.Contexts.Has(directive.Section)
	add(server, "the main server")
	add(server && d.NotIn&directive.InVirtualHost == 0, "a <VirtualHost>")
	add((section || d.Contexts.Has(directive.Proxy)) && d.NotIn&directive.InProxy == 0, "a <Proxy>")
	add(section && d.NotIn&directive.InLocation == 0, "a <Location>")
	add(section && d.NotIn&directive.InDirectory == 0, "a <Directory>")
	add(section && d.NotIn&directive.InFiles == 0, "a <Files>")
	add(section && d.NotIn&directive.InFiles == 0, "an <If>")
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
