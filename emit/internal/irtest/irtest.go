// Package irtest generates configurations for the laws of the emitters: every type of item in the contexts that httpd
// takes it in, with text that is hard to write down.
package irtest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"pgregory.net/rapid"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/fnmatch"
	"github.com/lbconf/lbconf/parser/pcre"
	"github.com/lbconf/lbconf/parser/rewrite"
)

// Nasty are texts that some syntax takes for something else.
func Nasty() []string {
	return []string{
		"", " ", "  a  ", "yes", "on", "Off", "null", "~", "true", "007", "0x1F", "1e3", "1_000", "2024-01-02", "12:30:45", "-", "- a",
		"a: b", "a:", ": a", "# a", "a # b", "a#b", "'", "\"", "'a'", "\"a\"", "a'b\"c", "\\", "a\\", "a\\\\", "\\\\server", "\\\"", "\\d+\\.\\w",
		"*a", "&a", "!a", "%{X}e", "@a", "`a`", "{a}", "[a]", "[a,b]", "a,b", "|a", ">a", "<a>", "? a", "=", "<<", "...", "---",
		"\u0085", "\u2028", "\ufeffa", "é", "日本", "\xff\xfe", "a\x80", "\x01", "\x7f", "\x1b[31m", "a\tb", "a\rb",
		"${", "$1", "%1", "%{REQUEST_URI}", "${map:key|x}", "key=value", "=a", "a b\\", strings.Repeat("long ", 300),
	}
}

// Broken are texts that no line of a configuration of httpd can hold.
func Broken() []string { return []string{"\n", "a\nb", "a\n", "\n# a\n", "a\x00b", "\r\n"} }

// Text generates nasty texts, wild ones with line breaks too.
func Text(wild bool) *rapid.Generator[string] {
	texts := Nasty()
	if wild {
		texts = append(texts, Broken()...)
	}
	free := rapid.StringMatching(`[ -~]{0,12}`)
	if wild {
		free = rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 12), func(b []byte) string { return string(b) })
	}
	return rapid.OneOf(rapid.SampledFrom(texts), free)
}

// Config generates a configuration. A wild one holds what the IR can say and httpd refuses, such as line breaks and
// parameters that do not exist; the others can be written in the language of httpd and read back.
func Config(wild bool) *rapid.Generator[*ir.Config] {
	return rapid.Custom(func(t *rapid.T) *ir.Config {
		g := &generator{t: t, wild: wild, text: Text(wild)}
		cfg := &ir.Config{Items: g.scope(inMain, 2)}
		if wild {
			cfg.Server = g.coin("server")
			if g.coin("assumed") {
				cfg.Assumed = []string{g.any("assumed module")}
			}
		}
		cfg.Number()
		return cfg
	})
}

// context is what a scope is.
type context int

const (
	inMain context = iota
	inSite
	inLocation
	inBalancer
)

type generator struct {
	t    *rapid.T
	wild bool
	// pattern is what the location around selects.
	around string
	text   *rapid.Generator[string]
}

func (g *generator) any(label string) string { return g.text.Draw(g.t, label) }

// some is a text that is not empty and begins and ends with a letter that no syntax trims or interprets.
func (g *generator) some(label string) string { return "x" + g.any(label) + "x" }

func (g *generator) coin(label string) bool { return rapid.Bool().Draw(g.t, label) }

func (g *generator) pick(label string, words ...string) string {
	return rapid.SampledFrom(words).Draw(g.t, label)
}

func (g *generator) scope(where context, depth int) []ir.Item {
	var items []ir.Item
	for range rapid.IntRange(0, 6).Draw(g.t, "items") {
		items = append(items, g.item(where, depth))
	}
	return items
}

func (g *generator) item(where context, depth int) ir.Item {
	kinds := []func(context) ir.Item{
		g.switchItem, g.word, g.words, g.header, g.header, g.residue, g.rule, g.cond, g.rule, g.errorDocument, g.mime, g.filter,
		g.setEnvIf, g.setEnv, g.envNames,
	}
	if where == inLocation || where == inBalancer || g.wild {
		kinds = append(kinds, g.require, g.order, g.allow, g.requireSection)
	}
	switch where {
	case inMain:
		kinds = append(kinds, g.loadModule, g.listen, g.serverName, g.rewriteMap, g.logFormat, g.customLog, g.pass, g.pass, g.reverse, g.reverse, g.cookie, g.variable, g.number, g.alias)
	case inSite:
		kinds = append(kinds, g.serverName, g.rewriteMap, g.serverAlias, g.logFormat, g.customLog, g.pass, g.pass, g.reverse, g.reverse, g.number, g.alias)
	case inLocation:
		kinds = append(kinds, g.pass, g.reverse, g.cookie, g.variable, g.alias)
	case inBalancer:
		kinds = append(kinds, g.member, g.member, g.set, g.set, g.healthTemplate, g.healthExpr)
	}
	if depth > 0 && (where == inMain || where == inSite) {
		for range 3 {
			kinds = append(kinds, func(context) ir.Item { return g.section(depth - 1) })
		}
		if where == inMain {
			kinds = append(kinds, func(context) ir.Item { return g.site(depth - 1) })
		}
	}
	return rapid.SampledFrom(kinds).Draw(g.t, "kind")(where)
}

func (g *generator) loadModule(context) ir.Item {
	return &ir.LoadModule{Module: g.pick("module", "proxy_module", "headers_module", "rewrite_module"), File: g.some("file")}
}

func (g *generator) listen(context) ir.Item {
	return &ir.Listen{
		Address:  g.pick("address", "", "127.0.0.1", "::1", "0.0.0.0"),
		Port:     rapid.IntRange(1, 65535).Draw(g.t, "port"),
		Protocol: g.pick("protocol", "", "https", "http"),
	}
}

func (g *generator) serverName(context) ir.Item {
	name := &ir.ServerName{Scheme: g.pick("scheme", "", "http", "https"), Host: g.pick("host", "example.com", "a.example", "192.0.2.7", "x")}
	if g.coin("with port") {
		name.Port = rapid.IntRange(1, 65535).Draw(g.t, "port")
	}
	return name
}

func (g *generator) serverAlias(context) ir.Item { return &ir.ServerAlias{Names: g.list("alias")} }

// list is at least one text.
func (g *generator) list(label string) []string {
	n := rapid.IntRange(1, 3).Draw(g.t, label+" count")
	words := make([]string, n)
	for i := range words {
		words[i] = g.some(label)
	}
	return words
}

func (g *generator) switchItem(where context) ir.Item {
	names := []ir.SwitchName{ir.SwitchRewriteEngine, ir.SwitchProxyPreserveHost, ir.SwitchProxyAddHeaders, ir.SwitchProxyPassInterpolateEnv}
	if where == inMain || where == inSite {
		names = append(names, ir.SwitchStrictHostCheck, ir.SwitchMergeTrailers)
	}
	name := rapid.SampledFrom(names).Draw(g.t, "switch")
	return &ir.Switch{Name: name, On: g.coin("on")}
}

func (g *generator) number(context) ir.Item {
	n := &ir.Number{
		Name: rapid.SampledFrom([]ir.NumberName{
			ir.NumberTimeout, ir.NumberProxyTimeout, ir.NumberKeepAliveTimeout, ir.NumberMaxKeepAliveRequests, ir.NumberSSLVerifyDepth,
			ir.NumberLimitRequestLine, ir.NumberLimitRequestFields, ir.NumberLimitRequestFieldsize, ir.NumberLimitRequestBody,
		}).Draw(g.t, "number"),
		Written: g.pick("written", "5", "30", "500ms", "5s", "007", "1x", "2min", "+3"),
	}
	var ok bool
	if n.Value, ok = n.Name.Read(n.Written); !ok {
		n.Written = "5"
		n.Value, _ = n.Name.Read(n.Written)
	}
	return n
}

func (g *generator) word(where context) ir.Item {
	if where == inMain || where == inSite {
		switch rapid.IntRange(0, 10).Draw(g.t, "word") {
		case 8:
			return &ir.Word{Name: ir.WordProxyBadHeader, Value: g.pick("bad header", "IsError", "Ignore", "StartBody")}
		case 10:
			return &ir.Word{Name: ir.WordProxyFCGIBackendType, Value: g.pick("backend type", "FPM", "GENERIC")}
		case 9:
			return &ir.Word{Name: ir.WordAllowEncodedSlashes, Value: g.pick("slashes", "On", "Off", "NoDecode")}
		case 0:
			return &ir.Word{Name: ir.WordServerAdmin, Value: g.some("admin")}
		case 1:
			return &ir.Word{Name: ir.WordDocumentRoot, Value: g.some("root")}
		case 2:
			return &ir.Word{Name: ir.WordErrorLog, Value: g.some("log")}
		case 3:
			return &ir.Word{Name: ir.WordSSLCertificateFile, Value: g.some("certificate")}
		case 4:
			return &ir.Word{Name: ir.WordSSLVerifyClient, Value: g.pick("verify", "none", "optional", "require", "optional_no_ca")}
		case 6:
			return &ir.Word{Name: ir.WordTraceEnable, Value: g.pick("trace", "on", "off", "extended")}
		case 5:
			return &ir.Word{Name: ir.WordProxyStatus, Value: g.pick("status", "Off", "On", "Full")}
		}
		return &ir.Word{Name: ir.WordProxyVia, Value: g.pick("via", "On", "Off", "Full", "Block")}
	}
	// Without a backslash, which would be one of an expression's text.
	return &ir.Word{Name: ir.WordSetHandler, Value: strings.ReplaceAll(g.some("handler"), `\`, "/")}
}

func (g *generator) words(where context) ir.Item {
	words := func(name ir.WordsName, values ...string) ir.Item {
		return &ir.Words{Name: name, Values: rapid.SliceOfN(rapid.SampledFrom(values), 1, 3).Draw(g.t, string(name))}
	}
	switch rapid.IntRange(0, 6).Draw(g.t, "words") {
	case 6:
		if where == inMain || where == inSite {
			return g.forward()
		}
	case 0:
		return words(ir.WordsSSLOptions, "+StdEnvVars", "-ExportCertData", "OptRenegotiate")
	case 1:
		if where == inMain || where == inSite {
			return words(ir.WordsSSLProtocol, "all", "-TLSv1.3", "+TLSv1.2")
		}
	case 3:
		if where == inMain || where == inSite {
			return words(ir.WordsRequestReadTimeout, "header=20-40,MinRate=500", "body=0", "handshake=5,minrate=1")
		}
	case 5:
		if where == inMain {
			return words(ir.WordsRegisterHttpMethod, "FOO", "BAR", "x-y")
		}
	case 2:
		if where == inMain || where == inSite {
			return &ir.Words{Name: ir.WordsSSLCipherSuite, Values: []string{g.pick("protocol", "SSL", "TLSv1.3"), g.some("suites")}}
		}
	}
	return words(ir.WordsOptions, "+Indexes", "-ExecCGI", "+FollowSymLinks")
}

// forward is a directive of a forward proxy.
func (g *generator) forward() ir.Item {
	remote := []string{g.pick("scheme", "*", "http", "http://b.test/"), g.pick("remote", "http://p.test:3128", "http://p.test")}
	switch rapid.IntRange(0, 5).Draw(g.t, "forward") {
	case 0:
		return &ir.Words{Name: ir.WordsProxyRemote, Values: append(remote, "u:"+g.some("password"))}
	case 1:
		return &ir.Words{Name: ir.WordsProxyRemoteMatch, Values: []string{"^http://" + g.pick("host", "b", "[a-z]+") + "/", remote[1]}}
	case 2:
		return &ir.Words{Name: ir.WordsNoProxy, Values: g.list("direct")}
	case 3:
		return &ir.Words{Name: ir.WordsAllowCONNECT, Values: []string{"443", g.pick("ports", "1-2", "8443")}}
	case 4:
		return &ir.Word{Name: ir.WordProxyDomain, Value: "." + g.some("domain")}
	}
	return &ir.Words{Name: ir.WordsProxyBlock, Values: g.list("blocked")}
}

func (g *generator) errorDocument(context) ir.Item {
	return &ir.ErrorDocument{Status: rapid.SampledFrom([]int{403, 404, 503}).Draw(g.t, "status"), Target: strings.ReplaceAll(g.some("document"), "%{", "")}
}

func (g *generator) mime(context) ir.Item {
	edit := &ir.MimeEdit{Extensions: g.list("extension")}
	edit.Action = rapid.SampledFrom([]ir.MimeAction{ir.MimeAddType, ir.MimeAddOutputFilter, ir.MimeRemoveCharset}).Draw(g.t, "mime")
	if !edit.Action.Removes() {
		edit.Value = g.some("mime value")
	}
	return edit
}

func (g *generator) filter(context) ir.Item {
	return &ir.FilterByType{Filters: g.pick("filters", "DEFLATE", "deflate", "DEFLATE;INFLATE"), Types: g.list("media type")}
}

func (g *generator) alias(where context) ir.Item {
	alias := &ir.Alias{Path: g.path(where), Target: strings.ReplaceAll(g.some("alias"), "%{", "")}
	if where != inLocation && g.coin("alias match") {
		alias.Regex = g.pattern()
		alias.Path = alias.Regex.Source
	}
	return alias
}

func (g *generator) header(context) ir.Item {
	h := &ir.HeaderEdit{Request: g.coin("request"), Name: g.pick("name", "X-A", "Set-Cookie", "Location", "on"), Value: g.some("value")}
	h.Action = rapid.SampledFrom([]ir.HeaderAction{
		ir.HeaderAdd, ir.HeaderSet, ir.HeaderSetIfEmpty, ir.HeaderAppend, ir.HeaderMerge, ir.HeaderUnset, ir.HeaderEditFirst, ir.HeaderEditAll,
	}).Draw(g.t, "action")
	if !h.Request {
		h.Always = g.coin("always")
		h.OnSuccess = !h.Always && g.coin("on success")
	}
	switch h.Action {
	case ir.HeaderUnset, ir.HeaderEcho:
		h.Value = ""
	case ir.HeaderEditFirst, ir.HeaderEditAll:
		h.Value, h.Replacement = g.pattern().Source, format(g.some("replacement"))
	case ir.HeaderAdd, ir.HeaderSet, ir.HeaderSetIfEmpty, ir.HeaderAppend, ir.HeaderMerge, ir.HeaderNote:
		h.Value = format(h.Value)
	}
	if g.coin("condition") {
		h.Condition = g.pick("condition", "env=HTTPS", "env=!X")
	}
	return h
}

// format is a text without the letters of a format.
func format(text string) string { return strings.ReplaceAll(text, "%", "") + "%%" }

func (g *generator) require(context) ir.Item {
	q := &ir.Require{Not: g.wild && g.coin("not")}
	switch rapid.IntRange(0, 3).Draw(g.t, "provider") {
	case 0:
		q.Provider, q.Args = "all", []string{g.pick("all", "granted", "denied")}
	case 1:
		q.Provider, q.Args = "ip", []string{"192.0.2.0/24", "2001:db8::1"}
	case 2:
		q.Provider, q.Args = "env", []string{"A", "B"}
	default:
		q.Provider = "local"
	}
	if g.wild && g.coin("wild") {
		q.Provider, q.Args = "x"+strings.ToLower(g.any("provider")), g.list("args")
	}
	return q
}

func (g *generator) requireSection(context) ir.Item {
	s := &ir.Section{Kind: rapid.SampledFrom([]ir.SectionKind{ir.SectionRequireAll, ir.SectionRequireAny}).Draw(g.t, "group")}
	for i := range rapid.IntRange(1, 3).Draw(g.t, "requirements") {
		q := g.require(inLocation).(*ir.Require)
		q.Not = q.Provider != "all" && s.Kind == ir.SectionRequireAll && i > 0
		s.Items = append(s.Items, q)
	}
	return s
}

func (g *generator) order(context) ir.Item {
	if g.coin("satisfy") {
		return &ir.AccessOrder{Satisfy: true, Value: g.pick("satisfy", "all", "any")}
	}
	return &ir.AccessOrder{Value: g.pick("order", "deny,allow", "allow,deny", "mutual-failure")}
}

func (g *generator) allow(context) ir.Item {
	return &ir.AccessRule{Deny: g.coin("deny"), From: rapid.SliceOfN(rapid.SampledFrom([]string{"all", "192.0.2.1", "example.com", "env=X"}), 1, 1).Draw(g.t, "from")}
}

func (g *generator) rewriteMap(context) ir.Item {
	return &ir.RewriteMap{Name: g.some("map"), Source: g.pick("source", "txt:", "rnd:", "") + g.some("file"), Owner: g.pick("owner", "", "a:b")}
}

func (g *generator) setEnvIf(context) ir.Item {
	return &ir.SetEnvIf{Attribute: g.pick("attribute", "Remote_Addr", "User-Agent", "^X-(A|B)$"), Pattern: g.pattern(), NoCase: g.coin("nocase"), Assign: g.list("assign")}
}

func (g *generator) setEnv(context) ir.Item {
	return &ir.SetEnv{Name: g.some("name"), Value: g.pick("value", "", "a", "a b", "on")}
}

func (g *generator) envNames(context) ir.Item {
	return &ir.EnvNames{Unset: g.coin("unset"), Names: g.list("names")}
}

func (g *generator) logFormat(context) ir.Item {
	f := &ir.LogFormat{Format: format(g.some("format")), Nickname: g.pick("nickname", "", "short", "yes")}
	if f.Nickname == "" {
		f.Format += " x"
	}
	return f
}

func (g *generator) customLog(context) ir.Item {
	return &ir.CustomLog{
		Target: g.some("target"), Format: g.pick("format", "common", "%h %>s \"%r\""), Condition: g.pick("condition", "", "env=X", "env=!X"),
	}
}

// pattern is a regular expression with letters that a quote must care for.
func (g *generator) pattern() *pcre.Pattern {
	source := g.pick("pattern", "^/a/(.*)$", `^/a\.b"c'd`, `\\server\d+`, "a b", "a\tb", "^$", "#x", "%{x}", "[ \"']+", `(?i)x\"`, "é")
	pattern, err := pcre.Parse(source)
	if err != nil {
		g.t.Fatalf("pattern %q: %v", source, err)
	}
	return pattern
}

func (g *generator) path(where context) string {
	if where == inLocation {
		return ""
	}
	return "/" + g.any("path")
}

func (g *generator) url() string {
	return g.pick("url", "http://b.example/", "http://192.0.2.1:8080/x", "https://[::1]:8443", "ws://b/ws/", "http://b/a#b", "http://b/a b")
}

func (g *generator) pass(where context) ir.Item {
	p := &ir.ProxyPass{Path: g.path(where), URL: g.url(), Params: g.params(), NoCanon: g.coin("nocanon"), Interpolate: g.coin("interpolate"), NoQuery: g.coin("noquery")}
	if where == inLocation && fnmatch.HasWildcard(g.around) || where == inLocation && g.coin("match") {
		regex, err := pcre.Parse(g.around)
		if err != nil {
			return &ir.Switch{Name: ir.SwitchProxyPreserveHost}
		}
		p.Regex = regex
	}
	if where != inLocation && g.coin("regex") {
		p.Regex = g.pattern()
		p.Path, p.Tilde = p.Regex.Source, g.coin("tilde")
	}
	if g.coin("exclude") {
		p.URL, p.Exclude, p.Params = "", true, nil
		p.NoCanon, p.Interpolate, p.NoQuery = false, false, false
	}
	return p
}

func (g *generator) reverse(where context) ir.Item {
	return &ir.ProxyPassReverse{Path: g.path(where), URL: g.pick("reverse", "http://b.example/", "/x", "on", "https://c/"), Interpolate: g.coin("interpolate")}
}

func (g *generator) cookie(context) ir.Item {
	return &ir.ProxyPassReverseCookie{Domain: g.coin("domain"), Internal: g.some("internal"), Public: g.some("public"), Interpolate: g.coin("interpolate")}
}

func (g *generator) variable(context) ir.Item {
	item := &ir.FCGISetEnvIf{Condition: g.pick("condition", "true", "reqenv('A') =~ m#/(b)#"), Name: g.pick("variable", "A", "PATH_INFO"), Unset: g.coin("unset")}
	if !item.Unset {
		item.Value = g.pick("set to", "", "a b", "$1%{REQUEST_URI}")
	}
	return item
}

// params are parameters of a worker that httpd takes.
func (g *generator) params() []ir.Param {
	all := []ir.Param{
		{Key: "timeout", Value: "5"},
		{Key: "timeout", Value: "500ms"},
		{Key: "keepalive", Value: "On"},
		{Key: "retry", Value: "0"},
		{Key: "route", Value: "a b"},
		{Key: "loadfactor", Value: "1.5"},
		{Key: "ttl", Value: "007"},
		{Key: "flushpackets", Value: "auto"},
	}
	if g.wild {
		all = append(all, ir.Param{Key: strings.ToLower(g.any("key")), Value: g.any("value")}, ir.Param{Key: "url", Value: "x"}, ir.Param{Key: "route"})
	}
	if !g.coin("params") {
		return nil
	}
	return rapid.SliceOfN(rapid.SampledFrom(all), 1, 4).Draw(g.t, "params")
}

func (g *generator) member(context) ir.Item {
	return &ir.BalancerMember{URL: g.url(), Params: g.params()}
}

func (g *generator) healthTemplate(context) ir.Item {
	return &ir.HealthTemplate{Name: g.some("template"), Params: rapid.SliceOfN(rapid.SampledFrom([]ir.Param{
		{Key: "hcmethod", Value: "GET"}, {Key: "hcuri", Value: "/a b"}, {Key: "hcinterval", Value: "500ms"}, {Key: "hcfails", Value: "2"},
	}), 0, 3).Draw(g.t, "keys")}
}

func (g *generator) healthExpr(context) ir.Item {
	return &ir.HealthExpr{Name: g.pick("condition", "up", "x"), Expr: g.pick("expr", "%{REQUEST_STATUS} =~ /^[23]/", "hc('body') == \"a\\\\b\"", "true", "!false")}
}

func (g *generator) set(context) ir.Item {
	return &ir.ProxySet{Params: rapid.SliceOfN(rapid.SampledFrom([]ir.Param{
		{Key: "lbmethod", Value: "byrequests"}, {Key: "stickysession", Value: "A|a"}, {Key: "failonstatus", Value: "500, 503"}, {Key: "nofailover", Value: "On"},
	}), 1, 3).Draw(g.t, "set")}
}

func (g *generator) section(depth int) ir.Item {
	switch rapid.IntRange(0, 5).Draw(g.t, "section") {
	case 0:
		return &ir.Section{Kind: ir.SectionProxy, Pattern: "balancer://" + g.pick("balancer", "a", "b", "my-cluster"), Items: g.scope(inBalancer, 0)}
	case 1:
		s := &ir.Section{Kind: ir.SectionProxy, Pattern: g.pick("backend", "http://b.example/", "*", "http://b:81")}
		if s.Pattern != "*" && g.coin("tag") {
			s.Params = g.params()
		}
		return s
	case 2:
		s := &ir.Section{Kind: rapid.SampledFrom([]ir.SectionKind{ir.SectionLocationMatch, ir.SectionLocation}).Draw(g.t, "kind"), Regex: g.pattern()}
		s.Pattern, s.Tilde = s.Regex.Source, s.Kind == ir.SectionLocation
		s.Items = g.location(s.Pattern, depth)
		return s
	case 3:
		return &ir.Section{Kind: ir.SectionIf, Pattern: g.pick("expr", "%{HTTPS} == 'on'", `%{REQUEST_URI} =~ m#^/a "b"#`, "true")}
	case 4:
		kind := rapid.SampledFrom([]ir.SectionKind{ir.SectionDirectory, ir.SectionFiles}).Draw(g.t, "files")
		return &ir.Section{Kind: kind, Pattern: g.pick("files", "/srv/www", "/srv/a b", "*.html")}
	}
	s := &ir.Section{Kind: ir.SectionLocation, Pattern: "/" + g.any("location")}
	s.Items = g.location(s.Pattern, depth)
	return s
}

// location is what stands in a location.
func (g *generator) location(pattern string, depth int) []ir.Item {
	g.around = pattern
	return g.scope(inLocation, depth)
}

func (g *generator) site(depth int) ir.Item {
	host := &ir.VirtualHost{Items: g.scope(inSite, depth)}
	for range rapid.IntRange(1, 2).Draw(g.t, "addresses") {
		host.Addresses = append(host.Addresses, rapid.SampledFrom([]ir.Address{
			{Host: "*", Port: 80}, {Host: "*"}, {Host: "192.0.2.1", Port: 443}, {Host: "::1", Port: 80}, {Host: "_default_", Port: 443}, {Host: "::1"},
		}).Draw(g.t, "address"))
	}
	if g.wild && g.coin("wild address") {
		host.Addresses[0].Host = g.any("address")
	}
	return host
}

func (g *generator) rule(context) ir.Item {
	raw := g.argument("pattern") + " " + g.argument("to")
	if flags := g.pick("flags", "", "[P,L]", "[R=301,NE]", "[E=a:b]", `"[E=a:b c]"`, "[ L , NC ]"); flags != "" {
		raw += "  " + flags
	}
	rule, problems := rewrite.ParseRule(raw)
	if len(rewrite.Refused(problems)) > 0 {
		rule, _ = rewrite.ParseRule("^ - [L]")
	}
	return &ir.RewriteRule{Rule: rule}
}

func (g *generator) cond(context) ir.Item {
	raw := g.pick("cond", "%{HTTP_HOST} !^www [NC]", "%{REQUEST_FILENAME} -f", `expr "%{HTTPS} == 'on'"`, "%{QUERY_STRING} =\"\"", "%1 -eq5 [OR]", `EXPR true`)
	if g.coin("nasty") {
		raw = g.argument("test") + " " + g.argument("cond")
	}
	cond, problems := rewrite.ParseCond(raw)
	if len(rewrite.Refused(problems)) > 0 {
		cond, _ = rewrite.ParseCond("%{HTTPS} on")
	}
	return &ir.RewriteCond{Cond: cond}
}

// argument is a word of mod_rewrite.
func (g *generator) argument(label string) string {
	text := g.any(label)
	quoted := g.pick("quote", `"`+text+`"`, "'"+text+"'", text)
	args, problems := rewrite.SplitArgs(quoted + " x")
	if len(problems) > 0 || args.Second.Text != "x" || args.First.Text != text || strings.ContainsAny(quoted, "\n\x00") || strings.HasSuffix(quoted, `\`) || strings.TrimSpace(quoted) != quoted {
		return "^/(.*)"
	}
	return quoted
}

func (g *generator) residue(context) ir.Item {
	r := &ir.Residue{State: ir.ResidueUnknown, Name: "Xyzzy" + strconv.Itoa(rapid.IntRange(0, 9).Draw(g.t, "name"))}
	if g.coin("arguments") {
		r.Args = g.pick("args", "a", `"a b" c`, "a # b", `a\b`, "<a>", "a  b")
	}
	if g.wild {
		r.State = rapid.SampledFrom([]ir.ResidueState{ir.ResidueInert, ir.ResidueUnsupported, ir.ResidueUnknown, ir.ResidueRefused}).Draw(g.t, "state")
		r.Guards = g.coin("guards")
		if g.coin("wild") {
			r.Name, r.Args = g.any("name"), g.any("args")
		}
		if r.Section = g.coin("section"); r.Section && g.coin("inside") {
			r.Items = []ir.Item{g.switchItem(inLocation)}
		}
	}
	return r
}

// Describe lists the items of a configuration, for messages of tests.
func Describe(cfg *ir.Config) string {
	var lines []string
	for item := range ir.All(cfg.Items) {
		lines = append(lines, fmt.Sprintf("%d %T %+v", item.Head().Seq, item, item))
	}
	return strings.Join(slices.Clip(lines), "\n")
}
