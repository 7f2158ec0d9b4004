package lower

import (
	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/directive"
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
	if !l.aliasPlace(n, at) {
		return nil
	}
	if len(n.Words) == 2 && n.Words[1].String() != "" {
		return &ir.Alias{Node: node(n), Path: n.Words[0].String(), Target: n.Words[1].String()}
	}
	return &ir.Alias{Node: node(n), Target: n.Words[0].String()}
}

// aliasPlace reports whether Alias or ScriptAlias stands where it may: with a path outside of sections, without one in them.
func (l *lowering) aliasPlace(n *parser.Node, at place) bool {
	d, _ := lookup(n)
	two := len(n.Words) == 2 && n.Words[1].String() != ""
	switch {
	case at.unsure:
		return true
	case two && at.boxes&directive.InLimit != 0:
		return l.within(n, d, directive.InLimit, at)
	case two && at.perDir():
		l.invalid(n, n.Span(), canonical(n)+" cannot occur within directory context", "leave the path out: it is that of the section",
			"%s takes one argument inside <%s>", n.Name, at.kind)
		return false
	case two:
		return true
	case !l.within(n, d, directive.InDirectory|directive.InFiles, at):
		return false
	case !at.perDir():
		l.invalid(n, n.Span(), "Alias must have two arguments when used globally", "write "+n.Name+" "+n.Words[0].String()+" /folder",
			"%s has one argument outside of a <Location>", n.Name)
		return false
	}
	return l.stringExpression(n, first(n).Text, "Cannot parse alias expression '"+first(n).String()+"': ")
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
