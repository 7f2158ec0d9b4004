package lint

import (
	"fmt"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/diag"
)

var engineOff = &Rule{
	ID:       "LB405",
	Name:     "engine-off",
	Class:    diag.Defect,
	Severity: diag.Error,
	Title:    "rewrite rules of a server without RewriteEngine On",
	Why: `mod_rewrite does nothing until RewriteEngine On stands in the virtual host or in the main server, from which virtual
hosts inherit it. Without it httpd reads the rules, finds nothing wrong and runs none of them. What RewriteEngine Off switches off
on purpose is not meant here.`,
	Bad: `<VirtualHost *:80>
    ServerName www.example.com
    RewriteRule "^/app/(.*)" "http://app.example.com:8080/$1" [P]
    <Proxy "http://app.example.com:8080">
        ProxySet connectiontimeout=5
    </Proxy>
</VirtualHost>
`,
	Good: `<VirtualHost *:80>
    ServerName www.example.com
    RewriteEngine On
    RewriteRule "^/app/(.*)" "http://app.example.com:8080/$1" [P]
    <Proxy "http://app.example.com:8080">
        ProxySet connectiontimeout=5
    </Proxy>
</VirtualHost>
`,
	Refs: []string{"https://httpd.apache.org/docs/2.4/mod/mod_rewrite.html#rewriteengine"},
	Run: func(p *Pass) {
		for _, s := range p.Servers {
			if s.IsMain() && !p.Config.Server || s.Settings.Switch(ir.SwitchRewriteEngine).IsSet() {
				continue // the lines of a file may be included where the engine is on
			}
			for rule := range ir.Of[*ir.RewriteRule](s.Items) {
				if !p.mayIncludeMore(s) {
					reportEngineOff(p, rule)
				}
				break
			}
		}
	},
}

func reportEngineOff(p *Pass, rule *ir.RewriteRule) {
	name, severity := "the virtual host", diag.Warning
	if p.Config.Server {
		name, severity = "the server", diag.Error // nothing else can switch it on
	}
	p.Report(diag.Diagnostic{
		Severity: severity,
		Span:     rule.Origin.Span,
		Message:  fmt.Sprintf("no rule of %s runs: RewriteEngine On is missing", name),
		Label:    "the first of the rules",
		Notes: []diag.Note{
			{Kind: "effect", Text: "mod_rewrite does nothing; the requests go on as they are"},
			{Kind: "help", Text: "write RewriteEngine On above the rules"},
		},
		Fix: p.insertBefore(rule, "switch the rules on", "RewriteEngine On"),
	})
}
