package parser

import (
	"github.com/lbconf/lbconf/parser/ast"
	"github.com/lbconf/lbconf/parser/diag"
)

// Load reads an input as httpd reads it. The tree is never nil; what is wrong is in its Diagnostics.
func Load(in Input) *Tree {
	t := &Tree{Files: diag.NewFileSet(), Context: in.Context, Modules: map[string]ast.Text{}, Defined: map[string]Definition{}, assumed: map[string]bool{}}
	file := t.Files.Add(in.Name, in.Source, diag.Span{})
	syntax, diags := Parse(file)
	t.Syntax = append(t.Syntax, syntax)
	t.Diagnostics = diags
	t.Nodes = nodes(syntax.Items)
	return t
}

func nodes(items []ast.Item) []*Node {
	var out []*Node
	for _, item := range items {
		switch item := item.(type) {
		case *ast.Directive:
			out = append(out, &Node{Item: item, Name: item.Name.String(), name: item.Name, Args: item.Args, Words: SplitWords(item.Args)})
		case *ast.Section:
			out = append(out, &Node{
				Item: item, Name: item.Name.String(), name: item.Name, Args: item.Args, Words: SplitWords(item.Args),
				Section: true, Children: nodes(item.Items),
			})
		case *ast.Comment, *ast.Blank, *ast.Bad:
		}
	}
	return out
}

// builtin reports whether a module is always there: what every build of httpd has, and what Debian's has compiled in.
func builtin(id string) bool {
	switch id {
	case "core_module", "so_module", "http_module", "log_config_module", "logio_module", "version_module", "unixd_module", "watchdog_module":
		return true
	}
	return false
}
