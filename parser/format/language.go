package format

import (
	"strings"

	"github.com/lbconf/lbconf/parser/ast"
	"github.com/lbconf/lbconf/parser/directive"
)

// Language is whose configuration a file looks like.
type Language uint8

// The languages.
const (
	// Httpd is a file with a directive of httpd or of a module that is known, or with nothing but comments.
	Httpd Language = iota
	// Unknown is a file without one: that of a module that is not known, or of another program.
	Unknown
	// Foreign is a file that has the marks of other programs' languages: lines that end with a brace or a semicolon, as for
	// nginx, or without any directive of httpd's a first line such as `[section]`, `key = value` or `key:`.
	Foreign
	// Binary is a file without one that has NUL bytes: UTF-16, or no text at all.
	Binary
)

// LanguageOf guesses whose configuration a file is, since many programs call theirs *.conf.
func LanguageOf(tree *ast.File) Language {
	var first *ast.Directive
	var all, ours, braces int
	for item := range tree.All() {
		switch item := item.(type) {
		case *ast.Directive:
			if first == nil {
				first = item
			}
			all++
			if braced(item.Line.Text.String()) {
				braces++
			}
			if known(item.Name.String()) {
				ours++
			}
		case *ast.Section:
			all++
			if known("<" + item.Name.String()) {
				ours++
			}
		case *ast.Comment, *ast.Blank, *ast.Bad:
		}
	}
	switch {
	case ours == 0 && strings.IndexByte(tree.Source.Source(), 0) >= 0:
		return Binary
	case 2*braces > all, ours == 0 && first != nil && marked(first):
		return Foreign
	case ours == 0 && all > 0:
		return Unknown
	}
	return Httpd
}

// known reports whether a name is that of a directive or section.
func known(name string) bool {
	if _, ok := directive.Lookup(name); ok {
		return true
	}
	_, ok := directive.Foreign(name)
	return ok
}

// braced reports whether a line opens a block with a brace, closes one, or ends with a semicolon.
func braced(line string) bool {
	return line[0] == '}' || strings.HasSuffix(line, "{") || strings.HasSuffix(line, ";")
}

// marked reports whether a line is written as no directive is.
func marked(d *ast.Directive) bool {
	return strings.HasPrefix(d.Name.String(), "[") || strings.HasSuffix(d.Name.String(), ":") || strings.HasPrefix(d.Args.String(), "=")
}
