package lower

import (
	"slices"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/clib"
)

// lowerErrorOverride is mod_proxy: ProxyErrorOverride on [status…] or off. Statuses may stand on a line of their own behind
// one that says on.
func lowerErrorOverride(l *lowering, n *parser.Node, at place) ir.Item {
	last := ""
	for _, before := range at.before {
		if before.Is("ProxyErrorOverride") {
			last = lastSwitch(last, before.Words)
		}
	}
	for i, w := range n.Words {
		text := w.String()
		if text == "" {
			break // httpd reads no further
		}
		if last = lastSwitch(last, n.Words[i:i+1]); clib.EqualFold(text, "on") || clib.EqualFold(text, "off") {
			continue
		}
		var problem string
		switch status := clib.Atoi(text); {
		case last == "":
			problem = "ProxyErrorOverride first parameter must be one of: off | on"
		case text[0] < '0' || text[0] > '9':
			problem = "ProxyErrorOverride: status codes to intercept must be numeric"
		case last == "off":
			problem = "ProxyErrorOverride: status codes must follow a value of 'on'"
		case status < 400 || status > 599:
			problem = "ProxyErrorOverride: status codes to intercept must be valid HTTP Status Codes >=400 && <600"
		default:
			continue
		}
		l.invalid(n, w.Text.All(), problem, "write ProxyErrorOverride On, and statuses from 400 to 599 behind it", "ProxyErrorOverride cannot take %q here", text)
		return nil
	}
	return &ir.Words{Node: node(n), Name: ir.WordsProxyErrorOverride, Values: texts(n.Words)}
}

// lastSwitch returns the last on or off among words in lower case, or before.
func lastSwitch(before string, words []parser.Word) string {
	for _, w := range slices.Backward(words) {
		if s := strings.ToLower(w.String()); s == "on" || s == "off" {
			return s
		}
	}
	return before
}
