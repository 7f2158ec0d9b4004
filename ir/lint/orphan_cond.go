package lint

import (
	"fmt"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/diag"
)

var orphanCond = &Rule{
	ID:       "LB403",
	Name:     "orphan-cond",
	Class:    diag.Defect,
	Severity: diag.Error,
	Title:    "RewriteCond without the RewriteRule that it is meant for",
	Why: `A RewriteCond belongs to the next RewriteRule of its scope, whatever stands between them: ProxyPass, Redirect,
Header and sections are no part of mod_rewrite and are not guarded by it. A condition in front of ProxyPass therefore does
nothing there and silently becomes a condition of the next RewriteRule, which then stops working for other requests. At
the end of the scope it is dropped without a message.`,
	Bad: `RewriteEngine On
RewriteCond "%{HTTP_HOST}" "=admin.example.com"
ProxyPass "/admin" "http://admin.example.com:8080/admin"
`,
	Good: `RewriteEngine On
RewriteCond "%{HTTP_HOST}" "=admin.example.com"
RewriteRule "^/admin(/.*)?$" "http://admin.example.com:8080/admin$1" [P]
<Proxy "http://admin.example.com:8080">
    ProxySet connectiontimeout=5
</Proxy>
`,
	Refs: []string{"https://httpd.apache.org/docs/2.4/mod/mod_rewrite.html#rewritecond"},
	Run: func(p *Pass) {
		for _, s := range p.scopes() {
			for c := range chains(s.items) {
				checkOrphan(p, s, c)
			}
		}
	},
}

func checkOrphan(p *Pass, s *scope, c chain) {
	if len(c.conds) == 0 || c.refused {
		return
	}
	first := c.conds[0]
	if c.rule == nil {
		var severity diag.Severity
		if !p.Config.Server && s.section == nil && s.server.VirtualHost == nil && len(c.between) == 0 {
			severity = diag.Info // the file that includes this one may go on with the rule
		}
		p.Report(diag.Diagnostic{
			Severity: severity,
			Span:     first.Origin.Span,
			Message:  "no RewriteRule follows this RewriteCond in its scope",
			Label:    "httpd drops it",
			Related:  moreConds(c.conds[1:]),
			Notes: []diag.Note{
				{Kind: "effect", Text: "the condition guards nothing" + guards(c.between)},
				{Kind: "help", Text: "write the RewriteRule that it is meant for on the next line, or delete it"},
			},
		})
		return
	}
	for _, item := range c.between {
		if !actsOnRequests(item) {
			continue
		}
		origin := item.Head().Origin
		p.Report(diag.Diagnostic{
			Span:    first.Origin.Span,
			Message: fmt.Sprintf("this RewriteCond does not guard the %s that follows but the next RewriteRule", origin.Directive),
			Label:   "a condition of the next RewriteRule",
			Related: []diag.Related{
				{Span: origin.Span, Message: "no part of mod_rewrite: runs whatever the condition says"},
				{Span: c.rule.Origin.Span, Message: "httpd gives the condition to this rule"},
			},
			Notes: []diag.Note{
				{Kind: "effect", Text: fmt.Sprintf("%s works for every request, and the rule only for those of the condition", origin.Directive)},
				{Kind: "help", Text: "write the conditions directly above their rule; for a condition on ProxyPass write a RewriteRule with [P]"},
			},
		})
		return
	}
}

func moreConds(conds []*ir.RewriteCond) []diag.Related {
	var related []diag.Related
	for _, cond := range conds {
		related = append(related, diag.Related{Span: cond.Origin.Span, Message: "and neither does it to this one"})
	}
	return related
}

// guards names what stands where the rule is missing.
func guards(between []ir.Item) string {
	for _, item := range between {
		if actsOnRequests(item) {
			return ", and the " + item.Head().Origin.Directive + " behind it works for every request"
		}
	}
	return ""
}

// actsOnRequests reports whether somebody could think that a condition guards the item. Settings, logs and the directives
// of mod_rewrite itself between a condition and its rule mislead nobody.
func actsOnRequests(item ir.Item) bool {
	switch item := item.(type) {
	case *ir.ProxyPass, *ir.HeaderEdit, *ir.Require, *ir.AccessRule:
		return true
	case *ir.Word:
		return item.Name == ir.WordSetHandler
	case *ir.Residue:
		switch item.Name {
		case "Redirect", "RedirectMatch", "RedirectPermanent", "RedirectTemp", "Alias", "AliasMatch", "ScriptAlias",
			"ScriptAliasMatch", "ErrorDocument", "SetEnv", "SetEnvIf", "SetEnvIfNoCase":
			return true
		}
		return false
	case *ir.Section:
		for child := range ir.All(item.Items) {
			if _, ok := child.(*ir.RewriteRule); ok {
				return true
			}
		}
		return false
	case *ir.LoadModule, *ir.Listen, *ir.ServerName, *ir.ServerAlias, *ir.VirtualHost, *ir.Switch, *ir.Number, *ir.Words,
		*ir.ProxyPassReverse, *ir.ProxyPassReverseCookie, *ir.FCGISetEnvIf, *ir.ProxySet, *ir.BalancerMember, *ir.RewriteCond, *ir.RewriteRule, *ir.AccessOrder,
		*ir.LogFormat, *ir.CustomLog, *ir.HealthTemplate, *ir.HealthExpr, *ir.SetEnvIf, *ir.SetEnv, *ir.EnvNames, *ir.RewriteMap, *ir.ErrorDocument, *ir.Alias, *ir.MimeEdit, *ir.FilterByType:
		return false
	}
	return false
}
