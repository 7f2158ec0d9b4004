package lower

import (
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/fnmatch"
	"github.com/lbconf/lbconf/parser/pcre"
)

// proxyPass is mod_proxy's add_pass.
func proxyPass(match bool) func(*lowering, *parser.Node, place) ir.Item {
	return func(l *lowering, n *parser.Node, at place) ir.Item {
		item := &ir.ProxyPass{Node: node(n)}
		pass := passWords{match: match}
		if !l.passWords(n, item, &pass, at) || !l.passPath(n, item, &pass, at) {
			return nil
		}
		item.URL, item.Exclude = pass.url.String(), pass.url.String() == "!"
		if item.Exclude {
			item.URL = ""
			return item
		}
		if !l.passTarget(n, item, pass, at) {
			return nil
		}
		return item
	}
}

// passWords are the words of a ProxyPass.
type passWords struct {
	// path is the first, or what the section around selects.
	path parser.Word
	url  *parser.Word
	// match says that path is a regular expression.
	match bool
}

// passWords sorts the words of a ProxyPass. What is wrong with one of them httpd says before it looks at path and URL.
func (l *lowering) passWords(n *parser.Node, item *ir.ProxyPass, pass *passWords, at place) bool {
	path, inside := at.path()
	named := inside
	for i, w := range n.Words {
		switch {
		case !named && w.String() == "~":
			if pass.match && !item.Tilde {
				l.invalid(n, w.Text.All(), "ProxyPassMatch invalid syntax ('~' usage).", "remove the ~, or write ProxyPass", "ProxyPassMatch takes no ~")
				return false
			}
			item.Tilde, pass.match = true, true
		case !named:
			item.Path, pass.path, named = w.String(), w, true
		case pass.url == nil:
			pass.url = &n.Words[i]
		default:
			if !l.passWord(n, item, w, inside && strings.HasPrefix(pass.url.String(), "/"), at) {
				return false
			}
		}
	}
	if inside {
		pass.path = sectionPattern(at)
		pass.match = pass.match || fnmatch.HasWildcard(path)
	}
	return true
}

// passWord takes a word behind the URL. pathInside says that what stands for the URL is a path inside a section.
func (l *lowering) passWord(n *parser.Node, item *ir.ProxyPass, w parser.Word, pathInside bool, at place) bool {
	switch clib.ToLower(w.String()) {
	case "nocanon":
		item.NoCanon = true
		return true
	case "interpolate":
		item.Interpolate = true
		return true
	case "noquery":
		item.NoQuery = true
		return true
	}
	p, ok := param(w)
	switch spec := ir.LookupParam(ir.ParamOfMapping, p.Key); {
	case !ok && pathInside:
		l.invalid(n, n.Words[0].Text.All(), "ProxyPass|ProxyPassMatch can not have a path when defined in a location.",
			"remove the path: that of <"+at.kind+"> counts", "%s cannot have a path inside <%s>", n.Name, at.kind)
		return false
	case !ok:
		l.notKeyValue(n, w, "Invalid ProxyPass|ProxyPassMatch parameter. Parameter must be in the form 'key=value'.")
		return false
	case spec != nil && spec.Check(p) != nil:
		l.invalid(n, p.Span, "unknown mapping", "write mapping=encoded or mapping=servlet", "mapping cannot be %q", p.Value)
		return false
	}
	item.Params = append(item.Params, p)
	return true
}

// passPath looks at what is mapped.
func (l *lowering) passPath(n *parser.Node, item *ir.ProxyPass, pass *passWords, at place) bool {
	if pass.url == nil {
		message, help := "%s needs a path and a URL", "write "+n.Name+" /path http://backend/"
		if at.perDir() {
			message, help = "%s has no URL", "write "+n.Name+" http://backend/"
		}
		l.invalid(n, n.Span(), "ProxyPass|ProxyPassMatch needs a path when not defined in a location", help, message, n.Name)
		return false
	}
	if !l.socket(target{n: n, says: "ProxyPass", url: pass.url.String(), span: pass.url.Text.All()}) {
		return false
	}
	if !pass.match {
		return true
	}
	const refused = "Regular expression could not be compiled."
	if at.perDir() {
		// What is wrong stands in the section, and httpd finds it here.
		re, err := pcre.Parse(pass.path.String())
		if item.Regex = re; err != nil {
			l.invalid(n, n.Span(), refused, "write ProxyPassMatch in a <LocationMatch>, or a path without wildcards",
				"httpd takes %q, which <%s> selects, for a regular expression here, and refuses it: %s", pass.path, at.kind, err)
		}
		return err == nil
	}
	re, ok := l.regex(n, pass.path, refused)
	item.Regex = re
	return ok
}

// passTarget defines the balancer or the worker of the URL where it is not there, and looks at the parameters.
func (l *lowering) passTarget(n *parser.Node, item *ir.ProxyPass, pass passWords, at place) bool {
	to := target{n: n, says: "ProxyPass", url: item.URL, span: pass.url.Text.All()}
	if !at.perDir() {
		to.front = pass.path.Text.All()
	}
	what := object{ir.ParamOfWorker, item.URL}
	if namesBalancer(item.URL) {
		front := pass.path.String()
		if path, inside := at.path(); inside {
			front = path
		}
		if pass.match {
			front = ""
		}
		if at.srv.balancer(item.URL) == nil && !l.defineBalancer(to, front, at) {
			return false
		}
		what.of = ir.ParamOfBalancer
	} else {
		if at.srv.workers.finds(item.URL, kindOf(pass.match)) {
			return true // it shares that worker, and its parameters are ignored
		}
		if !l.defineWorker(to, pass.match, &at.srv.workers) {
			return false
		}
	}
	return l.checkParams(n, what, lastOfEach(item.Params), at)
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

// lowerProxyPassReverse is mod_proxy's add_pass_reverse. httpd counts the words before it looks at the place.
func lowerProxyPassReverse(l *lowering, n *parser.Node, at place) ir.Item {
	item := &ir.ProxyPassReverse{Node: node(n)}
	words := n.Words
	flagged := len(words) > 1 && clib.EqualFold(words[1].String(), "interpolate")
	if at.perDir() {
		if len(words) > 1 && !flagged {
			l.invalid(n, words[0].Text.All(), "ProxyPassReverse can not have a path when defined in a location",
				"remove the path: that of <"+at.kind+"> counts", "ProxyPassReverse cannot have a path inside <%s>", at.kind)
			return nil
		}
		item.URL, item.Interpolate = words[0].String(), flagged
		return item
	}
	if len(words) < 2 || flagged {
		l.invalid(n, n.Span(), "ProxyPassReverse needs a path when not defined in a location",
			"write ProxyPassReverse /path http://backend/", "ProxyPassReverse needs a path and a URL")
		return nil
	}
	item.Path, item.URL = words[0].String(), words[1].String()
	item.Interpolate = len(words) == 3 // whatever the word is
	return item
}

// lowerReverseCookie is mod_proxy's cookie_domain and cookie_path.
func lowerReverseCookie(domain bool) handler {
	return func(_ *lowering, n *parser.Node, _ place) ir.Item {
		return &ir.ProxyPassReverseCookie{
			Node: node(n), Domain: domain, Internal: n.Words[0].String(), Public: n.Words[1].String(), Interpolate: len(n.Words) > 2,
		}
	}
}
