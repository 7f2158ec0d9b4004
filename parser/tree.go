package parser

import (
	"github.com/lbconf/lbconf/parser/ast"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/diag"
)

// Tree is an input as httpd would execute it.
type Tree struct {
	// Files holds every file that was read, and a part for each Use of a macro; the positions of the tree belong to it.
	Files *diag.FileSet
	// Syntax holds the tree of every file that was read, in reading order. A file that was included twice is there twice.
	Syntax []*ast.File
	// Nodes is what httpd would execute, in order: included files are spliced in, true conditions opened.
	Nodes []*Node
	// Consumed are the directives that did their work while reading and are not among Nodes: Define, UnDefine, Include,
	// IncludeOptional, Use, UndefMacro, <Macro> (whose lines are text) and the sections of true conditions, without children.
	Consumed []*Node
	// Skipped is what httpd does not execute because a condition is false, the lines of macros that nobody uses, and what
	// lbconf could not follow.
	Skipped []Skipped
	// Asides are Consumed and Skipped in the order of reading, each with its place among the nodes.
	Asides []Aside
	// Diagnostics are what is wrong with the syntax, the includes and the variables, in the order in which httpd finds it: it
	// reads everything before it executes the first of Nodes.
	Diagnostics diag.List
	// EnvComplete says that a ${NAME} that is left has no value for httpd either, as the input said.
	EnvComplete bool
	// Context is where the entry file stands, as the input said.
	Context Context
	// Root is the folder that relative paths belong to: the ServerRoot of the input or of the directive, else the folder of the
	// entry file, which is a guess.
	Root Root
	// Server says that the module list is complete: an MPM or mod_authz_core is loaded.
	Server bool
	// Modules maps the identifier of every module that a LoadModule names ("proxy_module") to where it stands.
	Modules map[string]ast.Text
	// Defined maps the names that are defined at the end of the input to where and as what.
	Defined map[string]Definition

	assumed map[string]bool
}

// Root is a ServerRoot.
type Root struct {
	// Path is the folder.
	Path string
	// Given says that the input or a directive names it.
	Given bool
	// At is that directive; it is invalid where the input names the folder.
	At diag.Span
}

// Definition is a name that Define or -D defined.
type Definition struct {
	// Value is the text that ${NAME} stands for; HasValue is false where Define gave none.
	Value    ast.Text
	HasValue bool
	// At is the Define directive; it is invalid for a name of the command line.
	At diag.Span
}

// Skipped is a region that is not among the nodes.
type Skipped struct {
	// Item is the section whose condition is false, or the item that was not followed.
	Item ast.Item
	// Span covers everything that is skipped.
	Span diag.Span
	// Directives counts the directives and sections in the region, the section itself included.
	Directives int
	// Reason says why: `<IfModule mod_foo.c>: mod_foo.c is not loaded`.
	Reason string
}

// Aside is something that was read and is not among the nodes.
type Aside struct {
	// Scope is the section that it stands in; nil at the top.
	Scope *Node
	// Before is the number of the nodes of that scope that stand before it.
	Before int
	// Node is what did its work while reading; nil for a region that was skipped.
	Node *Node
	// Skipped is the region, where Node is nil.
	Skipped *Skipped
}

// HasModule reports whether a module is there, by its identifier ("proxy_module"). In a fragment every module is.
func (t *Tree) HasModule(id string) bool {
	if !t.Server || t.assumed[id] || builtin(id) {
		return true
	}
	_, ok := t.Modules[id]
	return ok
}

// Node is a directive or section as httpd would execute it.
type Node struct {
	// Item is the *ast.Directive or *ast.Section it comes from.
	Item ast.Item
	// Name is the name as it is written, a section's without <; compare Key.
	Name string
	// Args is the text behind the name after replacement of ${NAME} and the parameters of a macro, trimmed; a section's ends before its last >.
	Args ast.Text
	// Words is Args split as httpd's ap_getword_conf does for most directives.
	Words []Word
	// Section says that Item is a section.
	Section bool
	// Refused is what is wrong with the opening tag of a section, which httpd says only when it executes it; nil for nothing.
	Refused *diag.Diagnostic
	// Children are the nodes of a section.
	Children []*Node

	at diag.Span
}

// Key returns the name in lower case.
func (n *Node) Key() string { return clib.ToLower(n.Name) }

// Is reports whether the node has the name, case-insensitively.
func (n *Node) Is(name string) bool { return clib.EqualFold(n.Name, name) }

// NameSpan returns the place of the name.
func (n *Node) NameSpan() diag.Span { return n.at }

// Span returns the place from the name to the end of the arguments, without the line end; a section's is its opening tag
// without the brackets.
func (n *Node) Span() diag.Span {
	span := n.NameSpan()
	if n.Args.Len() > 0 {
		span = span.To(n.Args.All())
	}
	return span
}

// Word is an argument.
type Word struct {
	// Text is the word without its quotes, escapes removed.
	Text ast.Text
	// Quoted says that the word stood in quotes.
	Quoted bool
	// Unterminated says that the closing quote is missing, so that the word runs to the end of the line.
	Unterminated bool
}

// String returns the text of the word.
func (w Word) String() string { return w.Text.String() }
