// Package ast is the lossless syntax tree of a configuration file.
//
// Apache's language is line based and has no comment beside a directive, so comments and blank lines are items beside
// directives, and the spans of the items of a file tile it: no gap, no overlap. The text of an item that nobody edited
// is the slice of the source that its span names, which is why Print of a parsed file is the identity.
//
// The tree is syntax only. ${VAR} is not replaced in it, since httpd replaces it before it splits a line into words and
// what it stands for depends on the order of reading; package parser does that on top of the tree.
package ast

import "github.com/lbconf/lbconf/parser/diag"

// Item is a node of a file: *Directive, *Section, *Comment, *Blank or *Bad.
//
//sumtype:decl
type Item interface {
	// Span returns the whole lines of the item, line ends included.
	Span() diag.Span
	item()
}

// File is the tree of one file.
type File struct {
	// Source is the file in its FileSet.
	Source *diag.File
	// Items tile the file.
	Items []Item
}

// Line is a logical line: physical lines joined at a final backslash.
type Line struct {
	// Whole covers the physical lines with their line ends.
	Whole diag.Span
	// Text is the joined line without surrounding white space, each byte with its place in the source.
	Text Text
}

// Directive is a line that is neither blank nor a comment nor a section's: `ProxyPass "/" "http://b/"`.
type Directive struct {
	Line Line
	// Name is the first word as it is written.
	Name Text
	// Args is the rest of the line without leading white space: directives differ in how they split it.
	Args Text
}

// Section is `<Name args>` … `</Name>`.
type Section struct {
	// Open is the line of the opening tag.
	Open Line
	// Name is the word behind <, without it: `VirtualHost`.
	Name Text
	// Args is the text between the name and the last >, without surrounding white space.
	Args Text
	// Items lie between the tags.
	Items []Item
	// Close is the line of the closing tag; nil where it is missing.
	Close *Line
}

// Comment is a line whose first character is #. A final backslash continues it, as httpd does.
type Comment struct {
	Line Line
}

// Blank is a run of one or more lines that hold nothing but white space.
type Blank struct {
	Whole diag.Span
}

// Bad is a line that makes no sense where it stands, such as a closing tag without an opening one. A diagnostic says why;
// none in the body of a <Macro>, whose lines httpd does not look at before they are used.
type Bad struct {
	Line Line
}

// Span returns the whole lines of the directive.
func (d *Directive) Span() diag.Span { return d.Line.Whole }

// Span returns the whole lines of the section from the opening to the closing tag.
func (s *Section) Span() diag.Span {
	span := s.Open.Whole
	if n := len(s.Items); n > 0 {
		span.End = s.Items[n-1].Span().End
	}
	if s.Close != nil {
		span.End = s.Close.Whole.End
	}
	return span
}

// Span returns the whole lines of the comment.
func (c *Comment) Span() diag.Span { return c.Line.Whole }

// Span returns the blank lines.
func (b *Blank) Span() diag.Span { return b.Whole }

// Span returns the line.
func (b *Bad) Span() diag.Span { return b.Line.Whole }

func (*Directive) item() {}
func (*Section) item()   {}
func (*Comment) item()   {}
func (*Blank) item()     {}
func (*Bad) item()       {}
