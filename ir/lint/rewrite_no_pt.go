package lint

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/parser/rewrite"
)

var rewriteNoPt = &Rule{
	ID:       "LB401",
	Name:     "rewrite-no-pt",
	Class:    diag.Defect,
	Severity: diag.Error,
	Title:    "RewriteRule to a path of ProxyPass without [PT]: ProxyPass never sees it",
	Why: `A RewriteRule outside of <Directory> runs before ProxyPass, and its result is final: mod_rewrite takes it for a file
below the DocumentRoot and tells httpd that the translation is done. ProxyPass is not asked, although the rewritten path is
one of its own, and the answer is 404. With [PT] mod_rewrite passes the new path on to ProxyPass and Alias.`,
	Bad: `RewriteEngine On
RewriteRule "^/old/(.*)" "/app/$1" [L]
ProxyPass "/app" "http://app.example.com:8080/app"
`,
	Good: `RewriteEngine On
RewriteRule "^/old/(.*)" "/app/$1" [PT]
ProxyPass "/app" "http://app.example.com:8080/app"
`,
	Refs: []string{"https://httpd.apache.org/docs/2.4/rewrite/flags.html#flag_pt"},
	Run: func(p *Pass) {
		for _, s := range p.Servers {
			checkServerRules(p, &scope{server: s, items: s.Items})
		}
	},
}

func checkServerRules(p *Pass, s *scope) {
	if !s.engineOn() || len(s.server.Mappings)+len(s.server.Located) == 0 {
		return
	}
	rules := slices.Collect(ir.Of[*ir.RewriteRule](s.items))
	for i, rule := range rules {
		if !endsLocal(rule.Rule) || !isFinal(rule.Rule, rules[i+1:]) {
			continue
		}
		target, next := leading(rule.Rule.Output)
		target, _, _ = strings.Cut(target, "?")
		if m := s.mappingFor(rule.Rule, target, next); m != nil {
			reportNoPT(p, rule, m, target)
		}
	}
}

// endsLocal reports whether the rule makes a path of this server and leaves it at that.
func endsLocal(r *rewrite.Rule) bool {
	goesOn := []rewrite.FlagName{
		rewrite.FlagP, rewrite.FlagPT, rewrite.FlagR, rewrite.FlagH, rewrite.FlagC, rewrite.FlagS, rewrite.FlagN,
	}
	return !slices.ContainsFunc(goesOn, r.Has) && !r.NoSubstitution() && strings.HasPrefix(r.Output.Text, "/")
}

// isFinal reports whether no later rule can take the result further.
func isFinal(r *rewrite.Rule, later []*ir.RewriteRule) bool {
	if r.Has(rewrite.FlagL) || r.Has(rewrite.FlagEND) {
		return true
	}
	return !slices.ContainsFunc(later, func(item *ir.RewriteRule) bool {
		return !endsLocal(item.Rule) && !item.Rule.NoSubstitution() || item.Rule.Has(rewrite.FlagPT)
	})
}

// mappingFor returns the ProxyPass that would take every result of the rule if it were asked.
func (s *scope) mappingFor(rule *rewrite.Rule, target string, next rewrite.Part) *effective.Mapping {
	for _, list := range [][]*effective.Mapping{s.server.Located, s.server.Mappings} {
		for _, m := range list {
			if !s.takes(m, rule, target, next) {
				continue
			}
			if m.Pass.Exclude || m.Path == "/" && s.looksLocal(target) {
				return nil
			}
			return m
		}
	}
	return nil
}

// takes reports whether the mapping matches every path that begins with target and goes on with what next stands for.
func (s *scope) takes(m *effective.Mapping, rule *rewrite.Rule, target string, next rewrite.Part) bool {
	if m.IsRegex() {
		shape := shapeOf(m.Pass.Regex)
		return shape.open && strings.HasPrefix(target, shape.prefix)
	}
	if m.Section != nil && (m.Section.Section.Kind != ir.SectionLocation || strings.ContainsAny(m.Path, "*?[")) {
		return false
	}
	rest, ok := m.Match(target)
	if !ok || next == nil || rest != "" || strings.HasSuffix(m.Path, "/") {
		return ok
	}
	return s.beginsPath(rule, next)
}

// looksLocal reports whether a rule below a ProxyPass of everything may mean a file of this server, such as a page for
// maintenance: leaving out [PT] is how one takes a path away from ProxyPass.
func (s *scope) looksLocal(target string) bool {
	return path.Ext(target) != "" || s.server.Settings.Word(ir.WordDocumentRoot).IsSet()
}

func reportNoPT(p *Pass, rule *ir.RewriteRule, m *effective.Mapping, target string) {
	p.Report(diag.Diagnostic{
		Span:    rule.Origin.Arg(1),
		Message: fmt.Sprintf("%s %s never sees the result of this rule: [PT] is missing", m.Pass.Origin.Directive, m.Path),
		Label:   "taken for a file of this server",
		Related: []diag.Related{{Span: m.Pass.Origin.Span, Message: "not asked"}},
		Notes: []diag.Note{
			{Kind: "effect", Text: fmt.Sprintf("httpd looks for %s below the DocumentRoot and answers 404", target)},
			{Kind: "help", Text: "add the flag PT, or forward with the rule itself: http://… and the flag P"},
		},
		Fix: addFlag(p, rule, "PT", "pass the result on to ProxyPass"),
	})
}

// addFlag is the fix that adds a flag to a rule.
func addFlag(p *Pass, rule *ir.RewriteRule, flag, message string) *diag.Fix {
	if len(rule.Origin.Args) < 3 {
		end := rule.Origin.Span.End
		return &diag.Fix{Message: message, Edits: []diag.Edit{{Span: diag.Span{Start: end, End: end}, Text: " [" + flag + "]"}}}
	}
	flags := rule.Origin.Arg(2)
	i := strings.IndexByte(p.source(flags), '[')
	if i < 0 {
		return nil
	}
	at := flags.Start + diag.Pos(i+1)
	return &diag.Fix{Message: message, Edits: []diag.Edit{{Span: diag.Span{Start: at, End: at}, Text: flag + ","}}}
}
