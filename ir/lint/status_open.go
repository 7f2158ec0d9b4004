package lint

import (
	"fmt"

	"github.com/lbconf/lbconf/parser/diag"
)

var statusOpen = &Rule{
	ID:       "LB703",
	Name:     "status-open",
	Class:    diag.Defect,
	Severity: diag.Error,
	Title:    "server-status, server-info or metrics for everybody: strangers read URLs, addresses and the configuration",
	Why: `server-status shows the address of every client with the URL that it asks for, query and session identifiers included;
server-info shows the configuration with the addresses behind the proxy. Scanners ask for both paths. A proxy makes it worse:
Require local lets in whoever comes through a proxy on the same machine. Require ip with the networks of the monitoring, or
Require local on a server that clients reach directly, keeps strangers out.`,
	Bad: `<Location "/server-status">
    SetHandler server-status
</Location>
`,
	Good: `<Location "/server-status">
    SetHandler server-status
    Require ip 10.0.0.0/8
</Location>
`,
	Refs: []string{"https://httpd.apache.org/docs/2.4/mod/mod_status.html#enable", "https://httpd.apache.org/docs/2.4/mod/mod_info.html#security"},
	Run: func(p *Pass) {
		shown := map[string]string{
			"server-status": "the addresses of clients and the URLs that they ask for",
			"server-info":   "the configuration", "ldap-status": "the cache of LDAP with its users",
			"prometheus-metrics": "the names and the load of all backends",
		}
		for h := range p.handlers() {
			what := shown[h.name]
			if what == "" || !h.isOpen(p) {
				continue
			}
			p.Report(diag.Diagnostic{
				Span:    h.by.Origin.Arg(0),
				Message: fmt.Sprintf("everybody who can reach this server reads %s", what),
				Label:   "no access rule",
				Notes: []diag.Note{
					{Kind: "effect", Text: "GET " + h.path + " answers 200 to any client"},
					{Kind: "help", Text: "add Require ip with the networks of the monitoring, or Require local"},
				},
				Fix: p.insertAfter(h.by, "let only this machine in", "Require local"),
			})
		}
	},
}
