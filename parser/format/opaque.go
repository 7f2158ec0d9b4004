package format

import (
	"strings"

	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/ast"
)

// opaque returns the byte of a line from which on its text is not known: where a variable or a parameter of a macro
// stands, whose value may hold a quote, so that white space behind it may be part of a word.
func (p *printer) opaque(text string) int {
	at := variable(text)
	for _, param := range p.params {
		if i := strings.Index(text, param); i >= 0 {
			at = min(at, i)
		}
	}
	return at
}

// replaces reports whether mod_macro would replace a part of a name.
func (p *printer) replaces(name string) bool { return p.opaque(name) < len(name) }

// variable returns where the first ${NAME} of a line stands, or its length. A name with a colon is never one: ${map:key}
// is for mod_rewrite.
func variable(text string) int {
	for i := 0; ; i += len("${") {
		next := strings.Index(text[i:], "${")
		if next < 0 {
			return len(text)
		}
		i += next
		name, _, ok := strings.Cut(text[i:], "}")
		if !ok {
			return len(text)
		}
		if !strings.Contains(name, ":") {
			return i
		}
	}
}

// parameters returns what a macro stands for something else in its lines. The empty text stands for all: names that are
// not known here, or that hold white space, which would make every gap between words one that may be replaced.
func (p *printer) parameters(s *ast.Section) []string {
	args := s.Args.String()
	if p.opaque(args) < len(args) {
		return []string{""}
	}
	words := parser.SplitWords(s.Args)
	var all []string
	for i, w := range words {
		switch {
		case i == 0:
		case strings.ContainsAny(w.String(), space):
			return []string{""}
		default:
			all = append(all, w.String())
		}
	}
	return all
}
