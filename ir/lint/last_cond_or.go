package lint

import (
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/diag"
)

var lastCondOr = &Rule{
	ID:       "LB402",
	Name:     "last-cond-or",
	Class:    diag.Defect,
	Severity: diag.Error,
	Title:    "[OR] on the last RewriteCond lets the rule fire when no condition holds",
	Why: `mod_rewrite goes through the conditions in order. One with [OR] that is false does not fail the rule: the next
condition decides. Behind the last one there is no next, so the loop ends without a failure and the rule fires: for every
request that its pattern matches, even when every condition of the group is false. It is what remains when a line is
deleted from the end of a list of conditions.`,
	Bad: `RewriteEngine On
RewriteCond "%{HTTP_USER_AGENT}" "badbot" [OR]
RewriteCond "%{HTTP_USER_AGENT}" "scraper" [NC,OR]
RewriteRule "^/" "-" [F]
`,
	Good: `RewriteEngine On
RewriteCond "%{HTTP_USER_AGENT}" "badbot" [OR]
RewriteCond "%{HTTP_USER_AGENT}" "scraper" [NC]
RewriteRule "^/" "-" [F]
`,
	Refs: []string{"https://httpd.apache.org/docs/2.4/mod/mod_rewrite.html#rewritecond"},
	Run: func(p *Pass) {
		for _, s := range p.scopes() {
			for c := range chains(s.items) {
				if n := len(c.conds); n > 0 && c.rule != nil && !c.refused && condHasOr(c.conds[n-1]) {
					reportLastOr(p, c.conds[n-1], c.rule)
				}
			}
		}
	},
}

func reportLastOr(p *Pass, cond *ir.RewriteCond, rule *ir.RewriteRule) {
	flags := cond.Origin.Arg(2)
	p.Report(diag.Diagnostic{
		Span:    flags,
		Message: "[OR] on the last RewriteCond: the rule fires even when no condition holds",
		Label:   "no condition follows",
		Related: []diag.Related{{Span: rule.Origin.Span, Message: "fires for every request that its pattern matches"}},
		Notes: []diag.Note{
			{Kind: "effect", Text: "a false condition with [OR] leaves the decision to the next one, and there is none: the rule is applied"},
			{Kind: "help", Text: "drop OR from the last condition, or add the condition that is missing"},
		},
		Fix: dropOr(p, flags),
	})
}

// dropOr is the fix that takes OR out of the flags, and the whole argument where nothing else is in it.
func dropOr(p *Pass, flags diag.Span) *diag.Fix {
	text := p.source(flags)
	inner, ok := strings.CutPrefix(strings.Trim(text, `"`), "[")
	if !ok || !strings.HasSuffix(inner, "]") {
		return nil
	}
	var kept []string
	for flag := range strings.SplitSeq(strings.TrimSuffix(inner, "]"), ",") {
		name := strings.TrimSpace(flag)
		if !clib.EqualFold(name, "OR") && !clib.EqualFold(name, "ornext") {
			kept = append(kept, name)
		}
	}
	if len(kept) > 0 {
		return &diag.Fix{Message: "drop OR", Edits: []diag.Edit{{Span: flags, Text: "[" + strings.Join(kept, ",") + "]"}}}
	}
	line, ok := p.lines(flags)
	if !ok {
		return nil
	}
	before := p.source(diag.Span{Start: line.Start, End: flags.Start})
	start := line.Start + diag.Pos(len(strings.TrimRight(before, " \t")))
	return &diag.Fix{Message: "drop [OR]", Edits: []diag.Edit{{Span: diag.Span{Start: start, End: flags.End}}}}
}

func condHasOr(cond *ir.RewriteCond) bool { return cond.Cond.OrNext }
