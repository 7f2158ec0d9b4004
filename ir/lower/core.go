package lower

import (
	"net"
	"strconv"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/parser/fnmatch"
)

func coreHandlers() map[string]handler {
	return map[string]handler{
		"Listen":               lowerListen,
		"ServerName":           lowerServerName,
		"ServerAlias":          lowerServerAlias,
		"KeepAlive":            flag(ir.SwitchKeepAlive),
		"MergeSlashes":         flag(ir.SwitchMergeSlashes),
		"CGIPassAuth":          flag(ir.SwitchCGIPassAuth),
		"ExtendedStatus":       flag(ir.SwitchExtendedStatus),
		"Timeout":              number(ir.NumberTimeout),
		"KeepAliveTimeout":     number(ir.NumberKeepAliveTimeout),
		"MaxKeepAliveRequests": number(ir.NumberMaxKeepAliveRequests),
		"ServerRoot":           word(ir.WordServerRoot),
		"DefaultRuntimeDir":    word(ir.WordDefaultRuntimeDir),
		"ServerAdmin":          word(ir.WordServerAdmin),
		"DocumentRoot":         word(ir.WordDocumentRoot),
		"ErrorLog":             word(ir.WordErrorLog),
		"ServerTokens": oneOf(ir.WordServerTokens,
			"ServerTokens takes 1 argument: 'Prod(uctOnly)', 'Major', 'Minor', 'Min(imal)', 'OS', or 'Full'",
			"ProductOnly=Prod", "Minimal=Min"),
		"ServerSignature":     oneOf(ir.WordServerSignature, "ServerSignature: use one of: off | on | email"),
		"TraceEnable":         lowerTraceEnable,
		"UseCanonicalName":    oneOf(ir.WordUseCanonicalName, "parameter must be 'on', 'off', or 'dns'"),
		"AllowEncodedSlashes": oneOf(ir.WordAllowEncodedSlashes, "AllowEncodedSlashes must be On, Off, or NoDecode"),
		"SetHandler":          lowerSetHandler,
		"SetOutputFilter":     word(ir.WordSetOutputFilter),
		"Options":             lowerOptions,
		"LogLevel":            lowerLogLevel,
		"<VirtualHost":        lowerVirtualHost,
		"<Location":           section(ir.SectionLocation),
		"<LocationMatch":      section(ir.SectionLocationMatch),
		"<Directory":          section(ir.SectionDirectory),
		"<DirectoryMatch":     section(ir.SectionDirectoryMatch),
		"<Files":              section(ir.SectionFiles),
		"<FilesMatch":         section(ir.SectionFilesMatch),
		"<If":                 section(ir.SectionIf),
		"<ElseIf":             section(ir.SectionElseIf),
		"<Else":               lowerElse,
	}
}

// flag is a directive that is On or Off; httpd ignores further words.
func flag(name ir.SwitchName) func(*lowering, *parser.Node, place) ir.Item {
	return func(l *lowering, n *parser.Node, _ place) ir.Item {
		value := l.onOff(n, string(name))
		if value == "" {
			return nil
		}
		return &ir.Switch{Node: node(n), Name: name, On: value == "on"}
	}
}

// onOff returns the value of a directive that is On or Off in lower case, or nothing after it reported another one.
func (l *lowering) onOff(n *parser.Node, name string) string {
	value := ""
	var span diag.Span
	if len(n.Words) > 0 {
		value, span = n.Words[0].String(), n.Words[0].Text.All()
	}
	if clib.EqualFold(value, "on") || clib.EqualFold(value, "off") {
		return clib.ToLower(value)
	}
	l.invalid(n, span, name+" must be On or Off", "write "+name+" On or "+name+" Off", "%s must be On or Off, not %q", n.Name, value)
	return ""
}

// number is a directive with a number.
func number(name ir.NumberName) func(*lowering, *parser.Node, place) ir.Item {
	return func(l *lowering, n *parser.Node, _ place) ir.Item {
		if !l.one(n) {
			return nil
		}
		text := n.Words[0].String()
		value, ok := name.Read(text)
		if !ok {
			l.invalid(n, n.Words[0].Text.All(), n.Name+" has wrong format", "write a whole number of seconds, or one with the unit ms: 500ms",
				"%s cannot be %q", n.Name, text)
			return nil
		}
		return &ir.Number{Node: node(n), Name: name, Written: text, Value: value}
	}
}

// numberFrom is a directive with a number that is least or more; else httpd says what is given, and help is the way out.
func numberFrom(name ir.NumberName, least int64, httpd, help string) func(*lowering, *parser.Node, place) ir.Item {
	return func(l *lowering, n *parser.Node, at place) ir.Item {
		item, ok := number(name)(l, n, at).(*ir.Number)
		if !ok {
			return nil
		}
		if item.Value < least {
			l.invalid(n, n.Words[0].Text.All(), httpd, help, "%s cannot be %q", name, item.Written)
			return nil
		}
		return item
	}
}

// checked is a directive whose arguments are looked at first.
func checked(takes check, then handler) handler {
	return func(l *lowering, n *parser.Node, at place) ir.Item {
		if !l.one(n) || !takes(l, n) {
			return nil
		}
		return then(l, n, at)
	}
}

// word is a directive with one word.
func word(name ir.WordName) func(*lowering, *parser.Node, place) ir.Item {
	return func(l *lowering, n *parser.Node, _ place) ir.Item {
		if !l.one(n) {
			return nil
		}
		return &ir.Word{Node: node(n), Name: name, Value: n.Words[0].String()}
	}
}

// one reports whether a directive has one argument; for httpd "" is none.
func (l *lowering) one(n *parser.Node) bool {
	if len(n.Words) == 1 && n.Words[0].String() == "" {
		l.invalid(n, n.Span(), n.Name+" takes one argument", "", "%s takes one argument, and \"\" is none", n.Name)
		return false
	}
	return l.words(n, 1, 1, "takes one argument")
}

// oneOf is a directive with one of a list of words; "long=short" is a further spelling of one.
func oneOf(name ir.WordName, httpd string, spellings ...string) func(*lowering, *parser.Node, place) ir.Item {
	return func(l *lowering, n *parser.Node, _ place) ir.Item {
		if !l.one(n) {
			return nil
		}
		written := n.Words[0].String()
		for _, spelling := range spellings {
			if long, short, _ := strings.Cut(spelling, "="); clib.EqualFold(long, written) {
				written = short
			}
		}
		for _, value := range name.Values() {
			if clib.EqualFold(value, written) {
				return &ir.Word{Node: node(n), Name: name, Value: value}
			}
		}
		l.invalid(n, n.Words[0].Text.All(), httpd, "write one of "+strings.Join(name.Values(), ", "), "%s does not know %q", n.Name, written)
		return nil
	}
}

// lowerSetHandler is core: SetHandler name, which may have expressions in it.
func lowerSetHandler(l *lowering, n *parser.Node, at place) ir.Item {
	if !stringIn("Can't parse expression : ")(l, n) {
		return nil
	}
	return word(ir.WordSetHandler)(l, n, at)
}

func lowerTraceEnable(l *lowering, n *parser.Node, at place) ir.Item {
	if len(n.Words) != 1 || n.Words[0].String() == "" {
		l.invalid(n, n.Span(), "TraceEnable takes one argument, 'on' (default), 'off' or 'extended' to trace request body content",
			"write TraceEnable off", "TraceEnable takes one argument, and has %s", count(len(n.Words)))
		return nil
	}
	return oneOf(ir.WordTraceEnable, "TraceEnable must be one of 'on', 'off', or 'extended'")(l, n, at)
}

func lowerListen(l *lowering, n *parser.Node, _ place) ir.Item {
	words := argv(n)
	if len(words) < 1 || len(words) > 2 {
		l.invalid(n, n.Span(), "Listen requires 1 or 2 arguments.", "write Listen [address:]port [protocol]",
			"Listen takes one or two arguments, and has %s", count(len(words)))
		return nil
	}
	const help = "write Listen 8080, Listen 192.0.2.1:8080 or Listen [2001:db8::1]:8080; a port is 1 to 65535"
	text, span := words[0].String(), words[0].Text.All()
	host, port, ok := parseAddrPort(text)
	if !ok || text == "" {
		l.invalid(n, span, "Invalid address or port", help, "Listen cannot open %q", text)
		return nil
	}
	if port == 0 {
		l.invalid(n, span, "Port must be specified", help, "Listen needs a port, and %q has none", text)
		return nil
	}
	if host == "*" {
		host = ""
	}
	if !bindable(host) {
		l.invalid(n, span, "Listen setup failed", help, "Listen cannot open %q: that is no address, and the name of no host", text)
		return nil
	}
	if l.tree.Server && !l.opens(n, host, port) { // a fragment is read with the contents of conditions that exclude each other
		return nil
	}
	item := &ir.Listen{Node: node(n), Address: host, Port: port}
	if len(words) == 2 {
		item.Protocol = clib.ToLower(words[1].String())
	}
	return item
}

// opens reports whether no Listen above has the same port with an address that is written the same, whatever its protocol.
func (l *lowering) opens(n *parser.Node, host string, port int) bool {
	socket := net.JoinHostPort(host, strconv.Itoa(port))
	before := l.sockets[socket]
	if before == nil {
		if l.sockets == nil {
			l.sockets = map[string]*parser.Node{}
		}
		l.sockets[socket] = n
		return true
	}
	l.refuse(n, refusal{
		code: invalidArgument, span: first(n).Text.All(), httpd: "Cannot define multiple Listeners on the same IP:port",
		help: "remove one of the two lines", related: []diag.Related{{Span: before.Span(), Message: "opened here before"}},
	}, "%s %s is there twice", n.Name, first(n))
	return false
}

// argv are the words of a directive that httpd gives all at once: a last one without text is none.
func argv(n *parser.Node) []parser.Word {
	if last := len(n.Words) - 1; last >= 0 && n.Words[last].String() == "" {
		return n.Words[:last]
	}
	return n.Words
}

func lowerServerName(l *lowering, n *parser.Node, _ place) ir.Item {
	text := first(n).String()
	if fnmatch.HasWildcard(text) {
		l.wrong(n, first(n), `Invalid ServerName "%s" use ServerAlias to set multiple server names.`, "write one name; an IPv6 address in brackets is none")
		return nil
	}
	item := &ir.ServerName{Node: node(n), Host: text}
	if scheme, rest, ok := strings.Cut(text, "://"); ok {
		item.Scheme, item.Host = clib.ToLower(scheme), rest
	}
	host, digits, ok := strings.Cut(item.Host, ":")
	if !ok {
		return item
	}
	port := clib.Atoi(digits)
	if port < 1 || port > 65535 {
		l.invalid(n, first(n).Text.All(), `The port number "`+text+`" is outside the appropriate range (i.e., 1..65535).`,
			"a port is 1 to 65535", "ServerName has no port %q", digits)
		return nil
	}
	item.Host, item.Port = host, port
	return item
}

func lowerServerAlias(l *lowering, n *parser.Node, at place) ir.Item {
	if at.where != inVirtualHost && !at.unsure {
		l.refuse(n, refusal{
			code: wrongContext, span: n.NameSpan(), httpd: "ServerAlias only used in <VirtualHost>",
			help: "move it to a <VirtualHost>",
		}, "ServerAlias cannot stand outside a <VirtualHost>")
		return nil
	}
	return &ir.ServerAlias{Node: node(n), Names: texts(n.Words)}
}

func texts(words []parser.Word) []string {
	var all []string
	for _, w := range words {
		all = append(all, w.String())
	}
	return all
}

var optionNames = []string{"All", "None", "Indexes", "Includes", "IncludesNOEXEC", "FollowSymLinks", "SymLinksIfOwnerMatch", "ExecCGI", "MultiViews", "RunScripts"}

// lowerOptions is core: Options [+|-]name…. The first of the words with a sign decides whether all must have one, unless
// All or None stands before them.
func lowerOptions(l *lowering, n *parser.Node, _ place) ir.Item {
	signed, allOrNone := false, false
	for i, w := range n.Words {
		name, sign := w.String(), false
		if strings.HasPrefix(name, "+") || strings.HasPrefix(name, "-") {
			name, sign = name[1:], true
		}
		if i > 0 && (sign && !signed && !allOrNone || !sign && signed) {
			l.invalid(n, w.Text.All(), "Either all Options must start with + or -, or no Option may.",
				"write + or - before each option, or before none", "Options mixes words with and without a sign")
			return nil
		}
		signed = signed || sign
		switch every := clib.EqualFold(name, "All") || clib.EqualFold(name, "None"); {
		case !contains(optionNames, name):
			l.invalid(n, w.Text.All(), "Illegal option "+name, "write one of "+strings.Join(optionNames, ", "), "Options does not know %q", name)
			return nil
		case every && i > 0:
			l.invalid(n, w.Text.All(), "'Options "+name+"' must be the first Option given.", "write it first", "Options has %q behind other options", name)
			return nil
		case every && signed:
			l.wrong(n, w, "You may not use 'Options +"+name+"' or 'Options -"+name+"'.", "write "+name+" without a sign")
			return nil
		case every:
			allOrNone = true
		}
	}
	return &ir.Words{Node: node(n), Name: ir.WordsOptions, Values: texts(n.Words)}
}

func contains(list []string, word string) bool {
	for _, s := range list {
		if clib.EqualFold(s, word) {
			return true
		}
	}
	return false
}

var logLevels = []string{
	"emerg", "alert", "crit", "error", "warn", "notice", "info", "debug",
	"trace1", "trace2", "trace3", "trace4", "trace5", "trace6", "trace7", "trace8",
}

func lowerLogLevel(l *lowering, n *parser.Node, _ place) ir.Item {
	if !l.words(n, 1, -1, "requires at least one argument, Level of verbosity in error logging") {
		return nil
	}
	for _, w := range untilEmpty(n.Words) {
		if !l.logLevel(n, w) {
			return nil
		}
	}
	return &ir.Words{Node: node(n), Name: ir.WordsLogLevel, Values: texts(n.Words)}
}

// logLevel reports whether httpd takes level or module:level.
func (l *lowering) logLevel(n *parser.Node, w parser.Word) bool {
	const httpd = "Log level keyword must be one of emerg/alert/crit/error/warn/notice/info/debug/trace1/.../trace8"
	const help = "write one of emerg, alert, crit, error, warn, notice, info, debug, trace1 to trace8; or module:level"
	colon := strings.LastIndexByte(w.String(), ':')
	module, level := w.String()[:max(colon, 0)], w.String()[colon+1:]
	switch known := contains(logLevels, level); {
	case colon < 0 && !known:
		return l.wrong(n, w, httpd, help)
	case colon < 0:
	case level == "":
		return l.wrong(n, w, "Module specifier '"+module+"' must be followed by a log level keyword", help)
	case !known:
		return l.wrong(n, w, "%s: "+httpd, help)
	case !l.tree.HasModule(moduleID(module)):
		l.invalid(n, w.Text.All(), "Cannot find module "+module, "remove it, or load the module", "LogLevel names %q, which is not loaded", module)
		return false
	}
	return true
}

// moduleID is the identifier of a module that LogLevel names: proxy, proxy_module or mod_proxy.c.
func moduleID(name string) string {
	if file, ok := strings.CutSuffix(name, ".c"); ok {
		return strings.TrimPrefix(file, "mod_") + "_module"
	}
	if strings.HasSuffix(name, "_module") {
		return name
	}
	return name + "_module"
}
