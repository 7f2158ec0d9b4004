package lower

import (
	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser"
)

func aliasHandlers() map[string]handler {
	return map[string]handler{
		"Alias":      lowerAlias,
		"AliasMatch": lowerAliasMatch,
	}
}

// lowerAlias is mod_alias: Alias path target, or Alias target in a Location.
func lowerAlias(l *lowering, n *parser.Node, at place) ir.Item {
	const shape = "takes 1-2 arguments, a fakename and a realname, or a realname in a Location"
	if len(n.Words) > 0 && n.Words[0].String() == "" {
		l.invalid(n, n.Words[0].Text.All(), "Alias "+shape, "write Alias /path /folder", "Alias needs a path, and \"\" is none")
		return nil
	}
	if !l.words(n, 1, 2, shape) {
		return nil
	}
	two := len(n.Words) == 2 && n.Words[1].String() != ""
	switch {
	case two && at.perDir():
		l.invalid(n, n.Span(), "Alias cannot occur within directory context", "leave the path out: it is that of the section",
			"Alias takes one argument inside <%s>", at.kind)
		return nil
	case two:
		return &ir.Alias{Node: node(n), Path: n.Words[0].String(), Target: n.Words[1].String()}
	case !at.perDir() && !at.unsure:
		l.invalid(n, n.Span(), "Alias must have two arguments when used globally", "write Alias "+n.Words[0].String()+" /folder", "Alias has one argument outside of a <Location>")
		return nil
	}
	return &ir.Alias{Node: node(n), Target: n.Words[0].String()}
}

func lowerAliasMatch(l *lowering, n *parser.Node, _ place) ir.Item {
	if !l.words(n, 2, 2, "takes two arguments, a regular expression and a filename") {
		return nil
	}
	regex, ok := l.regex(n, n.Words[0], "Regular expression could not be compiled.")
	if !ok {
		return nil
	}
	return &ir.Alias{Node: node(n), Path: n.Words[0].String(), Regex: regex, Target: n.Words[1].String()}
}
