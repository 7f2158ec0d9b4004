package lower

import (
	"net/netip"
	"regexp"
	"strconv"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/expr"
)

// proxyChecks are the directives of mod_proxy and of the modules around it that have no type.
func proxyChecks() map[string]check {
	return map[string]check{
		"BalancerGrowth":   balancerGrowth,
		"ProxyHTMLBufSize": integer,
		"ProxyHTMLURLMap":  htmlURLMap,
		"xml2EncDefault":   defaultCharset,
		"xml2EncAlias":     charsetAlias,
	}
}

// badWord refuses a word of a directive.
func (l *lowering) badWord(n *parser.Node, i int, httpd, help string) bool {
	l.invalid(n, n.Words[i].Text.All(), httpd, help, "%s cannot take %q here", n.Name, n.Words[i].String())
	return false
}

func balancerGrowth(l *lowering, n *parser.Node) bool {
	if number := clib.Atoi(n.Words[0].String()); number >= 0 && number <= 1000 {
		return true
	}
	return l.badWord(n, 0, "BalancerGrowth must be between 0 and 1000", "write a whole number from 0 to 1000")
}

// proxyIOBufferSize is read with atol, into 64 bits.
func proxyIOBufferSize(l *lowering, n *parser.Node) bool {
	if size := clib.Atoi64(n.Words[0].String()); size == 0 || size >= 512 {
		return true
	}
	return l.badWord(n, 0, "ProxyIOBufferSize must be >= 512 bytes, or 0 for system default.", "write a number of bytes, 512 or more, or 0 for the default of the system")
}

// checkedWords is a directive with words that a check may refuse.
func checkedWords(name ir.WordsName, accepts check) handler {
	list := lowerList(name)
	return func(l *lowering, n *parser.Node, at place) ir.Item {
		if !accepts(l, n) {
			return nil
		}
		return list(l, n, at)
	}
}

// proxyRemote is mod_proxy's add_proxy. It reads the port with sscanf, into 32 bits with a sign.
func proxyRemote(l *lowering, n *parser.Node) bool {
	const write = "write scheme://host[:port] with a port up to 65535"
	_, rest, ok := strings.Cut(n.Words[1].String(), ":")
	if !ok || !strings.HasPrefix(rest, "//") || len(rest) == 2 {
		return l.badWord(n, 1, canonical(n)+": Bad syntax for a remote proxy server", write)
	}
	if _, port, ok := strings.Cut(rest[2:], ":"); ok {
		if len(clib.AfterInt(port)) == len(port) || clib.Atoi(port) > 65535 {
			return l.badWord(n, 1, canonical(n)+": Bad syntax for a remote proxy server (bad port number)", write)
		}
	}
	if n.Is("ProxyRemote") {
		return true
	}
	_, ok = l.regex(n, n.Words[0], "Regular expression for ProxyRemoteMatch could not be compiled.")
	return ok
}

func proxyDomain(l *lowering, n *parser.Node) bool {
	if domain := n.Words[0].String(); strings.HasPrefix(domain, ".") {
		return true
	}
	return l.badWord(n, 0, "ProxyDomain: domain name must start with a dot.", "write ProxyDomain .example.com")
}

// proxySourceAddress refuses what is no address and no name of a host either. Whether a name has an address only the server
// knows on which it will run.
func proxySourceAddress(l *lowering, n *parser.Node) bool {
	address := n.Words[0].String()
	if _, err := netip.ParseAddr(address); err == nil {
		return true
	}
	if !strings.ContainsAny(address, ":[] /") && (strings.Trim(address, "0123456789.") != "" || isShortAddress(address)) {
		return true
	}
	return l.badWord(n, 0, "ProxySourceAddress invalid value", "write an IP address of this server")
}

// isShortAddress reports an IPv4 address as C's inet_aton takes it: 127.1 is 127.0.0.1.
func isShortAddress(text string) bool {
	parts := strings.Split(text, ".")
	if len(parts) > 4 {
		return false
	}
	for i, part := range parts {
		most := 8
		if i == len(parts)-1 {
			most = 8 * (5 - len(parts))
		}
		base := 10
		if strings.HasPrefix(part, "0") {
			base = 8
		}
		if _, err := strconv.ParseUint(part, base, most); err != nil {
			return false
		}
	}
	return true
}

// allowConnect is mod_proxy_connect's set_allowed_ports: a port or a range of them, which may be any numbers.
func allowConnect(l *lowering, n *parser.Node) bool {
	const write = "write a port, or two joined by -: AllowCONNECT 443 8000-8100"
	for i, w := range n.Words {
		text := w.String()
		if text == "" {
			break // httpd reads no further
		}
		if text[0] < '0' || text[0] > '9' {
			return l.badWord(n, i, "AllowCONNECT: port numbers must be numeric", write)
		}
		first := strings.TrimLeft(text, "0123456789")
		rest := first
		if second, ok := strings.CutPrefix(first, "-"); ok {
			rest = second
		}
		switch {
		case first == "", len(rest) < len(first) && isInteger(rest):
		case len(rest) == len(first):
			return l.badWord(n, i, "Cannot parse '"+text+"' as port number", write)
		default:
			return l.badWord(n, i, "Cannot parse '"+rest+"' as port number", write)
		}
	}
	return true
}

// isInteger reports what C's strtol reads to the end, but for nothing at all.
func isInteger(text string) bool { return text != "" && clib.AfterInt(text) == "" }

// integer is httpd's ap_set_int_slot.
func integer(l *lowering, n *parser.Node) bool {
	if isInteger(n.Words[0].String()) {
		return true
	}
	return l.badWord(n, 0, "Invalid value for directive "+canonical(n)+", expected integer", "write a whole number")
}

// oldCondition is a condition of ProxyHTMLURLMap as Apache 2.2 had it: [!]name[=value].
var oldCondition = regexp.MustCompile(`^(!)?(\w+)(?:(=)(.+))?$`)

// htmlURLMap is ProxyHTMLURLMap from to [flags [condition]]. httpd takes a regular expression that does not compile, and
// makes an expression of a condition in the old form. Where that only names a variable the result is no expression.
func htmlURLMap(l *lowering, n *parser.Node) bool {
	if len(n.Words) < 4 || n.Words[2].String() == "" || n.Words[3].String() == "" {
		return true
	}
	condition := n.Words[3]
	m := oldCondition.FindStringSubmatch(condition.String())
	if m == nil {
		return l.condition(n, condition.Text, "")
	}
	made := "reqenv('" + m[2] + "')" + m[1] + m[3] + "'" + m[4] + "'"
	if m[1] != "" && m[3] == "" {
		made = "!" + made[:len(made)-1]
	}
	_, err := expr.ParseCondition(made, expr.Options{Modules: l.tree.HasModule})
	if err == nil {
		return true
	}
	l.invalid(n, condition.Text.All(), "syntax error", "write an expression: \"reqenv('"+m[2]+"') != ''\"",
		"httpd makes the expression %s of the condition %q, which is none", made, condition.String())
	return false
}

// charsets are the names that libxml2 knows, in upper case.
const charsets = " UTF-8 UTF8 UTF-16 UTF16 ISO-10646-UCS-2 UCS-2 UCS2 ISO-10646-UCS-4 UCS-4 UCS4 ISO-8859-1 ISO-LATIN-1 ISO-8859-2 ISO-LATIN-2 ISO-8859-3 " +
	"ISO-8859-4 ISO-8859-5 ISO-8859-6 ISO-8859-7 ISO-8859-8 ISO-8859-9 ISO-2022-JP SHIFT_JIS EUC-JP "

func defaultCharset(l *lowering, n *parser.Node) bool {
	name := clib.ToUpper(n.Words[0].String())
	if other, ok := l.charsets[name]; ok {
		name = clib.ToUpper(other)
	}
	if name == "ISO LATIN 1" || name == "ISO LATIN 2" || name != "" && !strings.Contains(name, " ") && strings.Contains(charsets, " "+name+" ") {
		return true
	}
	return l.badWord(n, 0, "Invalid or unsupported default charset", "write one of"+strings.TrimRight(charsets, " "))
}

// charsetAlias is xml2EncAlias charset alias…; the charset may be any text.
func charsetAlias(l *lowering, n *parser.Node) bool {
	known := l.learn()
	if known.charsets == nil {
		known.charsets = map[string]string{}
	}
	for _, w := range n.Words[1:] {
		if w.String() == "" {
			break // httpd reads no further
		}
		known.charsets[clib.ToUpper(w.String())] = n.Words[0].String()
	}
	return true
}
