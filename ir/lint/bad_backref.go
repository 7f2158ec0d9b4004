package lint

import (
	"fmt"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/parser/pcre"
	"github.com/lbconf/lbconf/parser/rewrite"
)

var badBackref = &Rule{
	ID:       "LB411",
	Name:     "bad-backref",
	Class:    diag.Defect,
	Severity: diag.Error,
	Title:    "a reference to a group that no pattern has, which is always empty",
	Why: `$1 to $9 are the groups of the pattern of the rule, %1 to %9 those of the last RewriteCond that matched, which takes the place
of those before it even if it has no group. Where there is no
such group httpd puts nothing in the place and says nothing. A pattern with "!" before it has no groups, since it did not match.
The same happens to a percent escape in a substitution: "%20" is the group %2 and a 0, and has to be written "\%20".
The values of the flags E, CO, H and T are filled in the same way.`,
	Bad: `RewriteEngine On
RewriteRule "^/app/(.*)" "http://app.example.com:8080/$2" [P]
<Proxy "http://app.example.com:8080">
    ProxySet connectiontimeout=5
</Proxy>
`,
	Good: `RewriteEngine On
RewriteRule "^/app/(.*)" "http://app.example.com:8080/$1" [P]
<Proxy "http://app.example.com:8080">
    ProxySet connectiontimeout=5
</Proxy>
`,
	Refs: []string{
		"https://httpd.apache.org/docs/2.4/mod/mod_rewrite.html#rewriterule",
		"https://httpd.apache.org/docs/2.4/mod/mod_rewrite.html#rewritecond",
	},
	Run: func(p *Pass) {
		for _, s := range p.scopes() {
			for c := range chains(s.items) {
				if c.rule != nil && !c.refused {
					checkReferences(p, c)
				}
			}
			for pass := range ir.Of[*ir.ProxyPass](s.items) {
				if pass.Regex != nil && !pass.Interpolate {
					groups := capturing{ruleGroups: groupsOf(pass.Regex)}
					groups.check(p, passURL(pass), matchParts(pass.URL))
				}
			}
		}
	},
}

// anyGroup is the highest number that a reference can have.
const anyGroup = 9

// capturing is how many groups references can mean at a place.
type capturing struct {
	// ruleGroups and condGroups are the highest numbers of $N and %N; -1 where no number is right.
	ruleGroups, condGroups int
	// negated says that the pattern of the rule has a ! before it.
	negated bool
	// earlier is the highest number of groups of a condition whose groups another one took the place of.
	earlier int
}

// groupsOf returns the number of groups that a pattern has.
func groupsOf(p *pcre.Pattern) int {
	last := 0
	pcre.Walk(p.Root, func(n pcre.Node) bool {
		if g, ok := n.(*pcre.Group); ok {
			last = max(last, g.Index)
		}
		return true
	})
	return last
}

// checkReferences goes through the conditions and the rule in the order in which they are expanded.
func checkReferences(p *Pass, c chain) {
	rule := c.rule.Rule
	groups := capturing{ruleGroups: -1, condGroups: -1, negated: rule.Negated}
	if rule.Pattern == nil {
		return
	}
	if !rule.Negated {
		groups.ruleGroups = groupsOf(rule.Pattern)
	}
	// Of conditions joined by OR one matches, or none where OR is on the last.
	most, joined := -1, false
	for i, cond := range c.conds {
		groups.check(p, cond.Origin.Arg(0), cond.Cond.Test.Parts)
		after := groups.behind(cond)
		if joined {
			after = max(after, most)
		}
		if most, joined = after, condHasOr(cond); joined && i+1 < len(c.conds) {
			continue
		}
		if joined {
			most = max(most, groups.condGroups)
		}
		groups.earlier = max(groups.earlier, groups.condGroups)
		groups.condGroups = most
	}
	if !rule.NoSubstitution() {
		groups.check(p, c.rule.Origin.Arg(1), rule.Output.Parts)
	}
	for _, flag := range rule.Flags {
		if n := flag.Name; n == rewrite.FlagE || n == rewrite.FlagCO || n == rewrite.FlagH || n == rewrite.FlagT {
			groups.check(p, c.rule.Origin.Arg(2), flag.Template().Parts)
		}
	}
}

// behind returns the highest number of a group behind a condition that matched: one that matches a pattern takes the place of
// those before it, even if it has no group. Every other leaves them.
func (g capturing) behind(cond *ir.RewriteCond) int {
	switch pattern := cond.Cond.Pattern.(type) {
	case *rewrite.Regex:
		if !cond.Cond.Negated && pattern.Pattern != nil {
			return groupsOf(pattern.Pattern)
		}
	case *rewrite.Expression:
		return anyGroup // of a =~ in it
	case *rewrite.StringCompare, *rewrite.IntegerCompare, *rewrite.FileTest:
	}
	return g.condGroups
}

func (g capturing) check(p *Pass, at diag.Span, parts []rewrite.Part) {
	for i, part := range parts {
		switch part := part.(type) {
		case *rewrite.RuleRef:
			if part.N > g.ruleGroups {
				g.reportRule(p, at, part.N)
			}
		case *rewrite.CondRef:
			if part.N > g.condGroups {
				g.reportCond(p, at, part.N, parts[i+1:])
			}
		case *rewrite.MapLookup:
			g.check(p, at, part.Key.Parts)
			g.check(p, at, part.Default.Parts)
		case *rewrite.Literal, *rewrite.Var:
		}
	}
}

func (g capturing) reportRule(p *Pass, at diag.Span, n int) {
	why := fmt.Sprintf("the pattern has %s", count(g.ruleGroups, "group"))
	help := "put parentheses around the part of the pattern that is meant"
	if g.negated {
		why, help = "a pattern with ! captures nothing", "take the text from %{REQUEST_URI}, or from the group of a RewriteCond"
	}
	reportReference(p, at, fmt.Sprintf("$%d", n), why, help)
}

func (g capturing) reportCond(p *Pass, at diag.Span, n int, rest []rewrite.Part) {
	written := fmt.Sprintf("%%%d", n)
	if len(rest) > 0 {
		if literal, ok := rest[0].(*rewrite.Literal); ok && !literal.Escaped && literal.Text != "" && strings.IndexByte("0123456789abcdefABCDEF", literal.Text[0]) >= 0 {
			escape := written + literal.Text[:1]
			reportReference(p, at, written, fmt.Sprintf("%s is read as %s and %q", escape, written, literal.Text[:1]), fmt.Sprintf(`write \%s, and the flag NE where it must not be escaped again`, escape))
			return
		}
	}
	why := "no RewriteCond before it captures anything"
	if g.condGroups > 0 {
		why = fmt.Sprintf("the conditions have %s at most", count(g.condGroups, "group"))
	}
	help := "put parentheses around the part of the condition that is meant, or use $N for the pattern of the rule"
	if n <= g.earlier {
		why = fmt.Sprintf("the condition that matches last has %s", count(max(g.condGroups, 0), "group"))
		help = "move the condition with the group behind the others: %N are the groups of the one that matched last"
	}
	reportReference(p, at, written, why, help)
}

func count(n int, what string) string {
	switch n {
	case 0:
		return "no " + what
	case 1:
		return "one " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func reportReference(p *Pass, at diag.Span, written, why, help string) {
	p.Report(diag.Diagnostic{
		Span:    spanIn(p, at, written),
		Message: fmt.Sprintf("%s is always empty: %s", written, why),
		Label:   "nothing stands for it",
		Notes:   []diag.Note{{Kind: "effect", Text: "httpd puts an empty text in its place, and says nothing"}, {Kind: "help", Text: help}},
	})
}
