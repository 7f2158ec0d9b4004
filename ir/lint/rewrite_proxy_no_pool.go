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
		for _, group := range groupRules(p) {
			reportNoPool(p, group)
		}
	},
}

// groupRules returns the rules that have nothing like a worker, those of one server and backend together.
func groupRules(p *Pass) [][]unpooled {
	type backend struct {
		server    *effective.Server
		authority string
	}
	var groups [][]unpooled
	place := map[backend]int{}
	for rule := range p.unpooledRules() {
		if rule.block != nil || rule.worker != nil {
			continue
		}
		key := backend{rule.server, rule.url.Authority()}
		i, seen := place[key]
		if !seen {
			i = len(groups)
			place[key] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], rule)
	}
	return groups
}

// mostRelated bounds how many places a finding names.
const mostRelated = 3

func reportNoPool(p *Pass, group []unpooled) {
	first := group[0]
	backend := first.url.Authority()
	d := diag.Diagnostic{
		Span:    first.hostSpan(p),
		Message: fmt.Sprintf("each request to %s opens a new connection: [P] finds no worker for it", backend),
		Label:   "no worker has this address",
		Notes: []diag.Note{
			{Kind: "effect", Text: `httpd's default worker connects, sends "Connection: close" and disconnects, for every request`},
			{Kind: "help", Text: fmt.Sprintf(`define a worker beside the rule: <Proxy "%s"> with "ProxySet connectiontimeout=5" in it`, backend)},
		},
	}
	for i, rule := range group[1:] {
		if i == mostRelated {
			d.Notes = append(d.Notes, diag.Note{Kind: "note", Text: fmt.Sprintf("%d more rules have the same backend", len(group)-1-mostRelated)})
			break
		}
		d.Related = append(d.Related, diag.Related{Span: rule.hostSpan(p), Message: "so does this rule"})
	}
	if first.section == nil {
		d.Fix = p.insertAfter(first.rule, "define a worker for the backend",
			fmt.Sprintf(`<Proxy "%s">`, backend), "    ProxySet connectiontimeout=5", "</Proxy>")
	}
	p.Report(d)
}
