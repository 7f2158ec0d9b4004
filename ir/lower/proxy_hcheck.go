package lower

import (
	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/clib"
)

func healthHandlers() map[string]handler {
	return map[string]handler{
		"ProxyHCTPsize":   {inMain, lowerHealthChecksAtOnce},
		"ProxyHCTemplate": {anywhere, lowerHealthTemplate},
	}
}

func lowerHealthChecksAtOnce(l *lowering, n *parser.Node, at place) ir.Item {
	item, ok := number(ir.NumberProxyHCTPsize)(l, n, at).(*ir.Number)
	if !ok {
		return nil
	}
	if item.Value < 0 {
		l.invalid(n, n.Words[0].Text.All(), "Invalid ProxyHCTPsize parameter. Parameter must be >= 0", "write the number of checks that may run at a time",
			"ProxyHCTPsize cannot be %q", item.Written)
		return nil
	}
	return item
}

func lowerHealthTemplate(l *lowering, n *parser.Node, at place) ir.Item {
	if len(n.Words) == 0 || n.Words[0].String() == "" {
		l.invalid(n, n.NameSpan(), "Missing template name for "+n.Name, "write ProxyHCTemplate NAME hcmethod=GET hcuri=/health", "the template has no name")
		return nil
	}
	item := &ir.HealthTemplate{Node: node(n), Name: n.Words[0].String()}
	params, ok := l.params(n, n.Words[1:], "Invalid ProxyHCTemplate parameter. Parameter must be in the form 'key=value'")
	if !ok {
		return nil
	}
	for _, p := range params {
		if spec := ir.LookupParam(ir.ParamOfWorker, p.Key); spec == nil || spec.Module != "mod_proxy_hcheck" {
			l.refuse(n, refusal{
				code: unknownParameter, span: p.Span, label: "no key of a health check", httpd: httpdParam(n, "unknown Worker hcheck parameter", p, item.Name),
				help: "write it on the members; a template takes hcmethod, hcinterval, hcpasses, hcfails, hcuri, hcexpr and hctemplate",
			}, "a template of health checks cannot have %q", p.Key)
			return nil
		}
		if !l.checkParam(n, item.Name, p, at) {
			return nil
		}
	}
	item.Params = params
	at.srv.templates = with(at.srv.templates, clib.ToLower(item.Name))
	return item
}
