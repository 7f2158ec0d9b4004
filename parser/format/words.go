package format

import (
	"strings"

	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/directive"
	"github.com/lbconf/lbconf/parser/rewrite"
)

// splitting is how a directive splits its arguments, as far as its white space is concerned.
type splitting uint8

const (
	// whole arguments are one text; or how they are split is not known.
	whole splitting = iota
	// words are those of ap_getword_conf, which httpd uses for every shape but RAW_ARGS and most modules for that one.
	words
	// head is a word, and a text behind it.
	head
	// requirement is Require, which leaves what follows to the provider that it names.
	requirement
	// rewriting is that of mod_rewrite.
	rewriting
)

// splittingOf returns how a directive or section splits its arguments.
func splittingOf(d *directive.Directive) splitting {
	if d.Args != directive.RawArgs {
		return words
	}
	switch d.Name {
	case "AccessFileName", "AllowOverride", "DirectoryIndex", "FileETag", "Mutex", "Options", "RegexDefaultOptions", "ServerAlias",
		"Header", "RequestHeader", "SetEnvIf", "SetEnvIfNoCase", "SetEnvIfExpr", "BrowserMatch", "BrowserMatchNoCase",
		"ProxyPass", "ProxyPassMatch", "BalancerMember", "ProxySet", "ProxyHCTemplate", "RequestReadTimeout", "UserDir",
		"SSLOptions", "SSLProtocol", "SSLProxyProtocol", "SSLCARevocationCheck", "SSLProxyCARevocationCheck",
		"Macro", "Use", "UndefMacro",
		"VirtualHost", "Directory", "DirectoryMatch", "Files", "FilesMatch", "Location", "LocationMatch", "Limit", "LimitExcept",
		"Proxy", "ProxyMatch", "AuthnProviderAlias":
		return words
	case "ProxyHCExpr":
		return head
	case "Require":
		return requirement
	case "RewriteRule", "RewriteCond":
		return rewriting
	}
	return whole
}

// split notes the white space between the arguments of a line, which are the bytes from from up to to.
func (p *printer) split(how splitting, text string, from, to int) {
	switch how {
	case whole:
	case words:
		p.splitWords(text[:to], from, -1)
	case head:
		p.splitWords(text[:to], from, 1)
	case requirement:
		p.splitWords(text[:to], from, requireHead(text[from:to]))
	case rewriting:
		p.splitRewrite(text[from:to], from)
	}
}

// splitWords notes the white space behind each of the first n words, or of all where n is negative.
func (p *printer) splitWords(text string, at, n int) {
	for ; n != 0 && at < len(text); n-- {
		end := parser.WordEnd(text, at)
		at = end + len(text[end:]) - len(strings.TrimLeft(text[end:], space))
		if at < len(text) {
			p.cut(end, at)
		}
	}
}

// requireHead returns how many words of Require are words: all where the provider takes words, else up to the provider.
func requireHead(args string) int {
	provider, next := firstWord(args)
	n := 1
	if clib.EqualFold(provider, "not") {
		n = 2
		provider, _ = firstWord(args[next:])
	}
	switch clib.ToLower(provider) {
	case "ip", "host", "forward-dns", "env", "method", "user", "group", "all", "local", "valid-user":
		return -1
	}
	return n
}

// firstWord returns the first word of arguments, and where the next one begins.
func firstWord(args string) (word string, next int) {
	if args == "" {
		return "", 0
	}
	end := parser.WordEnd(args, 0)
	return args[:end], len(args) - len(strings.TrimLeft(args[end:], space))
}

// splitRewrite notes the white space in front of the second and the third argument of mod_rewrite, and of what it ignores.
func (p *printer) splitRewrite(raw string, offset int) {
	args, problems := rewrite.SplitArgs(raw)
	if len(rewrite.Refused(problems)) > 0 {
		return
	}
	end := rewriteEnd(raw, args.First)
	for _, w := range []rewrite.Word{args.Second, args.Flags, args.Rest} {
		if !w.Present {
			return
		}
		start := w.Start
		if w.Quote != 0 {
			start--
		}
		p.cut(offset+end, offset+start)
		end = rewriteEnd(raw, w)
	}
}

// rewriteEnd returns where a word ends, its closing quote included.
func rewriteEnd(raw string, w rewrite.Word) int {
	if w.Quote != 0 && w.End < len(raw) {
		return w.End + 1
	}
	return w.End
}
