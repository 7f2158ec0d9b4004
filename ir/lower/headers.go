package lower

import (
	"slices"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/ast"
	"github.com/lbconf/lbconf/parser/clib"
)

func headersHandlers() map[string]handler {
	return map[string]handler{
		"Header":        header(false),
		"RequestHeader": header(true),
	}
}

var headerActions = []ir.HeaderAction{
	ir.HeaderAdd, ir.HeaderSet, ir.HeaderSetIfEmpty, ir.HeaderAppend, ir.HeaderMerge, ir.HeaderUnset, ir.HeaderEcho, ir.HeaderNote,
	ir.HeaderEditFirst, ir.HeaderEditAll,
}

// mostHeaderWords are an action, a name, two values and a condition: httpd counts them before it looks at the action.
const mostHeaderWords = 5

// header is mod_headers: Header [always|onsuccess] action name [value [replacement]] [condition].
func header(request bool) func(*lowering, *parser.Node, place) ir.Item {
	return func(l *lowering, n *parser.Node, _ place) ir.Item {
		item := &ir.HeaderEdit{Node: node(n), Request: request}
		words := n.Words
		if !request && len(words) > 0 {
			item.Always = clib.EqualFold(words[0].String(), "always")
			item.OnSuccess = clib.EqualFold(words[0].String(), "onsuccess")
			if item.Always || item.OnSuccess {
				words = words[1:]
			}
		}
		if len(words) > mostHeaderWords {
			l.invalid(n, words[mostHeaderWords].Text.All(), canonical(n)+" has too many arguments", "quote a value of several words", "%s has too many arguments", n.Name)
			return nil
		}
		if !l.headerAction(n, item, words) {
			return nil
		}
		words = words[1:]
		if len(words) > 0 {
			item.Name, words = strings.TrimSuffix(words[0].String(), ":"), words[1:]
		}
		values := headerValues(item.Action)
		if len(words) < values {
			httpd, help := "Header requires three arguments", "write "+n.Name+" "+string(item.Action)+" name value"
			if values == 2 {
				httpd, help = "Header edit requires a match and a substitution", "write "+n.Name+" "+string(item.Action)+" name pattern replacement"
			}
			l.invalid(n, n.Span(), httpd, help, "%s %s lacks an argument", n.Name, item.Action)
			return nil
		}
		return l.headerRest(n, item, words[:values], words[values:])
	}
}

func (l *lowering) headerAction(n *parser.Node, item *ir.HeaderEdit, words []parser.Word) bool {
	const httpd = "first argument must be 'add', 'set', 'setifempty', 'append', 'merge', 'unset', 'echo', 'note', 'edit', or 'edit*'."
	word := ""
	span := n.Span()
	if len(words) > 0 {
		word, span = words[0].String(), words[0].Text.All()
	}
	i := slices.IndexFunc(headerActions, func(a ir.HeaderAction) bool { return clib.EqualFold(string(a), word) })
	if i < 0 {
		var all []string
		for _, a := range headerActions {
			all = append(all, string(a))
		}
		l.invalid(n, span, httpd, "write one of "+strings.Join(all, ", "), "%s has no action %q", n.Name, word)
		return false
	}
	item.Action = headerActions[i]
	if item.Request && item.Action == ir.HeaderEcho {
		l.invalid(n, span, "Header echo only valid on Header directives", "write Header echo", "RequestHeader has no action %q", word)
		return false
	}
	if item.Request && item.Action == ir.HeaderNote {
		l.invalid(n, span, "RequestHeader does not support the 'note' action", "write Header note", "RequestHeader has no action %q", word)
		return false
	}
	return true
}

// headerValues is the number of arguments between the name and the condition.
func headerValues(action ir.HeaderAction) int {
	switch action {
	case ir.HeaderUnset, ir.HeaderEcho:
		return 0
	case ir.HeaderEditFirst, ir.HeaderEditAll:
		return 2
	case ir.HeaderAdd, ir.HeaderSet, ir.HeaderSetIfEmpty, ir.HeaderAppend, ir.HeaderMerge, ir.HeaderNote:
	}
	return 1
}

func (l *lowering) headerRest(n *parser.Node, item *ir.HeaderEdit, values, rest []parser.Word) ir.Item {
	if len(values) > 0 {
		item.Value = values[0].String()
	}
	if len(values) > 1 {
		item.Replacement = values[1].String()
		if _, ok := l.regex(n, values[0], "Header edit regex could not be compiled"); !ok {
			return nil
		}
	}
	if item.Action == ir.HeaderEcho && len(n.Words) > 1 {
		name := n.Words[slices.IndexFunc(n.Words, func(w parser.Word) bool { return clib.EqualFold(w.String(), "echo") })+1:]
		if len(name) > 0 {
			if _, ok := l.regex(n, name[0], "Header echo regex could not be compiled"); !ok {
				return nil
			}
		}
	}
	if item.Action == ir.HeaderUnset && len(rest) == 2 {
		l.invalid(n, rest[1].Text.All(), "header unset takes two arguments", "write "+n.Name+" unset NAME, and a condition", "%s unset takes no value", n.Name)
		return nil
	}
	if item.Action == ir.HeaderEcho && len(rest) == 2 {
		l.invalid(n, rest[1].Text.All(), "Header echo takes two arguments", "write Header echo PATTERN, and a condition", "Header echo takes no value")
		return nil
	}
	if len(rest) > 1 {
		l.invalid(n, rest[1].Text.All(), "Too many arguments to directive", "quote a value of several words", "%s has too many arguments", n.Name)
		return nil
	}
	if len(rest) > 0 {
		item.Condition = rest[0].String()
		if c := clib.ToLower(item.Condition); !strings.HasPrefix(c, "env=") && !strings.HasPrefix(c, exprPrefix) && c != "early" {
			l.invalid(n, rest[0].Text.All(), "Unknown parameter: "+item.Condition, "quote a value of several words; a condition is env=NAME, expr=… or early",
				"%s does not know %q behind its value", n.Name, item.Condition)
			return nil
		}
		if c := clib.ToLower(item.Condition); c == "env=" || c == "env=!" {
			l.wrong(n, rest[0], "error: missing environment variable name. envclause should be in the form env=envar", "write env=NAME or env=!NAME")
			return nil
		}
		if clib.HasPrefixFold(item.Condition, exprPrefix) && !l.condition(n, behindPrefix(rest[0].Text), "Can't parse envclause/expression: ") {
			return nil
		}
	}
	if len(values) > 0 && item.Action != ir.HeaderNote && !l.headerValue(n, values[len(values)-1]) {
		return nil
	}
	return item
}

// headerValue reports a value that httpd refuses. Unlike a condition, a value is an expression in lower case only.
func (l *lowering) headerValue(n *parser.Node, w parser.Word) bool {
	if strings.HasPrefix(w.String(), exprPrefix) {
		return l.stringExpression(n, behindPrefix(w.Text), "Can't parse value expression : ")
	}
	return l.headerFormat(n, w)
}

// behindPrefix is the text of a word behind expr=.
func behindPrefix(text ast.Text) ast.Text { return text.Slice(len(exprPrefix), text.Len()) }

// headerFormat reports a letter that mod_headers does not know. A percent sign at the end stands for itself.
func (l *lowering) headerFormat(n *parser.Node, w parser.Word) bool {
	s := w.String()
	for i := 0; i+1 < len(s); i++ {
		if s[i] != '%' {
			continue
		}
		start := i
		i++
		if s[i] == '{' {
			end := strings.IndexByte(s[i:], '}')
			if end < 0 || i+end+1 >= len(s) {
				i = len(s)
			} else {
				i += end + 1
			}
		}
		letter := ""
		if i < len(s) {
			letter = s[i : i+1]
		}
		if letter == "" || !strings.Contains("%tDlibes", letter) {
			l.invalid(n, w.Text.Span(start, min(i+1, len(s))), "Unrecognized header format %"+letter,
				"write %t, %D, %l, %i, %b, %{NAME}e, %{NAME}s, or %% for a percent sign", "a header value has no %q", s[start:min(i+1, len(s))])
			return false
		}
	}
	return true
}
