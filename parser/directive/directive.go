// Package directive knows every directive of httpd 2.4 by name: which module has it, where it may stand, how it takes its
// arguments, and what leaving it out would mean for a proxy.
//
// The table is generated from two files: directives.tsv is what a real httpd 2.4.71 prints with -L and says at -t, with
// defaults and release numbers from its manual; effects.tsv is our judgement, a module or a directive on each line, with its reason.
package directive

import (
	"iter"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"

	"github.com/lbconf/lbconf/parser/clib"
)

//go:generate go run generate.go

// Context is where a directive may stand, as httpd -L words it.
type Context uint8

// The contexts; a directive has one or more.
const (
	// Server is outside any section but <VirtualHost>.
	Server Context = 1 << iota
	// Section is inside <Directory>, <Location>, <Files>, <Proxy> and <If>.
	Section
	// Htaccess is a .htaccess file that AllowOverride permits it in.
	Htaccess
	// Proxy is inside <Proxy>, for directives that are taken in no other section (mod_ssl: SSLProxyEngine).
	Proxy
	// Reading is anywhere: httpd acts while it reads the line and does not look at what is around it.
	Reading
)

// Has reports whether c includes every context of other.
func (c Context) Has(other Context) bool { return c&other == other }

// Box is a set of sections, by what httpd tells apart when a directive asks where it stands.
type Box uint8

// The sections.
const (
	// InVirtualHost is anywhere in a <VirtualHost>.
	InVirtualHost Box = 1 << iota
	// InLimit is anywhere in <Limit>, <LimitExcept>, <RequireAll>, <RequireAny> or <RequireNone>.
	InLimit
	// InHtaccess is a .htaccess file.
	InHtaccess
	// InDirectory is anywhere in <Directory> or <DirectoryMatch>.
	InDirectory
	// InLocation is anywhere in <Location> or <LocationMatch>.
	InLocation
	// InFiles is anywhere in <Files>, <FilesMatch>, <If>, <ElseIf> or <Else>.
	InFiles
	// InProxy is anywhere in <Proxy> or <ProxyMatch>.
	InProxy
)

// Shape is how httpd splits the arguments of a directive and how many it takes.
type Shape uint8

// The shapes, named as in httpd's source.
const (
	// NoArgs takes nothing.
	NoArgs Shape = iota
	// Take1 takes one argument.
	Take1
	// Take2 takes two.
	Take2
	// Take3 takes three.
	Take3
	// Take12 takes one or two.
	Take12
	// Take23 takes two or three.
	Take23
	// Take123 takes one to three.
	Take123
	// TakeArgv takes any number, none included.
	TakeArgv
	// Iterate takes one or more and handles each alone.
	Iterate
	// Iterate2 takes one that is handled with each of the others.
	Iterate2
	// Flag takes On or Off.
	Flag
	// RawArgs splits the rest of the line itself.
	RawArgs
)

// Count returns how few and how many arguments a shape takes; most is -1 where there is no limit. Shapes that httpd leaves
// to the directive return 0 and -1.
func (s Shape) Count() (least, most int) {
	switch s {
	case NoArgs:
		return 0, 0
	case Take1, Flag:
		return 1, 1
	case Take2:
		return 2, 2
	case Take3:
		return 3, 3
	case Take12:
		return 1, 2
	case Take23:
		return 2, 3
	case Take123:
		return 1, 3
	case Iterate:
		return 1, -1
	case Iterate2:
		return 2, -1
	case TakeArgv, RawArgs:
	}
	return 0, -1
}

// Usage returns how httpd says how many arguments a shape takes; it is empty where that is left to the directive, and where
// any number is taken.
func (s Shape) Usage() string {
	switch s {
	case Take1:
		return "takes one argument"
	case Take2:
		return "takes two arguments"
	case Take3:
		return "takes three arguments"
	case Take12:
		return "takes 1-2 arguments"
	case Take23:
		return "takes two or three arguments"
	case Take123:
		return "takes one, two or three arguments"
	case Iterate:
		return "requires at least one argument"
	case Iterate2:
		return "requires at least two arguments"
	case NoArgs, TakeArgv, Flag, RawArgs:
	}
	return ""
}

// Usage returns what httpd says where the number of arguments is wrong.
func (d *Directive) Usage() string {
	usage := d.Name + " " + d.Args.Usage()
	if d.Help == "" {
		return usage
	}
	return usage + ", " + d.Help
}

// Effect says what a directive does for a proxied request.
type Effect uint8

// The effects.
const (
	// Proxying is a directive that can change what happens to a proxied request.
	Proxying Effect = iota
	// Inert is a directive that cannot: file serving, process sizing, how errors are logged.
	Inert
)

// Directive is a line of the table.
type Directive struct {
	// Name is the name in its usual spelling; a section's without <.
	Name string
	// Section says that it is written <Name> … </Name>.
	Section bool
	// Module is the module that has it: "mod_proxy", "core", "event" for the MPM.
	Module string
	// Others are further modules that have it too, with commas between them: "worker,prefork". It is there when one of them is
	// loaded.
	Others string
	// Contexts is where it may stand.
	Contexts Context
	// Args is how it takes its arguments.
	Args Shape
	// Override is the AllowOverride class that permits it in a .htaccess file, or "".
	Override string
	// Default is what the manual gives as its default, or "".
	Default string
	// Since is the first release that has it, or "".
	Since string
	// Effect says what it does for a proxied request.
	Effect Effect
	// Guards says that to leave it out may open a door: it controls access, authenticates, limits or rewrites requests, or
	// drops privileges. serve refuses a configuration that uses one it does not implement.
	Guards bool
	// NotIn are sections in which it refuses to stand although Contexts permits it there ("X cannot occur within <Files>
	// section").
	NotIn Box
	// Help is httpd's own description of the arguments, which it prints where their number is wrong; the first line of it.
	Help string

	key string
}

// ModuleID returns the identifier that LoadModule has for the module: "proxy_module".
func (d *Directive) ModuleID() string { return moduleID(d.Module) }

// ModuleIDs returns the identifiers of all modules that have it, that of Module first.
func (d *Directive) ModuleIDs() iter.Seq[string] {
	return func(yield func(string) bool) {
		if !yield(d.ModuleID()) || d.Others == "" {
			return
		}
		for other := range strings.SplitSeq(d.Others, ",") {
			if !yield(moduleID(other)) {
				return
			}
		}
	}
}

func moduleID(module string) string {
	switch module {
	case "http_core":
		return "http_module"
	case "event", "worker", "prefork":
		return "mpm_" + module + "_module"
	case "util_ldap":
		return "ldap_module"
	}
	return strings.TrimPrefix(module, "mod_") + "_module"
}

// ModuleName returns the name of the module as the manual has it: "mod_proxy", "mod_mpm_event", "core".
func (d *Directive) ModuleName() string {
	switch id := d.ModuleID(); id {
	case "core_module", "http_module":
		return "core"
	default:
		return "mod_" + strings.TrimSuffix(id, "_module")
	}
}

// Lookup returns the directive or section of a name, case-insensitively. Where both exist it is the directive; a name that
// begins with < finds only the section.
func Lookup(name string) (*Directive, bool) {
	if strings.HasPrefix(name, "<") {
		return LookupSection(name[1:])
	}
	i := search(name)
	if i < 0 {
		return nil, false
	}
	if i+1 < len(table) && table[i].Section && compareFold(table[i+1].key, name) == 0 {
		i++
	}
	return &table[i], true
}

// LookupSection returns the section of a name without <, case-insensitively.
func LookupSection(name string) (*Directive, bool) {
	i := search(name)
	if i < 0 || !table[i].Section {
		return nil, false
	}
	return &table[i], true
}

// search returns the first line of the table that has a name, or -1. It is done for each directive that is read, and
// slices.BinarySearchFunc would copy a line of the table for each comparison.
func search(name string) int {
	low, high := 0, len(table)
	for low < high {
		middle := (low + high) / 2
		if compareFold(table[middle].key, name) < 0 {
			low = middle + 1
		} else {
			high = middle
		}
	}
	if low == len(table) || compareFold(table[low].key, name) != 0 {
		return -1
	}
	return low
}

// All returns the directives by name.
func All() iter.Seq[*Directive] {
	return func(yield func(*Directive) bool) {
		for i := range table {
			if !yield(&table[i]) {
				return
			}
		}
	}
}

// Suggest returns the names that an unknown one may have been meant as, the likeliest first, at most three.
func Suggest(name string) []string {
	name = clib.ToLower(strings.TrimPrefix(name, "<"))
	if name == "" || len(name) > 64 {
		return nil
	}
	type candidate struct {
		name     string
		distance int
	}
	var found []candidate
	limit := 1 + len(name)/5
	for d := range All() {
		if long := len(name) - len(d.key); long > limit || -long > limit {
			continue // each letter too many or too few is an edit
		}
		if dist := levenshtein.ComputeDistance(name, d.key); dist <= limit {
			found = append(found, candidate{d.Name, dist})
		}
	}
	slices.SortStableFunc(found, func(a, b candidate) int { return a.distance - b.distance })
	var names []string
	for _, c := range found {
		if len(names) < 3 && !slices.Contains(names, c.name) {
			names = append(names, c.name)
		}
	}
	return names
}

// compareFold compares a lower-case key with a name of any case. Names are ASCII.
func compareFold(key, name string) int {
	for i := range min(len(key), len(name)) {
		c := name[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if key[i] != c {
			return int(key[i]) - int(c)
		}
	}
	return len(key) - len(name)
}
