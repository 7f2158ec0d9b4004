package lower

import (
	"errors"
	"slices"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/fnmatch"
	"github.com/lbconf/lbconf/parser/pcre"
)

func lowerVirtualHost(l *lowering, n *parser.Node, at place) ir.Item {
	if len(n.Words) == 0 {
		l.invalid(n, n.Span(), "<VirtualHost> directive requires additional arguments", "write <VirtualHost *:80>", "<VirtualHost> has no address")
		return nil
	}
	item := &ir.VirtualHost{Node: node(n)}
	for _, w := range n.Words {
		address, problem := virtualHostAddress(w.String())
		if problem != "" {
			l.invalid(n, w.Text.All(), problem, "write *:80, 192.0.2.1:80 or [2001:db8::1]:80; a port is 1 to 65535, or * for all", "%q is no address of a virtual host", w.String())
			return nil
		}
		item.Addresses = append(item.Addresses, address)
	}
	inside := at.in(n, "")
	inside.srv = &server{}
	item.Items = l.items(n.Children, inside)
	return item
}

// virtualHostAddress splits host[:port], where the port may be * for all, or says what httpd finds wrong with it. What is no
// port is part of a name that httpd fails to resolve and ignores.
func virtualHostAddress(text string) (address ir.Address, problem string) {
	name := text
	if len(name) > 2 {
		name = strings.TrimSuffix(name, ":*")
	}
	host, port, ok := parseAddrPort(name)
	switch {
	case !ok, name == ":*":
		return ir.Address{}, "The address or port is invalid"
	case host == "" && text != "":
		return ir.Address{}, "Missing address for VirtualHost"
	}
	return ir.Address{Host: host, Port: port}, ""
}

// section is a section that selects requests by a path, a file or an expression.
func section(kind ir.SectionKind) func(*lowering, *parser.Node, place) ir.Item {
	return func(l *lowering, n *parser.Node, at place) ir.Item {
		item := &ir.Section{Node: node(n), Kind: kind}
		words := n.Words
		if len(words) == 0 {
			l.invalid(n, n.Span(), "<"+n.Name+"> directive requires additional arguments", "write what it selects", "<%s> has no argument", n.Name)
			return nil
		}
		if words[0].String() == "~" && kind != ir.SectionIf && kind != ir.SectionElseIf && (!isMatch(kind) || kind == ir.SectionDirectoryMatch) {
			item.Tilde, words = true, words[1:]
		}
		pattern := parser.Word{}
		if len(words) > 0 {
			pattern = words[0]
		}
		item.Pattern = pattern.String()
		if item.Tilde || isMatch(kind) {
			regex, ok := l.regex(n, pattern, "Regex could not be compiled")
			if !ok {
				return nil
			}
			item.Regex = regex
		}
		if (kind == ir.SectionIf || kind == ir.SectionElseIf) && !l.condition(n, pattern.Text, "Cannot parse condition clause: ") {
			return nil
		}
		inside := at.in(n, item.Pattern)
		inside.glob = fnmatch.HasWildcard(item.Pattern)
		item.Items = l.items(n.Children, inside)
		// What follows httpd looks at behind the contents.
		if kind == ir.SectionElseIf && !l.afterIf(n, at) {
			return refusedBox(n, item.Items)
		}
		if len(words) > 1 {
			l.invalid(n, words[1].Text.All(), multiple(n, kind), "quote the whole argument", "<%s> takes one argument", n.Name)
			return refusedBox(n, item.Items)
		}
		return item
	}
}

func multiple(n *parser.Node, kind ir.SectionKind) string {
	if kind == ir.SectionIf || kind == ir.SectionElseIf {
		return "Multiple <" + n.Name + "> arguments not supported."
	}
	return "Multiple <" + n.Name + "> arguments not (yet) supported."
}

// afterIf reports whether an If or ElseIf stands before an ElseIf or Else in the same scope.
func (l *lowering) afterIf(n *parser.Node, at place) bool {
	for _, before := range slices.Backward(at.before) {
		if before.Section && (before.Is("If") || before.Is("ElseIf")) {
			return true
		}
		if before.Section && before.Is("Else") {
			break // it ends the chain
		}
	}
	l.refuse(n, refusal{
		code: wrongContext, span: n.NameSpan(), label: "no <If> before it",
		httpd: "<Else> or <ElseIf> section without previous <If> or <ElseIf> section in same scope", help: "put it behind the <If>, in the same section",
	}, "<%s> has no <If> before it in the same section", n.Name)
	return false
}

func isMatch(kind ir.SectionKind) bool {
	return kind == ir.SectionLocationMatch || kind == ir.SectionDirectoryMatch || kind == ir.SectionFilesMatch || kind == ir.SectionProxyMatch
}

// regex parses a regular expression and reports where PCRE refuses it.
func (l *lowering) regex(n *parser.Node, w parser.Word, httpd string) (*pcre.Pattern, bool) {
	pattern, err := pcre.Parse(w.String())
	if err == nil {
		return pattern, true
	}
	span, message := w.Text.All(), err.Error()
	if e := new(pcre.Error); errors.As(err, &e) && e.Offset <= w.Text.Len() && e.End <= w.Text.Len() {
		span, message = w.Text.Span(e.Offset, e.End), e.Message
	}
	l.invalid(n, span, httpd, "", "the regular expression of %s is refused: %s", n.Name, message)
	return nil, false
}

func lowerElse(l *lowering, n *parser.Node, at place) ir.Item {
	if n.Args.Len() > 0 {
		l.invalid(n, n.Args.All(), "<Else> does not take an argument", "write <ElseIf> for a condition", "<Else> takes no argument")
		return nil
	}
	item := &ir.Section{Node: node(n), Kind: ir.SectionElse, Items: l.items(n.Children, at.in(n, ""))}
	if !l.afterIf(n, at) {
		return refusedBox(n, item.Items)
	}
	return item
}
