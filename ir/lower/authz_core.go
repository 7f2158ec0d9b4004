package lower

import (
	"slices"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/diag"
)

func authzHandlers() map[string]handler {
	return map[string]handler{
		"Require":      lowerRequire,
		"AuthMerging":  oneOf(ir.WordAuthMerging, "AuthMerging must be one of: Off | And | Or"),
		"<RequireAll":  requireGroup(ir.SectionRequireAll),
		"<RequireAny":  requireGroup(ir.SectionRequireAny),
		"<RequireNone": requireGroup(ir.SectionRequireNone),

		"<AuthzProviderAlias": lowerAuthzAlias,
	}
}

func lowerRequire(l *lowering, n *parser.Node, at place) ir.Item {
	item := &ir.Require{Node: node(n)}
	words := n.Words
	if len(words) > 0 && clib.EqualFold(words[0].String(), "not") {
		item.Not, words = true, words[1:]
	}
	if len(words) == 0 {
		l.invalid(n, n.Span(), "Unknown Authz provider: ", "write Require all granted", "Require needs to say what")
		return nil
	}
	item.Provider, item.Args = words[0].String(), texts(words[1:])
	if !l.authzProvider(n, words[0]) {
		return nil
	}
	line := requireLine{provider: item.Provider, text: behind(n.Args, len(n.Words)-len(words)+1)}
	if item.Provider == "expr" {
		item.Args = []string{unquoted(line.text).String()}
	}
	if !l.requireLine(n, line) {
		return nil
	}
	if group := at.group(); item.Not && group != ir.SectionRequireAll {
		l.invalid(n, n.Words[0].Text.All().To(words[0].Text.All()), "negative Require directive has no effect in <"+string(group)+"> directive",
			"write <RequireAll> around it, with another Require that grants", "Require not has no effect outside <RequireAll>")
		return nil
	}
	return item
}

// group is the group that a Require belongs to, by methods or not; outside of one it is RequireAny.
func (p place) group() ir.SectionKind {
	for _, kind := range slices.Backward(p.around) {
		if isLimit(kind) {
			continue
		}
		if kind == string(ir.SectionRequireAll) || kind == string(ir.SectionRequireNone) {
			return ir.SectionKind(kind)
		}
		break
	}
	return ir.SectionRequireAny
}

// requireGroup is RequireAll, RequireAny or RequireNone.
func requireGroup(kind ir.SectionKind) handler {
	return func(l *lowering, n *parser.Node, at place) ir.Item {
		name := "<" + string(kind) + ">"
		if n.Args.Len() > 0 {
			l.invalid(n, n.Args.All(), name+" directive doesn't take additional arguments", "remove the text", "%s takes no argument", display(n))
			return nil
		}
		before := len(l.diags)
		item := &ir.Section{Node: node(n), Kind: kind, Items: l.items(n.Children, at.in(n, ""))}
		group := at.group()
		_, refused := firstOf(l.diags[before:], func(*diag.Diagnostic) bool { return true })
		switch {
		case refused:
			return item // what it would hold is not known
		case !authorizes(item.Items):
			l.invalid(n, n.Span(), name+" directive contains no authorization directives", "write a Require in it, or remove the section",
				"%s holds no Require", display(n))
			return refusedBox(n, item.Items)
		case kind == ir.SectionRequireNone && group != ir.SectionRequireAll:
			l.invalid(n, n.Span(), name+" directive has no effect in <"+string(group)+"> directive",
				"write <RequireAll> around it, with a Require that grants", "<RequireNone> has no effect outside <RequireAll>")
			return refusedBox(n, item.Items)
		case kind == ir.SectionRequireAll && group != kind && !grants(item.Items):
			// httpd makes one group of those that are nested, and looks at it when it has read everything.
			l.refuse(n, refusal{
				code: invalidArgument, check: true, httpd: name + " directive contains only negative authorization directives",
				help: "add Require all granted",
			}, "<RequireAll> holds nothing that grants")
			return refusedBox(n, item.Items)
		}
		return item
	}
}

// authorizes says that a Require or a group of them is among items, for some methods at least. A residue is a group that was
// refused already.
func authorizes(items []ir.Item) bool {
	return slices.ContainsFunc(items, func(i ir.Item) bool {
		if r, ok := i.(*ir.Residue); ok {
			return isLimit(r.Name) && authorizes(r.Items) || contextOf(r.Name) == inTree
		}
		_, one := i.(*ir.Require)
		_, several := i.(*ir.Section)
		return one || several
	})
}

// grants says that one of the items of a RequireAll can grant.
func grants(items []ir.Item) bool {
	return slices.ContainsFunc(items, func(i ir.Item) bool {
		if r, ok := i.(*ir.Residue); ok {
			return isLimit(r.Name) && grants(r.Items) || contextOf(r.Name) == inTree
		}
		if group, ok := i.(*ir.Section); ok {
			return group.Kind == ir.SectionRequireAny || group.Kind == ir.SectionRequireAll && grants(group.Items)
		}
		require, ok := i.(*ir.Require)
		return ok && !require.Not
	})
}
