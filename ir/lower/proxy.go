package lower

import (
	"fmt"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/ast"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/fnmatch"
)

func proxyHandlers() map[string]handler {
	return map[string]handler{
		"ProxyPass":                    proxyPass(false),
		"ProxyPassMatch":               proxyPass(true),
		"ProxyPassReverse":             lowerProxyPassReverse,
		"ProxyPassReverseCookieDomain": lowerReverseCookie(true),
		"ProxyPassReverseCookiePath":   lowerReverseCookie(false),
		"ProxySet":                     lowerProxySet,
		"BalancerMember":               lowerBalancerMember,
		"<Proxy":                       lowerProxy,
		"<ProxyMatch":                  lowerProxyMatch,
		"ProxyRequests":                flag(ir.SwitchProxyRequests),
		"ProxyPreserveHost":            flag(ir.SwitchProxyPreserveHost),
		"ProxyAddHeaders":              flag(ir.SwitchProxyAddHeaders),
		"Proxy100Continue":             flag(ir.SwitchProxy100Continue),
		"BalancerInherit":              flag(ir.SwitchBalancerInherit),
		"ProxyPassInherit":             flag(ir.SwitchProxyPassInherit),
		"BalancerPersist":              flag(ir.SwitchBalancerPersist),
		"ProxyTimeout":                 numberFrom(ir.NumberProxyTimeout, 1, "Proxy Timeout must be at least 1 second.", "write a whole number of seconds without a unit, 1 or more"),
		"ProxyMaxForwards":             number(ir.NumberProxyMaxForwards),
		"ProxyErrorOverride":           lowerErrorOverride,
		"ProxyVia":                     oneOf(ir.WordProxyVia, "ProxyVia must be one of: off | on | full | block"),
		"ProxyPassInterpolateEnv":      flag(ir.SwitchProxyPassInterpolateEnv),
		"ProxyBadHeader":               oneOf(ir.WordProxyBadHeader, "ProxyBadHeader must be one of: IsError | Ignore | StartBody"),
		"ProxySourceAddress":           checked(proxySourceAddress, word(ir.WordProxySourceAddress)),
		"ProxyReceiveBufferSize":       checked(atoiOrZero(512, "ProxyReceiveBufferSize must be >= 512 bytes, or 0 for system default."), number(ir.NumberProxyReceiveBufferSize)),
		"ProxyIOBufferSize":            checked(proxyIOBufferSize, number(ir.NumberProxyIOBufferSize)),
		"ProxyStatus":                  oneOf(ir.WordProxyStatus, "ProxyStatus must be one of: off | on | full"),
		"ProxyRemote":                  checkedWords(ir.WordsProxyRemote, proxyRemote),
		"ProxyRemoteMatch":             checkedWords(ir.WordsProxyRemoteMatch, proxyRemote),
		"NoProxy":                      lowerList(ir.WordsNoProxy),
		"ProxyBlock":                   lowerList(ir.WordsProxyBlock),
		"AllowCONNECT":                 checkedWords(ir.WordsAllowCONNECT, allowConnect),
		"ProxyDomain":                  checked(proxyDomain, word(ir.WordProxyDomain)),
	}
}

func (l *lowering) notKeyValue(n *parser.Node, w parser.Word, httpd string) {
	help := "write key=value"
	if strings.HasSuffix(w.String(), ",") || strings.Trim(w.String(), "0123456789,") == "" {
		help = `quote the whole word: "key=value, value"`
	}
	l.invalid(n, w.Text.All(), httpd, help, "%q is no parameter of the form key=value", w.String())
}

func param(w parser.Word) (ir.Param, bool) {
	key, value, ok := strings.Cut(w.String(), "=")
	return ir.Param{Key: clib.ToLower(key), Value: value, Span: w.Text.All()}, ok
}

// params reads words that must all be key=value and be taken, one after the other, up to the first that has another form.
func (l *lowering) params(n *parser.Node, words []parser.Word, httpd string, takes func(ir.Param) bool) (all []ir.Param, ok bool) {
	ok = true
	for _, w := range words {
		p, pair := param(w)
		if !pair {
			l.notKeyValue(n, w, httpd)
			return all, false
		}
		all = append(all, p)
		ok = takes(p) && ok
	}
	return all, ok
}

// inProxySection says that the innermost section is <Proxy> or <ProxyMatch>, whose argument ProxySet takes for the URL.
func (p place) inProxySection() bool {
	return p.section != nil && clib.HasPrefixFold(p.section.Name, "Proxy")
}

// path is what mod_proxy takes for the path or the URL of the sections around a place; false in the server itself.
func (p place) path() (string, bool) {
	switch {
	case !p.perDir():
		return "", false
	case p.where == inIf:
		return "*If", true
	case p.where == inProxy && clib.HasPrefixFold(p.pattern, "proxy:"):
		return p.pattern[len("proxy:"):], true
	case p.where == inDirectory && p.section != nil && p.section.Is("Directory") && p.section.Words[0].String() != "~" && !strings.HasSuffix(p.pattern, "/"):
		return p.pattern + "/", true
	}
	return p.pattern, true
}

func lowerProxySet(l *lowering, n *parser.Node, at place) ir.Item {
	item := &ir.ProxySet{Node: node(n)}
	words, name := n.Words, parser.Word{}
	inside := at.inProxySection()
	match := inside && at.section.Is("ProxyMatch")
	if inside {
		name = sectionPattern(at)
	} else if len(words) > 0 {
		name, words = words[0], words[1:]
		item.URL = name.String()
	}
	url, _, _ := strings.Cut(name.String(), ">")
	span := name.Text.All()
	if inside || !span.IsValid() {
		span = n.Span()
	}
	among := amongAll
	if inside {
		among = kindOf(match)
	}
	target := target{n: n, says: "ProxySet", url: url, span: span}
	of := ir.ParamOfWorker
	if namesBalancer(url) {
		of = ir.ParamOfBalancer
		if at.srv.balancer(url) == nil && (!inside || !l.defineBalancer(target, "/", at)) {
			return l.undefinedUnless(inside, n, url)
		}
	} else {
		if !l.socket(target) {
			return nil
		}
		if !at.srv.workers.finds(url, among) && (!inside || !l.defineWorker(target, match, &at.srv.workers)) {
			return l.undefinedUnless(inside, n, url)
		}
	}
	params, ok := l.params(n, words, "Invalid ProxySet parameter. Parameter must be in the form 'key=value'", func(p ir.Param) bool {
		return l.checkParam(n, object{of, url}, p, at)
	})
	if item.Params = params; !ok {
		return nil
	}
	return item
}

// undefinedUnless is for what a ProxySet does not find. Inside a section it was defined, or that was refused.
func (l *lowering) undefinedUnless(inside bool, n *parser.Node, url string) ir.Item {
	if !inside {
		l.workerUndefined(n, url)
	}
	return nil
}

func (l *lowering) workerUndefined(n *parser.Node, url string) {
	kind := "Worker"
	if namesBalancer(url) {
		kind = "Balancer"
	}
	span := n.Span()
	if len(n.Words) > 0 {
		span = n.Words[0].Text.All()
	}
	help := "write ProxySet inside <Proxy " + url + ">, which defines it, or move the line behind the one that does"
	if strings.Contains(url, "=") || url == "" {
		help = "write ProxySet URL key=value, or put it inside <Proxy URL>"
	}
	l.refuse(n, refusal{
		code: workerUndefined, span: span, label: "not defined before", httpd: "ProxySet can not find '" + url + "' " + kind + ".", help: help,
	}, "no directive above in this server defines the %s %q", clib.ToLower(kind), url)
}

// memberWords splits the words of BalancerMember into the balancer, which is missing where a section gives it, the URL and
// the parameters, which may stand anywhere.
func (l *lowering) memberWords(n *parser.Node, at place) (balancer, url *parser.Word, params []parser.Word, ok bool) {
	path, inside := at.path()
	named := inside
	for i, w := range n.Words {
		switch {
		case strings.Contains(w.String(), "="):
			params = append(params, w)
		case !named:
			balancer, named = &n.Words[i], true
		case url == nil:
			url = &n.Words[i]
		case inside:
			l.invalid(n, w.Text.All(), "BalancerMember can not have a balancer name when defined in a location",
				"write BalancerMember URL key=value …", "BalancerMember takes one URL and words of the form key=value inside <%s>", at.kind)
			return nil, nil, nil, false
		default:
			l.notKeyValue(n, w, "Invalid BalancerMember parameter. Parameter must be in the form 'key=value'")
			return nil, nil, nil, false
		}
	}
	const write = "write BalancerMember URL inside <Proxy balancer://name>"
	switch {
	case !named:
		l.invalid(n, n.Span(), "BalancerMember must define balancer name when outside <Proxy > section", write,
			"BalancerMember needs a balancer and the URL of a backend: it stands in no <Proxy balancer://name>")
	case url == nil && inside:
		l.invalid(n, n.Span(), "BalancerMember must define remote proxy server", "write BalancerMember URL", "BalancerMember needs the URL of a backend for %s", path)
	case url == nil:
		l.invalid(n, n.Span(), "BalancerMember must define remote proxy server", write,
			"BalancerMember needs a balancer and the URL of a backend: it stands in no <Proxy balancer://name>")
	default:
		return balancer, url, params, true
	}
	return nil, nil, nil, false
}

func lowerBalancerMember(l *lowering, n *parser.Node, at place) ir.Item {
	item := &ir.BalancerMember{Node: node(n)}
	named, url, words, ok := l.memberWords(n, at)
	if !ok {
		return nil
	}
	item.URL = url.String()
	path, _ := at.path()
	owner := target{n: n, says: "BalancerMember", url: clib.ToLower(path), span: n.Span()}
	if named != nil {
		item.Balancer = named.String()
		owner.url, owner.span = clib.ToLower(item.Balancer), named.Text.All()
	}
	member := target{n: n, says: "BalancerMember", url: item.URL, span: url.Text.All()}
	if !l.socket(member) || at.srv.balancer(owner.url) == nil && !l.defineBalancer(owner, "/", at) {
		return nil
	}
	b := at.srv.balancer(owner.url)
	b.members = append(b.members, n)
	for _, w := range words {
		p, _ := param(w)
		item.Params = append(item.Params, p)
	}
	if b.workers.finds(item.URL, amongAll) {
		return item // it shares that worker, and its parameters are ignored
	}
	if !l.defineWorker(member, false, &b.workers) || !l.checkParams(n, object{ir.ParamOfWorker, item.URL}, lastOfEach(item.Params), at) {
		return nil
	}
	return item
}

func lowerProxy(l *lowering, n *parser.Node, at place) ir.Item {
	item := &ir.Section{Node: node(n), Kind: ir.SectionProxy}
	if len(n.Words) > 0 {
		item.Pattern = n.Words[0].String()
	}
	inside := at.in(n, item.Pattern)
	item.Items = l.items(n.Children, inside)
	if len(n.Words) < 2 || l.proxyArguments(n, item, at, inside) {
		return item
	}
	return refusedBox(n, item.Items)
}

// proxyArguments takes the key=value words of <Proxy URL key=value>, which httpd reads behind what is in the section.
func (l *lowering) proxyArguments(n *parser.Node, item *ir.Section, at, inside place) bool {
	rest := n.Words[1:]
	url, _ := inside.path()
	target := target{n: n, says: "<Proxy", url: url, span: n.Words[0].Text.All()}
	of := ir.ParamOfWorker
	switch {
	case fnmatch.HasWildcard(url):
		l.invalid(n, rest[0].Text.All(), "<Proxy> arguments are not supported for wildchar url.", "remove the parameters", "<Proxy> takes no parameters for a wildcard")
		return false
	case !strings.Contains(url, ":"):
		l.invalid(n, rest[0].Text.All(), "<Proxy> arguments are not supported for non url.", "write <Proxy scheme://host> or remove the parameters", "<Proxy> takes no parameters for %q, which is no URL", url)
		return false
	case namesBalancer(url):
		of = ir.ParamOfBalancer
		if at.srv.balancer(url) == nil && !l.defineBalancer(target, "/", at) {
			return false
		}
	case !l.socket(target), !at.srv.workers.finds(url, amongPrefixes) && !l.defineWorker(target, false, &at.srv.workers):
		return false
	}
	params, ok := l.params(n, rest, "Invalid Proxy parameter. Parameter must be in the form 'key=value'", func(p ir.Param) bool {
		return l.checkParam(n, object{of, url}, p, at)
	})
	item.Params = params
	return ok
}

func lowerProxyMatch(l *lowering, n *parser.Node, at place) ir.Item {
	item := &ir.Section{Node: node(n), Kind: ir.SectionProxyMatch}
	w := parser.Word{}
	if len(n.Words) > 0 {
		w = n.Words[0]
	}
	item.Pattern = w.String()
	regex, ok := l.regex(n, w, "Regex could not be compiled")
	item.Regex = regex
	item.Items = l.items(n.Children, at.in(n, item.Pattern))
	if !ok {
		return refusedBox(n, item.Items)
	}
	if len(n.Words) > 1 {
		l.invalid(n, n.Words[1].Text.All(), "Multiple <ProxyMatch> arguments not (yet) supported.", "remove the parameters", "<ProxyMatch> takes one regular expression")
		return refusedBox(n, item.Items)
	}
	return item
}

// source is the line of a directive as it is written.
func (l *lowering) source(n *parser.Node) string {
	if item, ok := n.Item.(*ast.Directive); ok && l.oneLine(item) {
		return strings.TrimSpace(l.tree.Files.Text(item.Line.Whole))
	}
	return fmt.Sprintf("%s %s", n.Name, n.Args)
}
