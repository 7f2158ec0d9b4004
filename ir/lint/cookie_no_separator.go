package lint

import (
	"fmt"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/diag"
)

var cookieNoSeparator = &Rule{
	ID:       "LB209",
	Name:     "cookie-no-separator",
	Class:    diag.Defect,
	Severity: diag.Error,
	Title:    "the cookie with the route has no dot before the route",
	Why: `httpd reads the route behind the first dot of the session identifier. The manual says that without a dot the whole
value counts; in fact such a cookie is not used at all, and the session goes to the next member in turn. A Header directive
that sets the cookie itself must therefore write the dot: ROUTEID=.%{BALANCER_WORKER_ROUTE}e. With stickysessionsep=Off the
whole value is the route and no dot is needed; with another stickysessionsep that byte takes its place.`,
	Bad: `Header add Set-Cookie "ROUTEID=%{BALANCER_WORKER_ROUTE}e; path=/" env=BALANCER_ROUTE_CHANGED
<Proxy "balancer://cluster">
    BalancerMember "http://b1.example.com:8080" route=b1
    BalancerMember "http://b2.example.com:8080" route=b2
    ProxySet stickysession=ROUTEID
</Proxy>
ProxyPass "/" "balancer://cluster/"
`,
	Good: `Header add Set-Cookie "ROUTEID=.%{BALANCER_WORKER_ROUTE}e; path=/" env=BALANCER_ROUTE_CHANGED
<Proxy "balancer://cluster">
    BalancerMember "http://b1.example.com:8080" route=b1
    BalancerMember "http://b2.example.com:8080" route=b2
    ProxySet stickysession=ROUTEID
</Proxy>
ProxyPass "/" "balancer://cluster/"
`,
	Refs: []string{"https://httpd.apache.org/docs/2.4/mod/mod_proxy_balancer.html#stickyness_implementation"},
	Run: func(p *Pass) {
		for _, s := range p.Servers {
			for item := range ir.All(s.Items) {
				if header, ok := item.(*ir.HeaderEdit); ok {
					checkRouteCookie(p, s, header)
				}
			}
		}
	},
}

const routeVariable = "%{BALANCER_WORKER_ROUTE}e"

func checkRouteCookie(p *Pass, s *effective.Server, header *ir.HeaderEdit) {
	if header.Request || !clib.EqualFold(header.Name, "Set-Cookie") {
		return
	}
	before, _, found := strings.Cut(header.Value, routeVariable)
	name, prefix, ok := strings.Cut(before, "=")
	if !found || !ok || strings.ContainsAny(prefix, "%;") {
		return
	}
	b := stickyWithout(p.View, s, name, prefix)
	if b == nil {
		return
	}
	separator := b.Params.StickySeparator.Value
	d := diag.Diagnostic{
		Span:    header.Origin.Span,
		Message: fmt.Sprintf("the cookie %s has no %q before the route: %s does not find it", name, separator, b.Name),
		Label:   fmt.Sprintf("no %q behind the =", separator),
		Related: []diag.Related{{Span: b.By.Head().Origin.Span, Message: "this balancer looks for it"}},
		Notes: []diag.Note{
			{Kind: "effect", Text: fmt.Sprintf("the cookie is ignored: each request goes to the next member in turn, with or without %s", name)},
			{Kind: "help", Text: fmt.Sprintf("write %s=%s%s%s", name, prefix, separator, routeVariable)},
		},
	}
	if param, ok := balancerParam(b.Server, b, "stickysession"); ok {
		d.Related[0].Span = param.Span
	}
	for i := range header.Origin.Args {
		arg := header.Origin.Arg(i)
		at := strings.Index(p.source(arg), routeVariable)
		if at < 0 {
			continue
		}
		d.Span = arg
		insert := diag.Span{Start: arg.Start + diag.Pos(at), End: arg.Start + diag.Pos(at)}
		d.Fix = &diag.Fix{Safe: true, Message: "put the separator before the route", Edits: []diag.Edit{{Span: insert, Text: separator}}}
	}
	p.Report(d)
}

// stickyWithout returns a balancer that looks for the cookie and needs a separator which the text before the route does not
// have. It is nil where another balancer that the header can be for is served by the cookie as it is.
func stickyWithout(v *effective.View, at *effective.Server, cookie, prefix string) *effective.Balancer {
	var found *effective.Balancer
	for _, s := range v.Servers() {
		if s != at && !at.IsMain() {
			continue
		}
		for _, b := range s.Balancers {
			sticky, _, _ := strings.Cut(b.Params.StickySession.Value, "|")
			if sticky != cookie {
				continue
			}
			separator := b.Params.StickySeparator.Value
			if separator == "" || strings.Contains(prefix, separator) {
				return nil
			}
			found = b
		}
	}
	return found
}
