package lower

import (
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/clib"
)

// fileHandlers are the directives of core about files and the responses made of them.
func fileHandlers() map[string]handler {
	return map[string]handler{
		"ErrorDocument":     lowerErrorDocument,
		"AddDefaultCharset": word(ir.WordAddDefaultCharset),
		"ForceType":         word(ir.WordForceType),
		"AcceptPathInfo":    oneOf(ir.WordAcceptPathInfo, "AcceptPathInfo must be set to on, off or default"),
		"MaxRanges":         lowerMaxRanges,
		"FileETag":          lowerFileETag,
		"AccessFileName":    lowerList(ir.WordsAccessFileName),
		"AllowOverride":     lowerAllowOverride,
	}
}

func lowerMaxRanges(l *lowering, n *parser.Node, _ place) ir.Item {
	if !l.one(n) {
		return nil
	}
	value := n.Words[0].String()
	if !rangeLimit("MaxRanges")(l, n) {
		return nil
	}
	return &ir.Word{Node: node(n), Name: ir.WordMaxRanges, Value: value}
}

func lowerFileETag(l *lowering, n *parser.Node, _ place) ir.Item {
	names := []string{"None", "All", "MTime", "Size", "INode", "Digest"}
	values := texts(n.Words)
	for i, w := range n.Words {
		name, sign := w.String(), false
		if strings.HasPrefix(name, "+") || strings.HasPrefix(name, "-") {
			name, sign = name[1:], true
		}
		switch {
		case !contains(names, name) && !contains([]string{"LMTime", "LastModified"}, name):
			l.wrong(n, w, "Unknown keyword '"+name+"' for FileETag directive", "write one of "+strings.Join(names, ", "))
			return nil
		case sign && contains(names[:2], name):
			l.wrong(n, w, "FileETag keyword '"+name+"' cannot be used with '+' or '-'", "write "+name+" without a sign")
			return nil
		case !contains(names, name): // both are other names of it
			values[i] = strings.TrimSuffix(w.String(), name) + "MTime"
		}
	}
	return &ir.Words{Node: node(n), Name: ir.WordsFileETag, Values: values}
}

func lowerAllowOverride(l *lowering, n *parser.Node, _ place) ir.Item {
	for _, w := range n.Words {
		if !l.overrideClass(n, w) {
			return nil
		}
	}
	return &ir.Words{Node: node(n), Name: ir.WordsAllowOverride, Values: texts(n.Words)}
}

// overrideClass reports whether httpd takes class or class=value. Only those of Options are looked at; behind Nonfatal it
// wants any.
func (l *lowering) overrideClass(n *parser.Node, w parser.Word) bool {
	classes := []string{"None", "All", "AuthConfig", "FileInfo", "Indexes", "Limit", "Options"}
	class, rest, valued := strings.Cut(w.String(), "=")
	switch {
	case clib.EqualFold(class, "Nonfatal"):
		return valued || l.wrong(n, w, "=Override, =Unknown or =All expected after %s", "write Nonfatal=All")
	case !contains(classes, class):
		return l.wrong(n, w, "Illegal override option "+class, "write one of "+strings.Join(classes, ", "))
	case !valued || !clib.EqualFold(class, "Options"):
		return true
	}
	for option := range strings.SplitSeq(rest, ",") {
		if option != "" && !contains(optionNames, option) {
			l.invalid(n, w.Text.All(), "Illegal option "+option, "write one of "+strings.Join(optionNames, ", "), "AllowOverride Options does not know %q", option)
			return false
		}
	}
	return true
}
