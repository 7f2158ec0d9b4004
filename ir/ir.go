// Package ir is the typed form of a configuration: what httpd would read out of it, and nothing of how it is written.
//
// The IR is a tree of scopes, and a scope is a list of items in the order in which httpd executes them, because order is
// meaning: the first ProxyPass that matches wins, a worker is defined by the first directive that mentions it, a
// RewriteCond belongs to the next RewriteRule. Nothing disappears on the way from the syntax tree: a directive that has
// no type of its own is a Residue, which keeps its text. Merging scopes into what holds for one host and path is the
// business of ir/effective.
//
// The package holds data only; nothing in it reads a file or the clock.
package ir

import (
	"iter"

	"github.com/lbconf/lbconf/parser/diag"
)

// Config is a whole configuration: the main server with its virtual hosts and sections.
type Config struct {
	// Files holds the sources that the origins point into.
	Files *diag.FileSet
	// Server says that the configuration loads an MPM or mod_authz_core, so that its list of modules is complete. A
	// configuration that does not is a fragment, for which all modules are assumed.
	Server bool
	// Assumed are modules that the user declared as loaded beside those of LoadModule, by identifier.
	Assumed []string
	// Items are what the main server holds.
	Items []Item
}

// Node is what each item has.
type Node struct {
	// Seq is the place of the item in the order of execution, from 1, after conditions and includes are resolved. It
	// numbers the items of a Config in pre-order without a gap.
	Seq int
	// Origin is where the item stands.
	Origin Origin
}

// Head returns the node, so that each type that embeds it has one.
func (n *Node) Head() *Node { return n }

// Origin is the evidence of an item: where it stands and under which name.
type Origin struct {
	// Span goes from the name of the directive to its last argument. It is invalid for an item that was built by a program.
	Span diag.Span
	// Directive is the name as it is written: "ProxyPass".
	Directive string
	// Args are the places of the arguments that a diagnostic may point at, in order. An argument that lowering made up has
	// an invalid span.
	Args []diag.Span
}

// Arg returns the span of argument i, or the span of the whole directive where that is unknown.
func (o Origin) Arg(i int) diag.Span {
	if i >= 0 && i < len(o.Args) && o.Args[i].IsValid() {
		return o.Args[i]
	}
	return o.Span
}

// Item is one directive or section of a scope. Its variants are, by file: *LoadModule, *Listen, *ServerName, *ServerAlias
// (server.go); *VirtualHost, *Section (section.go); *Switch, *Number, *Word, *Words (setting.go); *ProxyPass,
// *ProxyPassReverse, *ProxyPassReverseCookie, *FCGISetEnvIf, *ProxySet, *BalancerMember (proxy.go); *HealthTemplate,
// *HealthExpr (health.go); *RewriteCond, *RewriteRule, *RewriteMap (rewrite.go); *SetEnvIf, *SetEnv, *EnvNames (env.go);
// *HeaderEdit (header.go); *Require, *AccessOrder, *AccessRule (access.go); *LogFormat, *CustomLog (log.go); *ErrorDocument
// (errordocument.go); *Alias (alias.go); *MimeEdit (mime.go); *FilterByType (filter.go); *Residue (residue.go).
//
//sumtype:decl
type Item interface {
	Head() *Node
	item()
}

// Container is an item that holds items.
type Container interface {
	Item
	// Children returns the items in order. The slice must not be changed.
	Children() []Item
}

// All yields the items of a scope and all below them, parents first: the order of Seq.
func All(items []Item) iter.Seq[Item] {
	return func(yield func(Item) bool) { walk(items, yield) }
}

// Of yields the direct items of a scope that have the type T, in order.
func Of[T Item](items []Item) iter.Seq[T] {
	return func(yield func(T) bool) {
		for _, item := range items {
			if t, ok := item.(T); ok && !yield(t) {
				return
			}
		}
	}
}

func walk(items []Item, yield func(Item) bool) bool {
	for _, item := range items {
		if !yield(item) {
			return false
		}
		if !walk(inside(item), yield) {
			return false
		}
	}
	return true
}

// inside returns the items of a Container, nil for any other item. To ask for its types takes a fraction of the time that
// asking for the interface takes, and rules go through a configuration dozens of times.
func inside(item Item) []Item {
	if section, ok := item.(*Section); ok {
		return section.Items
	}
	if vhost, ok := item.(*VirtualHost); ok {
		return vhost.Items
	}
	if residue, ok := item.(*Residue); ok {
		return residue.Items
	}
	return nil
}

// Number gives the items of the configuration their Seq.
func (c *Config) Number() {
	seq := 0
	for item := range All(c.Items) {
		seq++
		item.Head().Seq = seq
	}
}
