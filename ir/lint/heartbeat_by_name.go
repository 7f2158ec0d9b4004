package lint

import (
	"fmt"
	"net/netip"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/diag"
)

var heartbeatByName = &Rule{
	ID:       "LB226",
	Name:     "heartbeat-by-name",
	Class:    diag.Defect,
	Severity: diag.Error,
	Title:    "lbmethod=heartbeat and a member whose host is a name, which is never chosen",
	Why: `mod_heartmonitor keeps heartbeats by the address that they come from, and mod_lbmethod_heartbeat looks for each member by
the host as it stands in the URL, as a text. A name is never resolved for that, so that no heartbeat fits it: the member gets
no request, and where all members have names every request is answered with 503. apache2 -t says "Syntax OK", and at
LogLevel debug the log has "No server for worker".`,
	Bad: `HeartbeatListen 239.0.0.1:27999
<Proxy "balancer://cluster">
    BalancerMember "http://b1.example.com:8080"
    BalancerMember "http://10.0.0.8:8080"
    ProxySet lbmethod=heartbeat
</Proxy>
ProxyPass "/" "balancer://cluster/"
`,
	Good: `HeartbeatListen 239.0.0.1:27999
<Proxy "balancer://cluster">
    BalancerMember "http://10.0.0.7:8080"
    BalancerMember "http://10.0.0.8:8080"
    ProxySet lbmethod=heartbeat
</Proxy>
ProxyPass "/" "balancer://cluster/"
`,
	Refs: []string{"https://httpd.apache.org/docs/2.4/mod/mod_lbmethod_heartbeat.html"},
	Run: func(p *Pass) {
		for _, s := range p.Servers {
			if s.View.Main().Settings.Word(ir.WordHeartbeatListen).Value == "" {
				continue // somebody else writes the file, and knows what stands in it
			}
			for _, b := range s.Balancers {
				if b.Server == s && b.Params.LBMethod.Value == "heartbeat" {
					checkHeartbeatHosts(p, b)
				}
			}
		}
	},
}

func checkHeartbeatHosts(p *Pass, b *effective.Balancer) {
	for _, w := range b.Members {
		member, ok := w.By.(*ir.BalancerMember)
		if _, err := netip.ParseAddr(w.URL.Host); !ok || err == nil {
			continue
		}
		p.Report(diag.Diagnostic{
			Span:    memberSpan(member),
			Message: fmt.Sprintf("%s is never chosen: heartbeats come from addresses, and %s is a name", member.URL, w.URL.Host),
			Label:   "no heartbeat has this host",
			Notes: []diag.Note{
				{Kind: "effect", Text: "it gets no requests; without a member that has an address the answer is 503"},
				{Kind: "help", Text: "write the address from which the backend sends its heartbeats"},
			},
		})
	}
}
