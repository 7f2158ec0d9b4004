package lower

import (
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser"
)

func reqtimeoutHandlers() map[string]handler {
	return map[string]handler{"RequestReadTimeout": lowerReadTimeout}
}

func lowerReadTimeout(l *lowering, n *parser.Node, _ place) ir.Item {
	for _, w := range n.Words {
		word := w.String()
		if _, _, err := ir.ParseReadTimeout(word); err != nil {
			httpd := "RequestReadTimeout: " + err.Error()
			if !strings.Contains(word, "=") {
				httpd = "Invalid RequestReadTimeout parameter. Parameter must be in the form 'key=value'"
			}
			l.invalid(n, w.Text.All(), httpd, "write seconds as header=20, header=20-40,MinRate=500 or header=0 for no bound; the same for body and handshake",
				"%s cannot be %q", n.Name, word)
			return nil
		}
	}
	return &ir.Words{Node: node(n), Name: ir.WordsRequestReadTimeout, Values: texts(n.Words)}
}
