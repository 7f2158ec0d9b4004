package lower

import (
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/pcre"
)

func envHandlers() map[string]handler {
	return map[string]handler{
		"SetEnv":   lowerSetEnv,
		"PassEnv":  envNames(false),
		"UnsetEnv": envNames(true),
	}
}

func lowerSetEnv(l *lowering, n *parser.Node, _ place) ir.Item {
	const shape = "takes 1-2 arguments, an environment variable name and optional value to pass to CGI"
	if !l.words(n, 1, 2, shape) || !l.named(n, 1, shape) {
		return nil
	}
	item := &ir.SetEnv{Node: node(n), Name: n.Words[0].String()}
	if len(n.Words) == 2 {
		item.Value = n.Words[1].String()
	}
	return item
}

// named reports whether the first words of a directive have text; for httpd "" is none.
func (l *lowering) named(n *parser.Node, first int, shape string) bool {
	for _, w := range n.Words[:first] {
		if w.String() == "" {
			l.invalid(n, n.Span(), canonical(n)+" "+shape, "", "%s %s, and \"\" is none", n.Name, shape)
			return false
		}
	}
	return true
}

func envNames(unset bool) func(*lowering, *parser.Node, place) ir.Item {
	return func(l *lowering, n *parser.Node, _ place) ir.Item {
		if !l.words(n, 1, -1, "requires at least one argument") {
			return nil
		}
		return &ir.EnvNames{Node: node(n), Unset: unset, Names: texts(n.Words)}
	}
}

func setenvifHandlers() map[string]handler {
	return map[string]handler{
		"SetEnvIf":           setEnvIf("", false),
		"SetEnvIfNoCase":     setEnvIf("", true),
		"BrowserMatch":       setEnvIf("User-Agent", false),
		"BrowserMatchNoCase": setEnvIf("User-Agent", true),
	}
}

// setEnvIf is mod_setenvif: [attribute] pattern assignment…; attribute is that of a directive that has none of its own.
func setEnvIf(attribute string, noCase bool) func(*lowering, *parser.Node, place) ir.Item {
	return func(l *lowering, n *parser.Node, _ place) ir.Item {
		item := &ir.SetEnvIf{Node: node(n), Attribute: attribute, NoCase: noCase}
		words := n.Words
		if attribute == "" {
			if len(words) == 0 || words[0].String() == "" {
				l.invalid(n, n.Span(), "Missing header-field name for "+canonical(n), "write what to look at: Remote_Addr, Request_URI, or the name of a request field",
					"%s names no attribute", n.Name)
				return nil
			}
			item.Attribute, words = words[0].String(), words[1:]
		}
		if len(words) == 0 || words[0].String() == "" {
			l.invalid(n, n.Span(), "Missing regular expression for "+canonical(n), "write the pattern that the value must match", "%s has no pattern", n.Name)
			return nil
		}
		var ok bool
		if item.Pattern, ok = cutShort(words[0].String()); !ok {
			if item.Pattern, ok = l.regex(n, words[0], canonical(n)+" regex could not be compiled."); !ok {
				return nil
			}
		}
		if attribute == "" && ir.AttributeIsPattern(item.Attribute) {
			if _, ok := l.regex(n, n.Words[0], "Header name regex could not be compiled."); !ok {
				return nil
			}
		}
		for _, w := range words[1:] {
			if w.String() == "" {
				break // httpd takes it for the end
			}
			item.Assign = append(item.Assign, w.String())
		}
		if len(item.Assign) == 0 {
			l.invalid(n, n.Span(), "Missing envariable expression for "+canonical(n), "write NAME, NAME=VALUE or !NAME behind the pattern", "%s sets nothing", n.Name)
			return nil
		}
		return item
	}
}

// cutShort is a pattern that ends in a backslash and is nothing but text to mod_setenvif: it removes the backslashes and
// compiles no regular expression.
func cutShort(pattern string) (*pcre.Pattern, bool) {
	escaped := false
	for i := range len(pattern) {
		switch special := strings.IndexByte(`^.$|()[]*+?{}`, pattern[i]) >= 0; {
		case special != escaped && pattern[i] != '\\':
			return nil, false
		case special:
			escaped = false
		case pattern[i] == '\\':
			escaped = !escaped
		}
	}
	if !escaped {
		return nil, false
	}
	text := pattern[:len(pattern)-1]
	if text == "" {
		text = "^" // what is found in every value
	}
	compiled, err := pcre.Parse(text)
	return compiled, err == nil
}
