package lower

import (
	"slices"
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
	for _, w := range n.Words {
		if !contains(names, strings.TrimLeft(w.String(), "+-")) {
			l.invalid(n, w.Text.All(), "Unknown keyword '"+strings.TrimLeft(w.String(), "+-")+"' for FileETag directive", "write one of "+strings.Join(names, ", "),
				"FileETag does not know %q", w.String())
			return nil
		}
	}
	return &ir.Words{Node: node(n), Name: ir.WordsFileETag, Values: texts(n.Words)}
}

func lowerAllowOverride(l *lowering, n *parser.Node, _ place) ir.Item {
	classes := []string{"None", "All", "AuthConfig", "FileInfo", "Indexes", "Limit", "Options"}
	for _, w := range n.Words {
		class, rest, valued := strings.Cut(w.String(), "=")
		switch {
		case clib.EqualFold(class, "Nonfatal"):
		case clib.EqualFold(class, "Options") && valued:
			for option := range strings.SplitSeq(rest, ",") {
				if !contains(slices.Concat(optionNames, []string{"Unset"}), option) {
					l.invalid(n, w.Text.All(), "Illegal option "+option, "write one of "+strings.Join(optionNames, ", "), "AllowOverride Options does not know %q", option)
					return nil
				}
			}
		case valued || !contains(classes, class):
			l.invalid(n, w.Text.All(), "Illegal override option "+w.String(), "write one of "+strings.Join(classes, ", "), "AllowOverride does not know %q", w.String())
			return nil
		}
	}
	return &ir.Words{Node: node(n), Name: ir.WordsAllowOverride, Values: texts(n.Words)}
}
