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
		"ProxyPass":          proxyPass(false),
		"ProxyPassMatch":     proxyPass(true),
		"ProxyPassReverse":   lowerProxyPassReverse,
		"ProxySet":           lowerProxySet,
		"BalancerMember":     lowerBalancerMember,
		"<Proxy":             lowerProxy,
		"<ProxyMatch":        lowerProxyMatch,
		"ProxyRequests":      flag(ir.SwitchProxyRequests),
		"ProxyPreserveHost":  flag(ir.SwitchProxyPreserveHost),
		"ProxyAddHeaders":    flag(ir.SwitchProxyAddHeaders),
		"Proxy100Continue":   flag(ir.SwitchProxy100Continue),
		"ProxyTimeout":       numberFrom(ir.NumberProxyTimeout, 1, "Proxy Timeout must be at least 1 second.", "write a whole number of seconds without a unit, 1 or more"),
		"ProxyMaxForwards":   number(ir.NumberProxyMaxForwards),
		"ProxyErrorOverride": lowerErrorOverride,
		"ProxyVia":           oneOf(ir.WordProxyVia, "ProxyVia must be one of: off | on | full | block"),
		"ProxyStatus":        oneOf(ir.WordProxyStatus, "ProxyStatus must be one of: off | on | full"),
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

// params reads words that must all be key=value.
func (l *lowering) params(n *parser.Node, words []parser.Word, httpd string) ([]ir.Param, bool) {
	var all []ir.Param
	for _, w := range words {
		p, ok := param(w)
		if !ok {
			l.notKeyValue(n, w, httpd)
			return nil, false
		}
		all = append(all, p)
	}
	return all, true
}

// inProxySection says that the innermost section is <Proxy> or <ProxyMatch>, whose argument ProxySet and BalancerMember
// take for the URL.
func (p place) inProxySection() bool { return p.where == inProxy }

func lowerProxySet(l *lowering, n *parser.Node, at place) ir.Item {
	item := &ir.ProxySet{Node: node(n)}
	words, url := n.Words, at.pattern
	if !at.inProxySection() {
		if len(words) > 0 {
			item.URL, words = words[0].String(), words[1:]
		}
		url = item.URL
		if !at.srv.knows(url) {
			l.workerUndefined(n, url)
			return nil
		}
	} else if !l.target(n, sectionPattern(at), "ProxySet") {
		return nil
	}
	params, ok := l.params(n, words, "Invalid ProxySet parameter. Parameter must be in the form 'key=value'")
	if !ok {
		return nil
	}
	item.Params = params
	if !l.checkParams(n, url, params, at) {
		return nil
	}
	at.srv.define(url, nil)
	return item
}

func (l *lowering) workerUndefined(n *parser.Node, url string) {
	kind := "Worker"
	if ir.IsBalancerURL(url) {
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

func lowerBalancerMember(l *lowering, n *parser.Node, at place) ir.Item {
	item := &ir.BalancerMember{Node: node(n)}
	var urls []parser.Word
	var words []parser.Word
	for _, w := range n.Words {
		if strings.Contains(w.String(), "=") && len(urls) > 0 || len(urls) == 2 {
			words = append(words, w)
		} else {
			urls = append(urls, w)
		}
	}
	balancer := at.pattern
	if at.perDir() {
		if len(urls) == 2 {
			l.invalid(n, urls[1].Text.All(), "BalancerMember can not have a balancer name when defined in a location",
				"write BalancerMember URL key=value …", "BalancerMember takes one URL inside <%s>", at.kind)
			return nil
		}
	} else if len(urls) == 2 {
		item.Balancer, urls = urls[0].String(), urls[1:]
		balancer = item.Balancer
	} else {
		urls = nil
	}
	if len(urls) == 0 {
		message := "BalancerMember needs the URL of a backend"
		if !at.inProxySection() && len(n.Words) > 0 {
			message = "BalancerMember needs a balancer and the URL of a backend: it stands in no <Proxy balancer://name>"
		}
		l.invalid(n, n.Span(), "BalancerMember must define remote proxy server", "write BalancerMember URL inside <Proxy balancer://name>", "%s", message)
		return nil
	}
	if !at.inProxySection() && ir.BalancerName(balancer) == "" {
		l.invalid(n, n.Words[0].Text.All(), "BalancerMember Bad syntax for a balancer name ("+balancer+")", "write balancer://name", "%q names no balancer", balancer)
		return nil
	}
	if !l.target(n, urls[0], "BalancerMember") {
		return nil
	}
	item.URL = urls[0].String()
	params, ok := l.params(n, words, "Invalid BalancerMember parameter. Parameter must be in the form 'key=value'")
	if !ok {
		return nil
	}
	item.Params = params
	if !l.checkParams(n, item.URL, params, at) {
		return nil
	}
	at.srv.define(balancer, n)
	return item
}

func lowerProxy(l *lowering, n *parser.Node, at place) ir.Item {
	item := &ir.Section{Node: node(n), Kind: ir.SectionProxy}
	if len(n.Words) > 0 {
		item.Pattern = n.Words[0].String()
	}
	item.Items = l.items(n.Children, at.in(n, item.Pattern))
	if len(n.Words) < 2 {
		return item
	}
	rest := n.Words[1:]
	switch {
	case fnmatch.HasWildcard(item.Pattern):
		l.invalid(n, rest[0].Text.All(), "<Proxy> arguments are not supported for wildchar url.", "remove the parameters", "<Proxy> takes no parameters for a wildcard")
		return refusedBox(n, item.Items)
	case !strings.Contains(item.Pattern, ":"):
		l.invalid(n, rest[0].Text.All(), "<Proxy> arguments are not supported for non url.", "write <Proxy scheme://host> or remove the parameters", "<Proxy> takes no parameters for %q, which is no URL", item.Pattern)
		return refusedBox(n, item.Items)
	}
	params, ok := l.params(n, rest, "Invalid Proxy parameter. Parameter must be in the form 'key=value'")
	if !ok || !l.target(n, n.Words[0], "<Proxy") {
		return refusedBox(n, item.Items)
	}
	item.Params = params
	if !l.checkParams(n, item.Pattern, params, at) {
		return refusedBox(n, item.Items)
	}
	at.srv.define(item.Pattern, nil)
	return item
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

// server is what the directives of one server have defined so far.
type server struct {
	workers   []string
	balancers map[string][]*parser.Node
	exprs     map[string]bool
	templates map[string]bool
}

// define records a worker or a balancer, and a member of that.
func (s *server) define(url string, member *parser.Node) {
	if !ir.IsBalancerURL(url) {
		if parsed, ok := ir.ParseURL(url); ok {
			s.workers = append(s.workers, parsed.String())
		}
		return
	}
	if s.balancers == nil {
		s.balancers = map[string][]*parser.Node{}
	}
	name := ir.BalancerName(url)
	members := s.balancers[name]
	if member != nil {
		members = append(members, member)
	}
	s.balancers[name] = members
}

// knows says whether ProxySet finds what it names: a balancer of that name, or a worker whose URL is a prefix.
func (s *server) knows(url string) bool {
	if ir.IsBalancerURL(url) {
		_, ok := s.balancers[ir.BalancerName(url)]
		return ok
	}
	parsed, ok := ir.ParseURL(url)
	if !ok {
		return false
	}
	for _, w := range s.workers {
		if strings.HasPrefix(parsed.String(), w) && len(w) >= len(parsed.Authority()) {
			return true
		}
	}
	return false
}

// source is the line of a directive as it is written.
func (l *lowering) source(n *parser.Node) string {
	if item, ok := n.Item.(*ast.Directive); ok && l.oneLine(item) {
		return strings.TrimSpace(l.tree.Files.Text(item.Line.Whole))
	}
	return fmt.Sprintf("%s %s", n.Name, n.Args)
}
