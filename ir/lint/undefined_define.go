package lint

import "github.com/lbconf/lbconf/parser/diag"

var undefinedDefine = &Rule{
	ID:       "LB802",
	Name:     "undefined-define",
	Class:    diag.Defect,
	Severity: diag.Warning,
	Title:    "${NAME} of a variable that nobody defines",
	Why: `httpd replaces ${NAME} by what Define or the environment says when it reads a line. A name that it does not find stays in
the text as it is, with a warning (AH00111) that scrolls by at the start: a host is then really called "${backend}". Give
variables of the environment with --env or --envvars, since lint does not look at its own.`,
	Bad: `Define app_host app.example.com
ProxyPass "/app" "http://${app_hots}:8080/app"
`,
	Good: `Define app_host app.example.com
ProxyPass "/app" "http://${app_host}:8080/app"
`,
	Refs: []string{
		"https://httpd.apache.org/docs/2.4/mod/core.html#define",
	},
}
