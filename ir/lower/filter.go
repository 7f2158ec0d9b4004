package lower

import (
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser"
)

func filterHandlers() map[string]handler {
	return map[string]handler{"AddOutputFilterByType": lowerFilterByType}
}

// filterNames are the filters that AddOutputFilterByType can mean, by the module that brings them; for these httpd says at
// once whether it knows them.
var filterNames = map[string]string{
	"DEFLATE": "deflate_module", "INFLATE": "deflate_module", "INCLUDES": "include_module", "SUBSTITUTE": "substitute_module",
	"BROTLI_COMPRESS": "brotli_module", "RATE_LIMIT": "ratelimit_module", "SED": "sed_module", "BUFFER": "buffer_module",
	"PROXY-HTML": "proxy_html_module", "XML2ENC": "xml2enc_module",
}

// lowerFilterByType is mod_filter: AddOutputFilterByType filters type….
func lowerFilterByType(l *lowering, n *parser.Node, _ place) ir.Item {
	if len(n.Words) < 2 {
		l.invalid(n, n.Span(), "AddOutputFilterByType requires at least two arguments", "write AddOutputFilterByType DEFLATE text/html",
			"AddOutputFilterByType needs a filter and a type")
		return nil
	}
	for name := range strings.SplitSeq(n.Words[0].String(), ";") {
		if module := filterNames[strings.ToUpper(name)]; module != "" && !l.tree.HasModule(module) {
			l.invalid(n, n.Words[0].Text.All(), "Unknown filter provider "+name, "load the module "+module, "the filter %s is that of a module that is not loaded", name)
			return nil
		}
	}
	return &ir.FilterByType{Node: node(n), Filters: n.Words[0].String(), Types: texts(n.Words[1:])}
}
