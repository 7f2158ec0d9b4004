package lower

import (
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser"
)

func filterHandlers() map[string]handler {
	return map[string]handler{"AddOutputFilterByType": lowerFilterByType}
}

// filterNames are the filters that AddOutputFilterByType and FilterProvider can mean, by the module that brings them.
var filterNames = map[string]string{
	"BROTLI_COMPRESS": "brotli_module", "BUCKETEER": "bucketeer_module", "BUFFER": "buffer_module", "CACHE": "cache_module",
	"CACHE_INVALIDATE": "cache_module", "CACHE_OUT": "cache_module", "CACHE_OUT_SUBREQ": "cache_module", "CACHE_REMOVE_URL": "cache_module",
	"CACHE_SAVE": "cache_module", "CACHE_SAVE_SUBREQ": "cache_module", "CASEFILTER": "case_filter_module", "DATA": "data_module",
	"DEFLATE": "deflate_module", "DUMPIO_OUT": "dumpio_module", "FIXUP_HEADERS_ERR": "headers_module", "FIXUP_HEADERS_OUT": "headers_module",
	"INCLUDES": "include_module", "INFLATE": "deflate_module", "MOD_EXPIRES": "expires_module", "MOD_SESSION_OUT": "session_module",
	"PROXY-HTML": "proxy_html_module", "PROXY_SEND_DIR": "proxy_ftp_module", "RATE_LIMIT": "ratelimit_module", "SED": "sed_module",
	"SUBSTITUTE": "substitute_module", "XLATEOUT": "charset_lite_module", "XML2ENC": "xml2enc_module",
	"BYTERANGE": "core_module", "CHUNK": "core_module", "CONTENT_LENGTH": "core_module", "CORE": "core_module", "HTTP_HEADER": "core_module",
	"HTTP_OUTERROR": "core_module", "OLD_WRITE": "core_module", "SUBREQ_CORE": "core_module",
}

// lowerFilterByType is mod_filter: AddOutputFilterByType filters type….
func lowerFilterByType(l *lowering, n *parser.Node, _ place) ir.Item {
	words := n.Words
	if last := len(words) - 1; last > 0 && words[last].String() == "" {
		words = words[:last] // httpd does not see an empty one at the end
	}
	if len(words) < 2 {
		l.invalid(n, n.Span(), "AddOutputFilterByType requires at least two arguments", "write AddOutputFilterByType DEFLATE text/html",
			"AddOutputFilterByType needs a filter and a type")
		return nil
	}
	for name := range strings.SplitSeq(n.Words[0].String(), ";") {
		if name != "" && !l.filterLoaded(n, n.Words[0], name) {
			return nil
		}
	}
	return &ir.FilterByType{Node: node(n), Filters: n.Words[0].String(), Types: texts(words[1:])}
}

// filterLoaded reports whether httpd knows a filter of a name. Where a module is loaded that may bring any, every name is.
func (l *lowering) filterLoaded(n *parser.Node, w parser.Word, name string) bool {
	module, known := filterNames[strings.ToUpper(name)]
	if known && l.tree.HasModule(module) || !known && l.anyFilter(n) {
		return true
	}
	help := "write the name of a filter, as DEFLATE"
	if known {
		help = "load the module " + module
	}
	l.invalid(n, w.Text.All(), "Unknown filter provider "+name, help, "no module that is loaded has the filter %s", name)
	return false
}

// anyFilter says that filters of any name may be there: configured ones, or those of a module that is not known here.
func (l *lowering) anyFilter(n *parser.Node) bool {
	_, strange := l.stranger(n)
	return strange || !l.tree.Server || l.tree.HasModule("ext_filter_module") || l.tree.HasModule("lua_module")
}
