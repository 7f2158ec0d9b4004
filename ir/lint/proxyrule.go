package lint

import (
	"iter"
	"slices"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/parser/rewrite"
)

// proxyRule is a RewriteRule with [P] that runs, and as much of its target as is the same for every request.
type proxyRule struct {
	*scope
	rule *ir.RewriteRule
	// url is the constant beginning of the target, with "/" as its path where none is constant; target is its text.
	url    effective.URL
	target string
	// whole says that the target is constant.
	whole bool
	// fixed says that scheme, host and port are; nothing else in url counts otherwise.
	fixed bool
}

// proxyRules yields the rules with [P] in scopes whose engine is on.
func (p *Pass) proxyRules() iter.Seq[proxyRule] {
	return slices.Values(p.facts.rules.get(func() []proxyRule {
		n := 0
		for range p.rulesThatProxy() {
			n++
		}
		all := make([]proxyRule, 0, n)
		for s, rule := range p.rulesThatProxy() {
			all = append(all, newProxyRule(s, rule))
		}
		return all
	}))
}

// rulesThatProxy yields the rules with [P] that run, with their scopes.
func (p *Pass) rulesThatProxy() iter.Seq2[*scope, *ir.RewriteRule] {
	return func(yield func(*scope, *ir.RewriteRule) bool) {
		for _, s := range p.scopes() {
			for rule := range ir.Of[*ir.RewriteRule](s.items) {
				if rule.Rule.Has(rewrite.FlagP) && s.engineOn() && !yield(s, rule) {
					return
				}
			}
		}
	}
}

// engineOn reports whether the rules of the scope run.
func (s *scope) engineOn() bool {
	if s.section == nil {
		return s.server.Settings.Switch(ir.SwitchRewriteEngine).Value
	}
	on := false
	for item := range ir.Of[*ir.Switch](s.items) {
		if item.Name == ir.SwitchRewriteEngine {
			on = item.On
		}
	}
	return on
}

func newProxyRule(s *scope, rule *ir.RewriteRule) proxyRule {
	r := proxyRule{scope: s, rule: rule}
	text, next := leading(rule.Rule.Output)
	url, ok := effective.ParseURL(text)
	if !ok || url.Host == "" || strings.ContainsAny(url.Host+url.Port, "${}%") {
		return r
	}
	r.url, r.whole = url, next == nil
	r.fixed = r.whole || url.Path != "" || s.beginsPath(rule.Rule, next)
	if r.url.Path == "" {
		r.url.Path = "/"
		text += "/"
	}
	r.target = r.url.StringOf(text)
	return r
}

// leading returns the text in front of the first reference of a template, and that reference or nil.
func leading(t rewrite.Template) (string, rewrite.Part) {
	if len(t.Parts) == 2 { // most targets are text and one reference
		first, isText := t.Parts[0].(*rewrite.Literal)
		if _, more := t.Parts[1].(*rewrite.Literal); isText && !more {
			return first.Text, t.Parts[1]
		}
	}
	var b strings.Builder
	for _, part := range t.Parts {
		literal, ok := part.(*rewrite.Literal)
		if !ok {
			return b.String(), part
		}
		b.WriteString(literal.Text)
	}
	return b.String(), nil
}

// beginsPath reports whether what a reference stands for is empty or begins with a slash, so that it cannot become part
// of a host or port in front of it.
func (s *scope) beginsPath(rule *rewrite.Rule, part rewrite.Part) bool {
	switch part := part.(type) {
	case *rewrite.RuleRef:
		if rule.Negated || rule.Pattern == nil {
			return false
		}
		return groupBeginsWithSlash(rule.Pattern, part.N, !s.perDirectory())
	case *rewrite.Var:
		return clib.EqualFold(part.Name, "REQUEST_URI")
	case *rewrite.Literal, *rewrite.CondRef, *rewrite.MapLookup:
		return false
	}
	return false
}

// balancer returns the name of the balancer that the rule names, "" where it names none.
func (r proxyRule) balancer() string {
	if !r.fixed || !r.url.IsBalancer() {
		return ""
	}
	return effective.BalancerName(r.target)
}

// urlSpan is the place of the target.
func (r proxyRule) urlSpan() diag.Span { return r.rule.Origin.Arg(1) }

// hostSpan is the place of scheme, host and port as they are written.
func (r proxyRule) hostSpan(p *Pass) diag.Span {
	span := r.urlSpan()
	text := p.source(span)
	start := strings.Index(clib.ToLower(text), r.url.Scheme+"://")
	if start < 0 {
		return span
	}
	host := start + len(r.url.Scheme) + len("://")
	end := host + authorityLength(text[host:])
	return diag.Span{Start: span.Start + diag.Pos(start), End: span.Start + diag.Pos(end)}
}

// authorityLength returns the length of the host and port at the start of a written URL, with the variables in them.
func authorityLength(text string) int {
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '/', '?', '#', '%', '"', '\'', ' ':
			return i
		case '$':
			closing := strings.IndexByte(text[i:], '}')
			if !strings.HasPrefix(text[i:], "${") || closing < 0 {
				return i
			}
			i += closing
		}
	}
	return len(text)
}
