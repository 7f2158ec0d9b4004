package lint

import (
	"fmt"

	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/diag"
)

var rewriteProxyNoPool = &Rule{
	ID:       "LB101",
	Name:     "rewrite-proxy-no-pool",
	Class:    diag.Defect,
	Severity: diag.Warning,
	Title:    "RewriteRule with [P] to a backend without a worker: a new connection for each request",
	Why: `Connections to a backend are kept by a worker. ProxyPass, BalancerMember and a <Proxy "URL"> section with a ProxySet
define one; RewriteRule with [P] does not. Where no worker's URL is the beginning of the target, httpd's default worker
serves the request: it resolves the name, connects, sends "Connection: close" and disconnects, for each request. It works in
every test, and under load it costs a handshake per request (with TLS several round trips) until the ports of the machine
run out. No message says so below LogLevel trace. keepalive=On, which is often added against it, is about TCP keep-alive; it
helps only because any parameter defines the worker.`,
	Bad: `RewriteEngine On
RewriteRule "^/app/(.*)" "http://backend.example.com:8080/app/$1" [P]
`,
	Good: `RewriteEngine On
RewriteRule "^/app/(.*)" "http://backend.example.com:8080/app/$1" [P]
<Proxy "http://backend.example.com:8080">
    ProxySet connectiontimeout=5
</Proxy>
`,
	Refs: []string{
		"https://httpd.apache.org/docs/2.4/rewrite/flags.html#flag_p",
		"https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#workers",
	},
	Run: func(p *Pass) {
		type backend struct {
			server    *effective.Server
			authority string
		}
		first := map[backend]unpooled{}
		for _, rule := range p.unpooledRules() {
			if rule.block != nil || rule.worker != nil {
				continue
			}
			key := backend{rule.server, rule.url.Authority()}
			earlier, again := first[key]
			if !again {
				first[key] = rule
			}
			reportNoPool(p, rule, earlier)
		}
	},
}

// reportNoPool reports a rule; earlier is one of the same server and backend, if there is one: it carries the fix.
func reportNoPool(p *Pass, u, earlier unpooled) {
	backend := u.url.Authority()
	d := diag.Diagnostic{
		Span:    u.hostSpan(p),
		Message: fmt.Sprintf("each request to %s opens a new connection: [P] finds no worker for it", backend),
		Label:   "no worker has this address",
		Notes: []diag.Note{
			{Kind: "effect", Text: `httpd's default worker connects, sends "Connection: close" and disconnects, for every request`},
			{Kind: "help", Text: fmt.Sprintf(`define a worker %s: <Proxy "%s"> with "ProxySet connectiontimeout=5" in it`, u.placeOfWorker(p), backend)},
		},
	}
	if p.folder {
		d.Severity = diag.Info
		d.Message = fmt.Sprintf("each request to %s opens a new connection unless the server defines a worker for it", backend)
		d.Label = "no worker here has this address"
	}
	switch {
	case earlier.rule != nil:
		d.Related = []diag.Related{{Span: earlier.hostSpan(p), Message: "the same backend: one worker serves both"}}
	case u.section == nil && !p.folder:
		d.Fix = p.insertAfter(u.rule, "define a worker for the backend",
			fmt.Sprintf(`<Proxy "%s">`, backend), "    ProxySet connectiontimeout=5", "</Proxy>")
	}
	p.Report(d)
}

// placeOfWorker says where a <Proxy> section for the target of the rule may stand: httpd refuses one in other sections.
func (u unpooled) placeOfWorker(p *Pass) string {
	switch {
	case p.folder:
		return "in the configuration of the server"
	case u.section == nil:
		return "beside the rule"
	case u.server.IsMain():
		return "in the main server"
	}
	return "in the <VirtualHost>"
}
