package lower

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/ast"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/parser/directive"
)

// lookup finds a directive or section in httpd's table.
func lookup(n *parser.Node) (*directive.Directive, bool) {
	if n.Section {
		return directive.LookupSection(n.Name)
	}
	d, ok := directive.Lookup(n.Name)
	return d, ok && !d.Section
}

// loaded reports whether a module that has the directive is there; without it httpd does not know the name.
func (l *lowering) loaded(n *parser.Node, d *directive.Directive) bool {
	if l.hasModule(d) {
		return true
	}
	id, name := d.ModuleID(), d.ModuleName()
	help := "write `LoadModule " + id + " modules/" + name + ".so` above it"
	if mpm := l.mpm(); mpm != "" && strings.HasPrefix(id, "mpm_") {
		help = "remove the line, or write it into <IfModule " + id + ">: the server loads " + mpm
	}
	l.refuse(n, refusal{
		code: unknownDirective, span: n.NameSpan(), label: "its module is not loaded", httpd: invalidCommand(n), help: help,
	}, "%s needs %s, which is not loaded", display(n), name)
	return false
}

// loadModule is the help that names the line for a module of httpd, by its identifier.
func loadModule(id string) string {
	return "write `LoadModule " + id + " modules/mod_" + strings.TrimSuffix(id, "_module") + ".so`"
}

// hasModule reports whether a module that has the directive is loaded. An MPM that is not may be compiled in where none is,
// and nobody knows which.
func (l *lowering) hasModule(d *directive.Directive) bool {
	for id := range d.ModuleIDs() {
		if l.tree.HasModule(id) {
			return true
		}
	}
	return strings.HasPrefix(d.ModuleID(), "mpm_") && l.mpm() == ""
}

// mpm returns the MPM that the configuration loads, "" for none.
func (l *lowering) mpm() string {
	mpm := slices.IndexFunc(mpms, func(id string) bool { _, ok := l.tree.Modules[id]; return ok })
	if mpm < 0 {
		return ""
	}
	return mpms[mpm]
}

// mpms are the modules that can be a server's MPM, by identifier.
var mpms = []string{"mpm_event_module", "mpm_worker_module", "mpm_prefork_module"}

func invalidCommand(n *parser.Node) string {
	return "Invalid command '" + strings.TrimSuffix(display(n), ">") +
		"', perhaps misspelled or defined by a module not included in the server configuration"
}

// stranger is a module to which a directive that is not in the table may belong.
type stranger struct {
	// name is what the configuration calls it: mod_php7.c, security2_module.
	name string
	// around says that the directive stands in an <IfModule> of it.
	around bool
}

// stranger returns such a module: one of an <IfModule> around the directive, or one that is loaded, whose directives are
// not in the table.
func (l *lowering) stranger(n *parser.Node) (stranger, bool) {
	strangers := l.strangers()
	for _, box := range strangers.boxes {
		if box.span.Contains(n.NameSpan().Start) {
			return stranger{box.module, true}, true
		}
	}
	return stranger{strangers.loaded, false}, strangers.loaded != ""
}

// strangers are the modules of a configuration whose directives are not in the table.
type strangers struct {
	// boxes are the <IfModule> sections of such modules, in reading order.
	boxes []strangeBox
	// loaded is the first such module that a LoadModule names, or empty.
	loaded string
}

type strangeBox struct {
	span   diag.Span
	module string
}

func strangersOf(tree *parser.Tree) *strangers {
	s := &strangers{}
	known := map[string]bool{}
	strange := func(id string) bool {
		if _, judged := known[id]; !judged {
			known[id] = described(id)
		}
		return !known[id]
	}
	for _, box := range tree.Consumed {
		if !box.Is("IfModule") || len(box.Words) == 0 {
			continue
		}
		module := box.Words[0].String()
		if negated := strings.HasPrefix(box.Args.String(), "!"); !negated && strange(moduleID(module)) {
			s.boxes = append(s.boxes, strangeBox{box.Item.Span(), module})
		}
	}
	for _, id := range slices.Sorted(maps.Keys(tree.Modules)) {
		if s.loaded == "" && strange(id) {
			s.loaded = id
		}
	}
	return s
}

// withoutDirectives are modules of httpd that have none, by the identifier without _module.
var withoutDirectives = []string{
	"asis", "authz_host", "authz_owner", "authz_user", "bucketeer", "data", "lbmethod_bybusyness", "lbmethod_byrequests",
	"lbmethod_bytraffic", "proxy_ajp", "proxy_balancer", "proxy_fdpass", "proxy_http", "proxy_http2",
	"proxy_uwsgi", "ratelimit", "slotmem_plain", "slotmem_shm", "socache_dbm", "socache_dc", "socache_shmcb", "status", "systemd",
	"unique_id",
}

// described says whether the table has all directives of a module.
func described(id string) bool {
	if slices.Contains(withoutDirectives, strings.TrimSuffix(id, "_module")) {
		return true
	}
	for d := range directive.All() {
		if slices.Contains(slices.Collect(d.ModuleIDs()), id) {
			return true
		}
	}
	return false
}

// unknownDirective reports a name that httpd 2.4 does not have. Where a module may have it that is no part of httpd, that is
// no refusal.
func (l *lowering) unknownDirective(n *parser.Node) {
	like := meant(n)
	if _, old := removedAdvice(n.Name); old {
		like = nil // it is no mistake of writing
	}
	owner, owned := directive.Foreign(n.Name)
	other, strange := l.stranger(n)
	switch {
	case owned && (strange || l.tree.HasModule(owner)):
		l.unjudged(n, diag.Info, "%s is a directive of %s, which is no part of httpd: it is not checked", display(n), owner)
	case owned:
		l.refuse(n, refusal{
			code: unknownDirective, span: n.NameSpan(), label: "its module is not loaded", httpd: invalidCommand(n),
			help: "load " + owner + " above it: LoadModule " + owner + " PATH",
		}, "%s needs %s, which is not loaded", display(n), owner)
	case strange && like != nil && !other.around:
		l.unjudged(n, diag.Warning, "httpd has no %s: %s may be meant, or it belongs to %s, which lbconf does not know", display(n), like.Name, other.name)
	case strange:
		l.unjudged(n, diag.Info, "lbconf does not know %s: it may belong to %s", display(n), other.name)
	default:
		l.misspelled(n, like)
	}
}

// unjudged reports a directive that httpd takes where a module has it that lbconf does not know.
func (l *lowering) unjudged(n *parser.Node, severity diag.Severity, format string, args ...any) {
	l.diags.Add(diag.Diagnostic{
		Code: unknownDirective.code, Name: unknownDirective.name, Class: diag.Unknown, Severity: severity, Span: n.NameSpan(),
		Message: fmt.Sprintf(format, args...),
		Notes:   []diag.Note{{Kind: "effect", Text: "httpd takes the line if the module has it; what it does is not looked at here"}},
	})
}

// meant returns the directive or section whose name is written almost like n, or nil.
func meant(n *parser.Node) *directive.Directive {
	for _, like := range directive.Suggest(n.Name) {
		d, known := directive.Lookup(like)
		if n.Section {
			d, known = directive.LookupSection(like)
		}
		if known && d.Section == n.Section {
			return d
		}
	}
	return nil
}

// misspelled refuses a name that no module has.
func (l *lowering) misspelled(n *parser.Node, like *directive.Directive) {
	r := refusal{
		code: unknownDirective, span: n.NameSpan(), label: "unknown", httpd: invalidCommand(n), help: "remove the line, or correct the name",
	}
	if advice, ok := removedAdvice(n.Name); ok && !n.Section {
		r.label, r.help = "of an older httpd", advice
	} else if other, ok := directive.Lookup(n.Name); ok {
		r.label, r.help = "a section", "write <"+other.Name+" …> and close it"
		if !other.Section {
			r.label, r.help = "a directive", "write "+other.Name+" without < and >"
		}
	} else if i := strings.IndexFunc(n.Name, looksLikeSpace); i >= 0 {
		c, _ := utf8.DecodeRuneInString(n.Name[i:])
		r.label = fmt.Sprintf("%U is no white space to httpd", c)
		r.help = fmt.Sprintf("write a space in the place of %U, or remove it", c)
	} else if n.Name == "" {
		r.label, r.help = "an empty word", "remove the quote: a line begins with the name of a directive"
	} else if conflictMark(n) {
		r.label, r.help = "left by a merge", "keep one of the two versions, and remove the lines <<<<<<<, ======= and >>>>>>>"
	} else if like != nil && n.Section {
		r.label, r.help = "did you mean "+like.Spelling()+"?", "write <"+like.Spelling()+" …>, which "+like.ModuleName()+" has"
	} else if like != nil {
		r.label, r.help = "did you mean "+like.Spelling()+"?", "write "+like.Spelling()+", which "+like.ModuleName()+" has"
	}
	kind := "directive"
	if n.Section {
		kind = "section"
	}
	name := display(n)
	if name == "" {
		name = `""`
	}
	l.refuse(n, r, "httpd 2.4 has no %s %s", kind, name)
}

// conflictMark reports a line that git writes around the versions of a conflict.
func conflictMark(n *parser.Node) bool {
	return n.Section && n.Name == "<<<<<<" || !n.Section && (n.Name == "=======" || n.Name == ">>>>>>>")
}

// looksLikeSpace reports a character that people take for a space, or do not see: mostly pasted from a web page.
func looksLikeSpace(c rune) bool {
	return c > unicode.MaxASCII && (unicode.IsSpace(c) || unicode.Is(unicode.Cf, c))
}

// plain says that a directive stands as it is in one line, without ${} replaced, so that its words can be edited.
func (l *lowering) plain(n *parser.Node) bool {
	item, ok := n.Item.(*ast.Directive)
	return ok && l.oneLine(item) && item.Args.String() == n.Args.String()
}
