package lint

import (
	"fmt"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/diag"
)

var backrefInAuthority = &Rule{
	ID:       "LB105",
	Name:     "backref-in-authority",
	Class:    diag.Defect,
	Severity: diag.Warning,
	Title:    "ProxyPassMatch with $1 directly behind the host: connections are never kept",
	Why: `Where $1 follows the host or port of the URL directly, httpd takes it for a part of the address, which then is another one for
each request: the worker keeps no connections, and enablereuse=on is ignored. The message about it (AH10400) is in the log of the
processes that serve, not in what apache2 -t says. With the slash outside of the group, "^/(.*)$" and "http://backend/$1", the address
is fixed and enablereuse=on holds.`,
	Bad: `ProxyPassMatch "^(/.*\.gif)$" "http://images.example.com:8080$1" enablereuse=on
`,
	Good: `ProxyPassMatch "^/(.*\.gif)$" "http://images.example.com:8080/$1" enablereuse=on
`,
	Refs: []string{"https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypassmatch"},
	Run: func(p *Pass) {
		for w, pass := range p.matchWorkers() {
			a := openAuthority{scope: &scope{}, directive: pass.Origin.Directive, span: passURL(pass), pattern: pass.Regex}
			fixed := a.find(p, matchParts(pass.URL)) && a.before != "" && a.after == "" && a.ref.beginsPath()
			if fixed && (w.Params.Reuse.Value || !w.Params.Reuse.Set) {
				reportReferenceBehindHost(p, &a, pass)
			}
		}
	},
}

// beginsPath reports whether the reference can be nothing but a path.
func (r *reference) beginsPath() bool {
	first := r.first
	first.Remove('/')
	return first.Len() == 0
}

func reportReferenceBehindHost(p *Pass, a *openAuthority, pass *ir.ProxyPass) {
	url, _ := effective.ParseURL(pass.URL)
	d := diag.Diagnostic{
		Span:    a.refSpan(p),
		Message: fmt.Sprintf("each request to %s opens a new connection: %s is taken for a part of the address", url.Scheme+"://"+a.before, a.ref.written),
		Label:   "directly behind the host",
		Notes: []diag.Note{
			{Kind: "effect", Text: "httpd connects, sends the request and disconnects, for every request; enablereuse=on is ignored (AH10400)"},
			{Kind: "help", Text: fmt.Sprintf(`take the slash out of the group: "^/(…)" and "%s://%s/%s" with enablereuse=on`, url.Scheme, a.before, a.ref.written)},
		},
	}
	p.Report(d)
}
