package lower

import (
	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser"
)

func mimeHandlers() map[string]handler {
	add := func(action ir.MimeAction, what string) handler {
		return mimeEdit(action, what+", followed by one or more file extensions")
	}
	remove := func(action ir.MimeAction) handler {
		return mimeEdit(action, "one or more file extensions")
	}
	return map[string]handler{
		"AddType":            mimeEdit(ir.MimeAddType, "a mime type followed by one or more file extensions"),
		"AddCharset":         add(ir.MimeAddCharset, "a charset (e.g., iso-2022-jp)"),
		"AddEncoding":        add(ir.MimeAddEncoding, "an encoding (e.g., gzip)"),
		"AddLanguage":        add(ir.MimeAddLanguage, "a language (e.g., fr)"),
		"AddOutputFilter":    mimeEdit(ir.MimeAddOutputFilter, "output filter name (or ; delimited names) followed by one or more file extensions"),
		"RemoveType":         remove(ir.MimeRemoveType),
		"RemoveCharset":      remove(ir.MimeRemoveCharset),
		"RemoveEncoding":     remove(ir.MimeRemoveEncoding),
		"RemoveLanguage":     remove(ir.MimeRemoveLanguage),
		"RemoveOutputFilter": remove(ir.MimeRemoveOutputFilter),
		"TypesConfig":        word(ir.WordTypesConfig),
	}
}

// mimeEdit is a directive of mod_mime about extensions.
func mimeEdit(action ir.MimeAction, what string) func(*lowering, *parser.Node, place) ir.Item {
	return func(l *lowering, n *parser.Node, _ place) ir.Item {
		item := &ir.MimeEdit{Node: node(n), Action: action}
		words := n.Words
		switch {
		case action.Removes():
			if !l.words(n, 1, -1, "requires at least one argument, "+what) {
				return nil
			}
		case len(words) < 2 || words[0].String() == "":
			l.invalid(n, n.Span(), canonical(n)+" requires at least two arguments, "+what, "write a value and extensions", "%s needs a value and an extension", n.Name)
			return nil
		default:
			item.Value, words = words[0].String(), words[1:]
		}
		item.Extensions = texts(words)
		return item
	}
}
