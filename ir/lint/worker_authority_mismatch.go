package lint

import (
	"fmt"
	"strings"

	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/diag"
)

var workerAuthorityMismatch = &Rule{
	ID:       "LB103",
	Name:     "worker-authority-mismatch",
	Class:    diag.Defect,
	Severity: diag.Warning,
	Title:    "a worker that was meant for a [P] rule and does not match its target",
	Why: `httpd finds the worker of a target by text: the worker's URL, its scheme and host in lower case and without the
default port, must be the beginning of the target. "localhost" is not "127.0.0.1", http is not https, and a worker for
http://backend/app does not serve http://backend/other. A rule that misses its worker gets httpd's default worker, which
opens a new connection for each request, and none of the timeouts and limits that the worker has.`,
	Bad: `RewriteEngine On
RewriteRule "^/app/(.*)" "http://127.0.0.1:8080/app/$1" [P]
<Proxy "http://localhost:8080">
    ProxySet connectiontimeout=5 timeout=30
</Proxy>
`,
	Good: `RewriteEngine On
RewriteRule "^/app/(.*)" "http://localhost:8080/app/$1" [P]
<Proxy "http://localhost:8080">
    ProxySet connectiontimeout=5 timeout=30
</Proxy>
`,
	Refs: []string{"https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#workers"},
	Run: func(p *Pass) {
		for _, rule := range p.unpooledRules() {
			if rule.worker != nil {
				reportMismatch(p, rule)
			}
		}
	},
}

func reportMismatch(p *Pass, u unpooled) {
	what, at := difference(u.url, u.worker.URL), u.hostSpan(p)
	if what == "path" {
		at = u.urlSpan()
	}
	p.Report(diag.Diagnostic{
		Span:    at,
		Message: fmt.Sprintf("the worker %s does not match the target of this rule: another %s", u.worker.Name, what),
		Label:   "finds no worker",
		Related: []diag.Related{{Span: u.worker.By.Head().Origin.Span, Message: "the worker " + u.worker.Name}},
		Notes: []diag.Note{
			{Kind: "effect", Text: `httpd's default worker connects, sends "Connection: close" and disconnects, for every request; the parameters of the worker do not count`},
			{Kind: "help", Text: fmt.Sprintf("write the same address in both places: %s", commonURL(u))},
		},
	})
}

// difference names the first part of the URLs that differs.
func difference(a, b effective.URL) string {
	switch {
	case a.Scheme != b.Scheme:
		return "scheme"
	case a.Host != b.Host:
		return "host name"
	case a.PortNumber() != b.PortNumber():
		return "port"
	}
	return "path"
}

// commonURL is what the worker had to be called to serve the rule.
func commonURL(u unpooled) string {
	if difference(u.url, u.worker.URL) != "path" {
		return u.url.Authority()
	}
	path := u.url.Path
	if !u.whole {
		path = path[:strings.LastIndexByte(path, '/')]
	}
	return u.url.Authority() + path
}
