package lint

import (
	"fmt"
	"strings"

	"github.com/lbconf/lbconf/parser/diag"
)

var ssrfHostFromClient = &Rule{
	ID:       "LB152",
	Name:     "ssrf-host-from-client",
	Class:    diag.Defect,
	Severity: diag.Error,
	Title:    "the client chooses the host that a request is forwarded to",
	Why: `The host of the target comes from the request: from its path, its query or one of its fields. Nothing limits it to the
backends that are meant, so that the proxy is an open one: a request can name the services on 127.0.0.1, a neighbour in the
network behind the proxy or the metadata service of a cloud, with a port of its choice. Host is no better than another field
in the main server and in the first virtual host of an address, which take the requests for names that nobody has.`,
	Bad: `RewriteEngine On
RewriteRule "^/fetch/([^/]+)/(.*)" "http://$1/$2" [P]
`,
	Good: `RewriteEngine On
RewriteRule "^/fetch/(images|news)/(.*)" "http://$1.example.com/$2" [P]
`,
	Refs: []string{
		"https://httpd.apache.org/docs/2.4/rewrite/flags.html#flag_p",
		"https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypassmatch",
	},
	Run: func(p *Pass) {
		for _, a := range p.openAuthorities() {
			if !a.continues() && a.chooses() {
				reportChosenHost(p, a)
			}
		}
	},
}

func reportChosenHost(p *Pass, a openAuthority) {
	d := diag.Diagnostic{
		Span:    a.refSpan(p),
		Message: fmt.Sprintf("%s is the host of the target, and the client chooses it", a.ref.written),
		Label:   "comes from the request",
		Notes: []diag.Note{
			{Kind: "effect", Text: a.chosenEffect()},
			{Kind: "help", Text: "name the backends: a group such as (one|two), a RewriteMap from what the client sends to a host, or a RewriteCond that ends in $ and lists the hosts"},
		},
	}
	if a.ref.isHost() {
		d.Severity = diag.Warning
		d.Notes[1].Text = `list the hosts in a condition, such as RewriteCond "%{HTTP_HOST}" "^(one|two)\.example\.com$", or write the host of the backend`
	}
	p.Report(d)
}

func (a *openAuthority) chosenEffect() string {
	switch {
	case a.ref.isHost() && a.server.IsMain():
		return "Host: 10.0.0.1 reaches the main server like any other name that nobody has, and the request is sent to 10.0.0.1"
	case a.ref.isHost():
		return "Host: 10.0.0.1 reaches the first virtual host of the address like any other name that nobody has, and the request is sent to 10.0.0.1"
	case a.prefix() != "" && a.before == "" && a.after == "":
		return fmt.Sprintf("GET %s10.0.0.1/ is sent to 10.0.0.1", a.prefix())
	case strings.HasPrefix(a.ref.written, "%{HTTP:") && a.before == "" && a.after == "":
		return fmt.Sprintf("a request with %s: 10.0.0.1 is sent to 10.0.0.1", strings.Trim(a.ref.written[len("%{HTTP:"):], "}"))
	}
	return "a request can be sent to any host that this machine reaches"
}
