package lint

import "github.com/lbconf/lbconf/parser/diag"

var balancerManagerOpen = &Rule{
	ID:       "LB219",
	Name:     "balancer-manager-open",
	Class:    diag.Defect,
	Severity: diag.Error,
	Title:    "balancer-manager for everybody: strangers see the backends and switch them off",
	Why: `SetHandler balancer-manager asks for no password. Its page shows every backend with its address, and its forms take members
out of service, add others and move sessions. The nonce in the forms keeps other sites from sending them with the browser of
an operator; it does not keep out a stranger, since it stands on the page. Only Require keeps strangers out.`,
	Bad: `<Location "/balancer-manager">
    SetHandler balancer-manager
</Location>
`,
	Good: `<Location "/balancer-manager">
    SetHandler balancer-manager
    Require local
</Location>
`,
	Refs: []string{"https://httpd.apache.org/docs/2.4/mod/mod_proxy_balancer.html#balancer_manager"},
	Run: func(p *Pass) {
		for h := range p.handlers() {
			if h.name != "balancer-manager" || !h.isOpen(p) {
				continue
			}
			p.Report(diag.Diagnostic{
				Span:    h.by.Origin.Arg(0),
				Message: "everybody who can reach this server sees the backends and can switch them off",
				Label:   "no access rule",
				Notes: []diag.Note{
					{Kind: "effect", Text: "GET " + h.path + " answers 200 to any client, with forms that change the balancers"},
					{Kind: "help", Text: "add Require local, or Require ip with the networks of the operators"},
				},
				Fix: p.insertAfter(h.by, "let only this machine in", "Require local"),
			})
		}
	},
}
