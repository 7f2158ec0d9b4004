package lint

import "github.com/lbconf/lbconf/parser/diag"

var unusedSuppression = &Rule{
	ID:       "LB003",
	Name:     "unused-suppression",
	Class:    diag.Defect,
	Severity: diag.Warning,
	Title:    "a comment that ignores a finding which is not there",
	Why: `"# lbconf: ignore[LB101] reason" on a line of its own ignores the findings of a rule on the next directive, or in the
whole of the next section. Rules are named by code or name, several with commas between them. What httpd refuses cannot be
ignored. When the configuration changes and the comment hides nothing any more, it would hide the next mistake: delete it.`,
	Bad: `# lbconf: ignore[LB101] opened for two requests a day
ProxyPass "/app" "http://backend.example.com:8080/app"
`,
	Good: `RewriteEngine On
# lbconf: ignore[LB101] opened for two requests a day
RewriteRule "^/app/(.*)" "http://backend.example.com:8080/app/$1" [P]
`,
	Refs: []string{"https://httpd.apache.org/docs/2.4/configuring.html#syntax"},
}
