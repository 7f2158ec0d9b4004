package lower

import (
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/parser/rewrite"
)

func rewriteHandlers() map[string]handler {
	return map[string]handler{
		"RewriteEngine":  flag(ir.SwitchRewriteEngine),
		"RewriteOptions": lowerRewriteOptions,
		"RewriteCond":    lowerRewriteCond,
		"RewriteRule":    lowerRewriteRule,
		"RewriteBase":    lowerRewriteBase,
		"RewriteMap":     lowerRewriteMap,
	}
}

func lowerRewriteRule(l *lowering, n *parser.Node, _ place) ir.Item {
	rule, problems := l.rewrites.Rule(n.Args.String())
	if !l.rewriteProblems(n, problems) {
		return nil
	}
	return &ir.RewriteRule{Node: rewriteNode(n), Rule: rule}
}

func lowerRewriteCond(l *lowering, n *parser.Node, _ place) ir.Item {
	cond, problems := l.rewrites.Cond(n.Args.String())
	if !l.rewriteProblems(n, problems) {
		return nil
	}
	if e, ok := cond.Pattern.(*rewrite.Expression); ok {
		text := n.Args.Slice(e.Start, e.Start+len(e.Text))
		if text.String() == e.Text && !l.condition(n, text, "RewriteCond: cannot compile expression \""+e.Text+"\" ") {
			return nil
		}
	}
	return &ir.RewriteCond{Node: rewriteNode(n), Cond: cond}
}

// rewriteNode is node with mod_rewrite's own words: the pattern, the substitution and the flags with their brackets.
func rewriteNode(n *parser.Node) ir.Node {
	args, _ := rewrite.SplitArgs(n.Args.String())
	spans := make([]diag.Span, 0, 3)
	for _, w := range []rewrite.Word{args.First, args.Second, args.Flags} {
		if w.Present {
			spans = append(spans, n.Args.Span(w.Start, w.End))
		}
	}
	return ir.Node{Origin: ir.Origin{Span: n.Span(), Directive: n.Name, Args: spans}}
}

// rewriteProblems reports what mod_rewrite refuses, and whether it takes the line.
func (l *lowering) rewriteProblems(n *parser.Node, problems []rewrite.Problem) bool {
	ok := true
	for _, p := range problems {
		span := n.Args.Span(p.Offset, p.End)
		if p.Offset == p.End {
			span = n.Span()
		}
		if !p.Kind.Refused() {
			if p.Kind == rewrite.IgnoredFlag {
				l.diags.Add(diag.Diagnostic{
					Code: unknownFlag.code, Name: unknownFlag.name, Class: diag.Defect, Severity: diag.Error,
					Span: span, Label: "ignored", Message: p.Message,
				})
			}
			continue
		}
		code := invalidArgument
		if p.Kind == rewrite.UnknownFlag {
			code = unknownFlag
		}
		l.refuse(n, refusal{code: code, span: span, httpd: n.Name + ": " + p.HTTPD}, "%s", p.Message)
		ok = false
	}
	return ok
}

var rewriteOptions = []string{
	"Inherit", "InheritBefore", "InheritDown", "InheritDownBefore", "IgnoreInherit", "AllowNoSlash", "AllowAnyURI", "MergeBase",
	"IgnoreContextInfo", "LegacyPrefixDocRoot", "UnsafePrefixStat",
}

func lowerRewriteOptions(l *lowering, n *parser.Node, _ place) ir.Item {
	for _, w := range rewriteOptionWords(n) {
		if !contains(rewriteOptions, w.String()) && !clib.HasPrefixFold(w.String(), "MaxRedirects=") {
			l.invalid(n, w.Text.All(), "RewriteOptions: unknown option '"+w.String()+"'", "write one of "+strings.Join(rewriteOptions, ", "),
				"RewriteOptions does not know %q", w.String())
			return nil
		}
	}
	return &ir.Words{Node: node(n), Name: ir.WordsRewriteOptions, Values: texts(rewriteOptionWords(n))}
}

// rewriteOptionWords are the options of a directive: each argument may hold several, and an empty one ends them.
func rewriteOptionWords(n *parser.Node) []parser.Word {
	var options []parser.Word
	for _, w := range n.Words {
		if w.String() == "" {
			break
		}
		options = append(options, parser.SplitWords(w.Text)...)
	}
	return options
}

// mapSource reports whether httpd takes the source of a RewriteMap, whose files are not looked at.
func (l *lowering) mapSource(n *parser.Node) bool {
	source := n.Words[1]
	m, problems := rewrite.ParseMapSource(source.String())
	if (m.Type == rewrite.MapDBD || m.Type == rewrite.MapFastDBD) && !l.tree.HasModule("dbd_module") {
		l.invalid(n, source.Text.All(), "RewriteMap types dbd and fastdbd require mod_dbd!", loadModule("dbd_module"),
			"a map of a database needs mod_dbd, which is not loaded")
		return false
	}
	for _, p := range problems {
		l.invalid(n, source.Text.Span(p.Offset, p.End), p.HTTPD, "", "%s", p.Message)
	}
	return len(problems) == 0
}

func lowerRewriteMap(l *lowering, n *parser.Node, _ place) ir.Item {
	if !l.mapSource(n) {
		return nil
	}
	item := &ir.RewriteMap{Node: node(n), Name: n.Words[0].String(), Source: n.Words[1].String()}
	if len(n.Words) == 3 {
		item.Owner = n.Words[2].String()
	}
	return item
}

// lowerRewriteBase looks at a RewriteBase, which has no type.
func lowerRewriteBase(l *lowering, n *parser.Node, at place) ir.Item {
	switch base := n.Words[0].String(); {
	case !at.perDir():
		l.invalid(n, n.NameSpan(), "RewriteBase: only valid in per-directory config files", "move it into a <Directory>, or remove it: rules of a server have no base",
			"RewriteBase cannot stand in a server")
		return nil
	case !strings.HasPrefix(base, "/"):
		l.invalid(n, n.Words[0].Text.All(), "RewriteBase: argument is not a valid URL", "write a path that begins with /", "RewriteBase cannot be %q", base)
		return nil
	}
	return l.residue(n, l.find(n), at)
}
