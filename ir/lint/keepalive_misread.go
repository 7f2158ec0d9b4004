package lint

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/diag"
)

var keepaliveMisread = &Rule{
	ID:       "LB124",
	Name:     "keepalive-misread",
	Class:    diag.Defect,
	Severity: diag.Info,
	Title:    "keepalive=On, which is about TCP and does not make httpd reuse connections",
	Why: `keepalive=On of a worker sets SO_KEEPALIVE: the system sends a probe over a connection that has been silent for long, so
that a firewall does not forget it. It is often written to have connections reused. That every worker does without it; what a
RewriteRule with [P] lacks is the worker, and there any parameter in a <Proxy> section helps. How long an idle connection is
kept is said by ttl=, that it is not kept by disablereuse=On.`,
	Bad: `ProxyPass "/" "http://app.example.com:8080/" keepalive=On
`,
	Good: `ProxyPass "/" "http://app.example.com:8080/"
`,
	Refs: []string{"https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypass"},
	Run: func(p *Pass) {
		if !slices.ContainsFunc(p.params(), switchesProbesOn) {
			return
		}
		all := p.whole.facts.probes.get(p.whole.findProbes)
		if slices.Contains(p.Servers, p.View.ServerOf(all[0].by)) {
			reportKeepalive(p, all)
		}
	},
}

// findProbes returns the words that switch probes on in the order of the configuration, where the main server's own lines may
// stand behind virtual hosts.
func (p *Pass) findProbes() []writtenParam {
	var all []writtenParam
	for _, param := range p.params() {
		if switchesProbesOn(param) {
			all = append(all, param)
		}
	}
	slices.SortStableFunc(all, func(a, b writtenParam) int { return cmp.Compare(a.by.Head().Seq, b.by.Head().Seq) })
	return all
}

func switchesProbesOn(param writtenParam) bool {
	return param.Key == "keepalive" && clib.EqualFold(param.Value, "on")
}

// reportKeepalive reports the first of some lines: who has misread it has misread it everywhere.
func reportKeepalive(p *Pass, params []writtenParam) {
	d := diag.Diagnostic{
		Span:    params[0].Span,
		Message: "keepalive=On is TCP keep-alive: it does not make httpd reuse connections",
		Label:   "SO_KEEPALIVE",
		Notes: []diag.Note{
			{Kind: "effect", Text: "a worker reuses its connections with it and without it; the system probes idle ones"},
			{Kind: "help", Text: "for the reuse of connections nothing has to be written; ttl=60 closes those that were idle for a minute"},
		},
	}
	if set, ok := params[0].by.(*ir.ProxySet); ok && len(set.Params) == 1 {
		d.Notes[1].Text = "what helps is that the section has a parameter, which makes a worker; connectiontimeout=5 does it too, and says something"
	}
	if len(params) > 1 {
		d.Related = []diag.Related{{Span: params[1].Span, Message: "here too"}}
		d.Notes = append(d.Notes, diag.Note{Kind: "note", Text: fmt.Sprintf("it stands in %d places", len(params))})
	}
	p.Report(d)
}
