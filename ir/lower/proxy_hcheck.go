package lower

import (
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/ast"
	"github.com/lbconf/lbconf/parser/clib"
)

func healthHandlers() map[string]handler {
	return map[string]handler{
		"ProxyHCTPsize":   numberFrom(ir.NumberProxyHCTPsize, 0, "Invalid ProxyHCTPsize parameter. Parameter must be >= 0", "write the number of checks that may run at a time"),
		"ProxyHCTemplate": lowerHealthTemplate,
		"ProxyHCExpr":     lowerHealthExpr,
	}
}

func lowerHealthTemplate(l *lowering, n *parser.Node, at place) ir.Item {
	if len(n.Words) == 0 || n.Words[0].String() == "" {
		l.invalid(n, n.NameSpan(), "Missing template name for "+n.Name, "write ProxyHCTemplate NAME hcmethod=GET hcuri=/health", "the template has no name")
		return nil
	}
	item := &ir.HealthTemplate{Node: node(n), Name: n.Words[0].String()}
	at.srv.templates = with(at.srv.templates, clib.ToLower(item.Name)) // it may name itself
	params, ok := l.params(n, n.Words[1:], "Invalid ProxyHCTemplate parameter. Parameter must be in the form 'key=value'", func(p ir.Param) bool {
		if spec := ir.LookupParam(ir.ParamOfWorker, p.Key); spec != nil && spec.Module == "mod_proxy_hcheck" {
			return l.checkParam(n, object{ir.ParamOfWorker, item.Name}, p, at)
		}
		l.refuse(n, refusal{
			code: unknownParameter, span: p.Span, label: "no key of a health check", httpd: httpdParam(n, "unknown Worker hcheck parameter", p, item.Name),
			help: "write it on the members; a template takes hcmethod, hcinterval, hcpasses, hcfails, hcuri, hcexpr and hctemplate",
		}, "a template of health checks cannot have %q", p.Key)
		return false
	})
	if item.Params = params; !ok {
		return nil
	}
	return item
}

// maxExprName bounds the name of a condition in bytes (mod_proxy: PROXY_WORKER_MAX_SCHEME_SIZE).
const maxExprName = 15

func lowerHealthExpr(l *lowering, n *parser.Node, at place) ir.Item {
	const write = "write ProxyHCExpr NAME {EXPRESSION}, such as ProxyHCExpr up {%{REQUEST_STATUS} =~ /^2/}"
	if len(n.Words) == 0 || n.Words[0].String() == "" {
		l.invalid(n, n.NameSpan(), "Missing expression name for "+n.Name, write, "the condition has no name")
		return nil
	}
	name := n.Words[0]
	if name.Text.Len() > maxExprName {
		l.invalid(n, name.Text.All(), "Expression name limited to 15 characters", "write a shorter name", "the name has %d bytes, and 15 are allowed", name.Text.Len())
		return nil
	}
	text, rest := braced(n.Args, n.Words)
	switch {
	case text.Len() == 0:
		l.invalid(n, name.Text.All(), "Missing expression for "+n.Name, write, "the condition has no expression")
		return nil
	case !l.condition(n, text, "Could not parse expression \""+text.String()+"\": "):
		return nil
	case rest.Len() > 0:
		l.invalid(n, rest.All(), "error: extra parameter(s)", "put the expression into braces", "something stands behind the expression")
		return nil
	}
	at.srv.exprs = with(at.srv.exprs, clib.ToLower(name.String()))
	return &ir.HealthExpr{Node: node(n), Name: name.String(), Expr: text.String()}
}

// braced returns the second word of arguments, which may stand in braces, and what is behind it (httpd: ap_getword_conf2).
// Braces count, and a backslash keeps one of them or a backslash from meaning something.
func braced(args ast.Text, words []parser.Word) (text, rest ast.Text) {
	s := args.String()
	i := skipWord(s)
	if i >= len(s) || s[i] != '{' {
		if len(words) > 1 {
			text = words[1].Text
		}
		if len(words) > 2 {
			rest = words[2].Text
		}
		return text, rest
	}
	var parts []ast.Text
	start, depth, k := i+1, 1, i+1
	for ; k < len(s); k++ {
		if s[k] == '}' {
			depth--
		}
		if depth == 0 {
			break
		}
		if s[k] == '{' {
			depth++
		}
		if s[k] == '\\' && k+1 < len(s) && s[k+1] == '\\' {
			k++
		}
	}
	for at := start; at < min(k, len(s)); at++ {
		if s[at] == '\\' && at+1 < k && (s[at+1] == '\\' || s[at+1] == '}') {
			parts = append(parts, args.Slice(start, at))
			start = at + 1
			at++
		}
	}
	end := min(k, len(s))
	parts = append(parts, args.Slice(start, end))
	behind := min(end+1, len(s))
	for behind < len(s) && strings.IndexByte(" \t\r\n\v\f", s[behind]) >= 0 {
		behind++
	}
	return ast.Join(parts...), args.Slice(behind, len(s))
}

// skipWord returns where the second word of arguments begins.
func skipWord(s string) int {
	i := 0
	if quote := s[0]; quote == '"' || quote == '\'' {
		for i = 1; i < len(s) && s[i] != quote; i++ {
			if s[i] == '\\' {
				i++
			}
		}
		i++
	} else {
		for i < len(s) && strings.IndexByte(" \t\r\n\v\f", s[i]) < 0 {
			i++
		}
	}
	for i < len(s) && strings.IndexByte(" \t\r\n\v\f", s[i]) >= 0 {
		i++
	}
	return i
}
