package lower

import (
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/clib"
)

// proxyPass is mod_proxy's add_pass.
func proxyPass(match bool) func(*lowering, *parser.Node, place) ir.Item {
	return func(l *lowering, n *parser.Node, at place) ir.Item {
		item := &ir.ProxyPass{Node: node(n)}
		words := n.Words
		if len(words) > 0 && words[0].String() == "~" && !at.perDir() {
			if match {
				l.invalid(n, words[0].Text.All(), "ProxyPassMatch invalid syntax ('~' usage).", "remove the ~, or write ProxyPass", "ProxyPassMatch takes no ~")
				return nil
			}
			item.Tilde, words = true, words[1:]
		}
		if !l.proxyPassPath(n, item, &words, match, at) {
			return nil
		}
		target := words[0]
		item.URL, item.Exclude = target.String(), target.String() == "!"
		if item.Exclude {
			item.URL = ""
		} else if !l.target(n, target, "ProxyPass") {
			return nil
		}
		if !l.proxyPassWords(n, item, words[1:]) {
			return nil
		}
		if !item.Exclude && !l.checkParams(n, item.URL, item.Params, at) {
			return nil
		}
		if !item.Exclude {
			at.srv.define(item.URL, nil)
		}
		return item
	}
}

// proxyPassPath takes the path off the words, unless a section around gives it.
func (l *lowering) proxyPassPath(n *parser.Node, item *ir.ProxyPass, words *[]parser.Word, match bool, at place) bool {
	const missing = "ProxyPass|ProxyPassMatch needs a path when not defined in a location"
	regex := match || item.Tilde
	var pattern parser.Word
	if at.perDir() {
		if len(*words) == 0 {
			l.invalid(n, n.Span(), missing, "write "+n.Name+" http://backend/", "%s has no URL", n.Name)
			return false
		}
		if len(*words) > 1 && strings.HasPrefix((*words)[0].String(), "/") && !strings.Contains((*words)[1].String(), "=") {
			l.invalid(n, (*words)[0].Text.All(), "ProxyPass|ProxyPassMatch can not have a path when defined in a location.",
				"remove the path: that of <"+at.kind+"> counts", "%s cannot have a path inside <%s>", n.Name, at.kind)
			return false
		}
		regex = regex || at.glob
		pattern = sectionPattern(at)
	} else {
		if len(*words) < 2 {
			l.invalid(n, n.Span(), missing, "write "+n.Name+" /path http://backend/", "%s needs a path and a URL", n.Name)
			return false
		}
		pattern = (*words)[0]
		item.Path, *words = pattern.String(), (*words)[1:]
	}
	if regex {
		re, ok := l.regex(n, pattern, "Regular expression could not be compiled.")
		if !ok {
			return false
		}
		item.Regex = re
	}
	return true
}

// sectionPattern is the word with the path of the section around a place.
func sectionPattern(at place) parser.Word {
	if at.section == nil || len(at.section.Words) == 0 {
		return parser.Word{}
	}
	if words := at.section.Words; words[0].String() == "~" && len(words) > 1 {
		return words[1]
	}
	return at.section.Words[0]
}

// target reports whether a URL has the form that httpd takes.
func (l *lowering) target(n *parser.Node, w parser.Word, directive string) bool {
	url, span := w.String(), w.Text.All()
	if ir.IsBalancerURL(url) || clib.HasPrefixFold(url, "balancer:") {
		if name := ir.BalancerName(url); name == "" || name == "balancer://" {
			l.invalid(n, span, directive+" Bad syntax for a balancer name ("+url+")", "write balancer://name/", "%q names no balancer", url)
			return false
		}
		return true
	}
	if clib.HasPrefixFold(url, "unix:") && strings.Contains(url, "|") {
		if _, ok := ir.ParseURL(url); !ok {
			if directive == "ProxyPass" {
				directive = "ProxyPass|ProxyPassMatch"
			}
			l.invalid(n, span, directive+` uses an invalid "unix:" URL`, "write unix:/path/to.sock|http://localhost/", "%q is no URL of a Unix socket", url)
			return false
		}
	}
	parsed, ok := ir.ParseURL(url)
	if !ok || parsed.Host == "" && parsed.Socket == "" {
		l.invalid(n, span, directive+" URL must be absolute!: "+url, "write scheme://host[:port]/path", "%q is no URL with scheme and host", url)
		return false
	}
	if parsed.Port != "" && parsed.PortNumber() == 0 && strings.Trim(parsed.Port, "0123456789") != "" && !strings.ContainsAny(parsed.Port, "$") {
		l.invalid(n, span, directive+" Unable to parse URL: "+url, "write a port from 1 to 65535", "%q has no port %q", url, parsed.Port)
		return false
	}
	return true
}

// proxyPassWords takes the bare words and the parameters.
func (l *lowering) proxyPassWords(n *parser.Node, item *ir.ProxyPass, words []parser.Word) bool {
	for _, w := range words {
		switch clib.ToLower(w.String()) {
		case "nocanon":
			item.NoCanon = true
		case "interpolate":
			item.Interpolate = true
		case "noquery":
			item.NoQuery = true
		default:
			p, ok := param(w)
			if !ok {
				l.notKeyValue(n, w, "Invalid ProxyPass|ProxyPassMatch parameter. Parameter must be in the form 'key=value'.")
				return false
			}
			item.Params = append(item.Params, p)
		}
	}
	for _, p := range item.Params {
		if spec := ir.LookupParam(ir.ParamOfMapping, p.Key); spec != nil && spec.Check(p) != nil {
			l.invalid(n, p.Span, "unknown mapping", "write mapping=encoded or mapping=servlet", "mapping cannot be %q", p.Value)
			return false
		}
	}
	return true
}

func lowerProxyPassReverse(l *lowering, n *parser.Node, at place) ir.Item {
	if !l.words(n, 1, 3, "takes one, two or three arguments, a virtual path and a URL for reverse proxy behaviour") {
		return nil
	}
	item := &ir.ProxyPassReverse{Node: node(n)}
	words := n.Words
	if at.perDir() {
		if len(words) == 3 || len(words) == 2 && !clib.EqualFold(words[1].String(), "interpolate") {
			l.invalid(n, words[0].Text.All(), "ProxyPassReverse can not have a path when defined in a location",
				"remove the path: that of <"+at.kind+"> counts", "ProxyPassReverse cannot have a path inside <%s>", at.kind)
			return nil
		}
		item.URL, item.Interpolate = words[0].String(), len(words) == 2
		return item
	}
	if len(words) < 2 {
		l.invalid(n, n.Span(), "ProxyPassReverse needs a path when not defined in a location",
			"write ProxyPassReverse /path http://backend/", "ProxyPassReverse needs a path and a URL")
		return nil
	}
	item.Path, item.URL = words[0].String(), words[1].String()
	item.Interpolate = len(words) == 3 && clib.EqualFold(words[2].String(), "interpolate")
	return item
}
