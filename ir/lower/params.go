package lower

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/diag"
)

// misplaced is a worker's key that was written for a balancer. Its help names the members, which may stand further down, so
// that it is reported behind the last directive.
type misplaced struct {
	n        *parser.Node
	param    ir.Param
	balancer string
	httpd    string
	srv      *server
	// before is the number of diagnostics that stand before it.
	before int
}

// checkParams reports the parameters that httpd refuses, and whether the directive can be modelled all the same: only keys
// of a worker on a balancer leave it so.
func (l *lowering) checkParams(n *parser.Node, what object, params []ir.Param, at place) bool {
	ok := true
	for _, p := range params {
		if n.Is("ProxyPass") || n.Is("ProxyPassMatch") {
			if ir.LookupParam(ir.ParamOfMapping, p.Key) != nil {
				continue
			}
		}
		if !l.checkParam(n, what, p, at) {
			ok = false
		}
	}
	return ok
}

func (l *lowering) checkParam(n *parser.Node, what object, p ir.Param, at place) bool {
	var err error
	balancer := what.of == ir.ParamOfBalancer
	if !balancer && !l.knowsHealth(n, what.url, p) {
		return false
	}
	if balancer {
		b := ir.DefaultBalancer()
		err = ir.ApplyBalancer(&b, p)
	} else {
		w := ir.DefaultWorker()
		err = ir.ApplyWorker(&w, p)
	}
	var bad *ir.ParamError
	if !errors.As(err, &bad) {
		if balancer {
			return l.checkMethod(n, what.url, p)
		}
		return l.checkHealth(n, what.url, p, at)
	}
	says := httpdParam(n, l.unknownText(bad), p, what.url)
	switch bad.Problem {
	case ir.ParamUnknown:
		l.unknownParam(n, bad, says)
	case ir.ParamMisplaced:
		if balancer && bad.Spec.Check(p) == nil {
			l.misplaced = append(l.misplaced, misplaced{n, p, balancerName(what.url), says, at.srv, len(l.diags)})
			return true
		}
		l.balancerKeyOnWorker(n, bad, says)
	case ir.ParamInvalid:
		label := "refused"
		if like := closest(p.Value, valuesOf(bad.Spec)); like != "" {
			label = "did you mean " + like + "?"
		}
		message := fmt.Sprintf("%s cannot be %q", p.Key, p.Value)
		if bad.Spec.Key == "secret" { // which no report shows
			message = fmt.Sprintf("%s cannot have %d bytes", p.Key, len(p.Value))
		}
		l.refuse(n, refusal{code: invalidArgument, span: p.Span, label: label, httpd: says, help: "write " + bad.Spec.Legal}, "%s", message)
	}
	return false
}

// valuesOf are the words that a key takes; none where it takes numbers or text.
func valuesOf(spec *ir.ParamSpec) []string {
	if spec.Key == "lbmethod" {
		return slices.Sorted(maps.Keys(ir.LBMethods()))
	}
	return spec.Values
}

// httpdParam is what httpd prints about a parameter, which differs between the directives.
func httpdParam(n *parser.Node, text string, p ir.Param, url string) string {
	word := p.Key + "=" + p.Value
	for _, w := range n.Words {
		if w.Text.All() == p.Span {
			word = w.String()
		}
	}
	switch n.Key() {
	case "proxyset":
		return "ProxySet: " + text + " " + word + "; " + url
	case "proxy":
		return "<Proxy " + text + " " + word + "; " + url
	case "proxyhctemplate":
		return "ProxyHCTemplate: " + text + " " + word + "; " + url
	case "balancermember":
		return "BalancerMember " + text
	}
	return "ProxyPass " + text
}

// unknownText is httpd's text for an unknown key of a worker, which depends on whether mod_proxy_hcheck looked at it too.
func (l *lowering) unknownText(e *ir.ParamError) string {
	if e.Of == ir.ParamOfWorker && e.Problem != ir.ParamInvalid && l.tree.HasModule("proxy_hcheck_module") {
		return "unknown Worker hcheck parameter"
	}
	return e.Httpd
}

func (l *lowering) unknownParam(n *parser.Node, e *ir.ParamError, says string) {
	help := "remove it; the keys of a " + e.Of.String() + " are " + keys(e.Of)
	r := refusal{code: unknownParameter, span: e.Param.Span, label: "unknown", httpd: says, help: help}
	if like := closest(e.Param.Key, keyList(e.Of)); like != "" {
		r.label, r.help = "did you mean "+like+"?", "write "+like+"="+e.Param.Value
	}
	l.refuse(n, r, "unknown %s parameter %q", e.Of, e.Param.Key)
}

func keyList(of ir.ParamObject) []string {
	specs := ir.WorkerParams()
	if of == ir.ParamOfBalancer {
		specs = ir.BalancerParams()
	}
	var all []string
	for _, s := range specs {
		all = append(all, s.Key)
	}
	return all
}

func keys(of ir.ParamObject) string { return strings.Join(keyList(of), ", ") }

// closest returns the word of a list that is most like one that was written; empty where none is like it.
func closest(word string, list []string) string {
	word = clib.ToLower(word)
	if len(word) > 64 {
		return ""
	}
	best, least := "", max(1, len(word)/4)+1
	for _, candidate := range list {
		if d := levenshtein.ComputeDistance(word, clib.ToLower(candidate)); d < least {
			best, least = candidate, d
		}
	}
	return best
}

func (l *lowering) balancerKeyOnWorker(n *parser.Node, e *ir.ParamError, says string) {
	owner := "<Proxy balancer://name>"
	if n.Is("BalancerMember") && e.Spec.Of == ir.ParamOfBalancer {
		owner = "the section of the balancer"
	}
	help := "write `ProxySet " + e.Param.Key + "=" + e.Param.Value + "` in " + owner
	if e.Spec.Of == ir.ParamOfWorker {
		help = e.Spec.Key + " must be " + e.Spec.Legal + ", on the lines of the members"
	}
	l.refuse(n, refusal{code: wrongObject, span: e.Param.Span, label: "key of a " + e.Spec.Of.String(), httpd: says, help: help},
		"%q is a parameter of a %s, not of a %s", e.Param.Key, e.Spec.Of, e.Of)
}

// checkMethod reports an lbmethod whose module is not loaded.
func (l *lowering) checkMethod(n *parser.Node, url string, p ir.Param) bool {
	module := ir.LBMethods()[p.Value]
	id := strings.TrimPrefix(module, "mod_") + "_module"
	if p.Key != "lbmethod" || module == "" || l.tree.HasModule(id) {
		return true
	}
	l.refuse(n, refusal{
		code: lbmethodMissing, span: p.Span, label: "its module is not loaded", httpd: httpdParam(n, "unknown lbmethod", p, url),
		help: loadModule(id),
	}, "lbmethod %s needs %s, which is not loaded", p.Value, module)
	return false
}

// knowsHealth reports a key of mod_proxy_hcheck where that is not loaded.
func (l *lowering) knowsHealth(n *parser.Node, url string, p ir.Param) bool {
	spec := ir.LookupParam(ir.ParamOfWorker, p.Key)
	if spec == nil || spec.Module != "mod_proxy_hcheck" || l.tree.HasModule("proxy_hcheck_module") {
		return true
	}
	l.refuse(n, refusal{
		code: unknownParameter, span: p.Span, label: "a key of mod_proxy_hcheck", httpd: httpdParam(n, "unknown Worker parameter", p, url),
		help: loadModule("proxy_hcheck_module"),
	}, "%q is a key of mod_proxy_hcheck, which is not loaded", p.Key)
	return false
}

// checkHealth reports the keys of mod_proxy_hcheck that need what is not there.
func (l *lowering) checkHealth(n *parser.Node, url string, p ir.Param, at place) bool {
	names, directive, text := at.srv.exprs, "ProxyHCExpr", "Unknown health check condition expr: "+p.Value
	switch p.Key {
	case "hcexpr":
	case "hctemplate":
		names, directive, text = at.srv.templates, "ProxyHCTemplate", "Unknown ProxyHCTemplate name: "+p.Value
	case "hcmethod":
		if clib.EqualFold(p.Value, "CPING") && !l.tree.HasModule("proxy_ajp_module") {
			l.invalid(n, p.Span, httpdParam(n, "Health check method CPING not (yet) implemented", p, url),
				loadModule("proxy_ajp_module"), "hcmethod=CPING needs mod_proxy_ajp, which is not loaded")
			return false
		}
		return true
	default:
		return true
	}
	if names[clib.ToLower(p.Value)] {
		return true
	}
	l.invalid(n, p.Span, httpdParam(n, text, p, url), "write "+directive+" "+p.Value+" … above it, in the same server",
		"no %s above in this server is called %q", directive, p.Value)
	return false
}

func with(set map[string]bool, name string) map[string]bool {
	if set == nil {
		set = map[string]bool{}
	}
	set[name] = true
	return set
}

// finish reports the keys of a worker on balancers, with the lines to write, in their places among the other diagnostics.
func (l *lowering) finish() {
	others, done := l.diags, 0
	if len(l.misplaced) > 0 {
		l.diags = make(diag.List, 0, len(others)+len(l.misplaced))
	}
	for _, m := range l.misplaced {
		l.diags = append(l.diags, others[done:m.before]...)
		done = m.before
		members := m.srv.balancers[m.balancer].members
		r := refusal{
			code: wrongObject, span: m.param.Span, label: "belongs on the BalancerMember lines", httpd: m.httpd,
			help: l.memberLines(m, members), fix: l.moveParam(m, members),
		}
		for _, member := range members {
			r.related = append(r.related, diag.Related{Span: member.Span(), Message: "a member"})
		}
		l.refuse(m.n, r, "%q is a parameter of a worker, not of a balancer", m.param.Key)
	}
	if len(l.misplaced) > 0 {
		l.diags = append(l.diags, others[done:]...)
	}
}

// memberLines says what to write: the lines of the members with all keys that stand on their balancer and belong to them.
func (l *lowering) memberLines(m misplaced, members []*parser.Node) string {
	var text strings.Builder
	for _, other := range l.misplaced {
		if other.srv == m.srv && other.balancer == m.balancer {
			text.WriteString(" " + l.tree.Files.Text(other.param.Span))
		}
	}
	words := text.String()
	if len(members) == 0 {
		return "write `BalancerMember URL" + words + "` for each member"
	}
	var lines []string
	for _, member := range members {
		lines = append(lines, "`"+l.source(member)+words+"`")
	}
	return "write " + strings.Join(lines, " and ")
}

// moveParam is the fix that writes a parameter on the lines of the members. It is nil where a line is not plain text, or a
// member has the key already.
func (l *lowering) moveParam(m misplaced, members []*parser.Node) *diag.Fix {
	if len(members) == 0 || !l.plain(m.n) {
		return nil
	}
	fix := &diag.Fix{Safe: true, Message: "move it to the members"}
	word := m.param.Key + "=" + m.param.Value
	if strings.ContainsAny(word, " \t\"'\\") {
		return nil
	}
	for _, member := range members {
		if !l.plain(member) || slices.ContainsFunc(member.Words, func(w parser.Word) bool { return clib.HasPrefixFold(w.String(), m.param.Key+"=") }) {
			return nil
		}
		last := member.Words[len(member.Words)-1]
		end := last.Text.All().End
		if last.Quoted {
			end++
		}
		fix.Edits = append(fix.Edits, diag.Edit{Span: diag.Span{Start: end, End: end}, Text: " " + word})
	}
	return removeParam(m, fix)
}

// removeParam adds the edit that takes the parameter away, with the whole line where nothing else is left on it.
func removeParam(m misplaced, fix *diag.Fix) *diag.Fix {
	if m.n.Is("ProxySet") && len(m.n.Words) == 1 {
		fix.Edits = append(fix.Edits, diag.Edit{Span: m.n.Item.Span()})
		return fix
	}
	for i, w := range m.n.Words {
		if w.Text.All() == m.param.Span && i > 0 && !w.Quoted && !m.n.Words[i-1].Quoted {
			fix.Edits = append(fix.Edits, diag.Edit{Span: diag.Span{Start: m.n.Words[i-1].Text.All().End, End: m.param.Span.End}})
			return fix
		}
	}
	return nil
}
