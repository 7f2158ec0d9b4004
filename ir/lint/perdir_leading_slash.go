package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/parser/rewrite"
)

var perdirLeadingSlash = &Rule{
	ID:       "LB407",
	Name:     "perdir-leading-slash",
	Class:    diag.Defect,
	Severity: diag.Error,
	Title:    "a RewriteRule in a Directory whose pattern begins with a slash, which never matches",
	Why: `In a <Directory> section mod_rewrite takes the path of the directory and the slash behind it away, and compares what is left: for
/var/www/html/old/page in <Directory "/var/www/html"> that is "old/page". A pattern that begins with "^/" matches none of it. In a
virtual host the same pattern is right, since there the whole path is compared.`,
	Bad: `<Directory "/var/www/html">
    RewriteEngine On
    RewriteRule "^/old/(.*)" "/new/$1" [R=301,L]
</Directory>
`,
	Good: `<Directory "/var/www/html">
    RewriteEngine On
    RewriteRule "^old/(.*)" "/new/$1" [R=301,L]
</Directory>
`,
	Refs: []string{"https://httpd.apache.org/docs/2.4/mod/mod_rewrite.html#rewriterule"},
	Run: func(p *Pass) {
		for _, s := range p.scopes() {
			if s.section == nil || s.section.Kind != ir.SectionDirectory || s.section.Regex != nil || strings.ContainsAny(s.section.Pattern, "*?[$") || s.section.Pattern == "/" {
				continue
			}
			if repeatsSlash(s) {
				continue
			}
			for rule := range ir.Of[*ir.RewriteRule](s.items) {
				if slashFirst(rule.Rule.PatternText) && !rule.Rule.Negated {
					reportLeadingSlash(p, s, rule)
				}
				if leavesSlash(rule.Rule) {
					break
				}
			}
		}
	},
}

// repeatsSlash reports whether a rule begins the round again with a path that has a slash at its beginning.
func repeatsSlash(s *scope) bool {
	for rule := range ir.Of[*ir.RewriteRule](s.items) {
		if rule.Rule.Has(rewrite.FlagN) && leavesSlash(rule.Rule) {
			return true
		}
	}
	return false
}

// leavesSlash reports whether a rule can leave a path with a slash at its beginning to the rules behind it.
func leavesSlash(r *rewrite.Rule) bool {
	stops := []rewrite.FlagName{rewrite.FlagL, rewrite.FlagEND, rewrite.FlagF, rewrite.FlagG, rewrite.FlagP}
	if r.NoSubstitution() || slices.ContainsFunc(stops, r.Has) || len(r.Output.Parts) == 0 {
		return false
	}
	literal, ok := r.Output.Parts[0].(*rewrite.Literal)
	return !ok || strings.HasPrefix(literal.Text, "/")
}

// slashFirst reports whether a pattern begins with ^/ and the slash must be there.
func slashFirst(pattern string) bool {
	rest, ok := strings.CutPrefix(pattern, "^/")
	return ok && !strings.Contains(pattern, "|") && (rest == "" || strings.IndexByte("?*{", rest[0]) < 0)
}

func reportLeadingSlash(p *Pass, s *scope, rule *ir.RewriteRule) {
	d := diag.Diagnostic{
		Span:    rule.Origin.Arg(0),
		Message: fmt.Sprintf("%s never matches in <Directory %s>: paths have no slash at their beginning there", rule.Rule.PatternText, s.section.Pattern),
		Label:   "begins with a slash",
		Related: []diag.Related{{Span: s.section.Origin.Arg(0), Message: "is taken away from the path, with the slash behind it"}},
		Notes: []diag.Note{
			{Kind: "effect", Text: "the rule never runs"},
			{Kind: "help", Text: fmt.Sprintf("write ^%s", rule.Rule.PatternText[len("^/"):])},
		},
	}
	if at := spanIn(p, d.Span, "^/"); at != d.Span {
		d.Fix = &diag.Fix{Message: "leave the slash out", Edits: []diag.Edit{{Span: diag.Span{Start: at.Start + 1, End: at.End}}}}
	}
	p.Report(d)
}
