package lint

import "github.com/lbconf/lbconf/parser/diag"

var wrongContext = &Rule{
	ID:       "LB014",
	Name:     "wrong-context",
	Class:    diag.Refusal,
	Severity: diag.Error,
	Title:    "a directive in a section that may not hold it",
	Why: `Each directive says where it may stand: in the main server, in <VirtualHost>, in sections such as <Location>, in
.htaccess. Elsewhere httpd refuses it and does not start. ProxyPass is taken in <Location> but not in <Directory>, <Files>
and <If>; to proxy by a condition, use RewriteRule with [P].`,
	Bad: `<Directory "/var/www">
    ProxyPass "http://app.example.com:8080/"
</Directory>
`,
	Good: `<Location "/app">
    ProxyPass "http://app.example.com:8080/app"
</Location>
`,
	Refs: []string{
		"https://httpd.apache.org/docs/2.4/mod/directive-dict.html#Context",
	},
}
