package lint

import (
	"fmt"
	"iter"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/diag"
)

var ppmBackrefNoReuse = &Rule{
	ID:       "LB104",
	Name:     "ppm-backref-no-reuse",
	Class:    diag.Defect,
	Severity: diag.Warning,
	Title:    "ProxyPassMatch with $1 in its URL: a new connection for each request",
	Why: `The worker of a ProxyPassMatch with $1 in its URL keeps no connections unless enablereuse=on says so: httpd connects and
disconnects for each request, as for a rule with [P] that has no worker. Nothing is logged. With enablereuse=on they are kept
for URLs that are at least as long as the one that is written, $1 included; shorter ones still go to the default worker.
Where the pattern is a path and all that follows, ProxyPass does the same and keeps connections for all.`,
	Bad: `ProxyPassMatch "^/(.*\.(?:gif|png))$" "http://images.example.com:8080/$1"
`,
	Good: `ProxyPassMatch "^/(.*\.(?:gif|png))$" "http://images.example.com:8080/$1" enablereuse=on
`,
	Refs: []string{"https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypassmatch"},
	Run: func(p *Pass) {
		for w, pass := range p.matchWorkers() {
			if !strings.Contains(w.URL.Authority(), "$") && strings.Contains(w.URL.Path, "$") && !w.Params.Reuse.Set && !w.Params.AddressTTL.Set {
				reportNoReuse(p, w, pass)
			}
		}
	},
}

// matchWorkers yields the workers that a ProxyPassMatch defines, of the schemes whose connections are worth keeping. One
// that never runs is another rule's.
func (p *Pass) matchWorkers() iter.Seq2[*effective.Worker, *ir.ProxyPass] {
	return func(yield func(*effective.Worker, *ir.ProxyPass) bool) {
		for _, s := range p.Servers {
			var dead map[ir.Item]bool
			for _, w := range ownWorkers(s) {
				pass, ok := w.By.(*ir.ProxyPass)
				if !ok || !w.Match || w.URL.Socket != "" || !pools(w.URL) || pass.Interpolate {
					continue
				}
				if dead == nil {
					dead = deadMappings(s)
				}
				if !dead[pass] && !yield(w, pass) {
					return
				}
			}
		}
	}
}

func reportNoReuse(p *Pass, w *effective.Worker, pass *ir.ProxyPass) {
	d := diag.Diagnostic{
		Span:    passURL(pass),
		Message: fmt.Sprintf("each request to %s opens a new connection: with $1 in its URL ProxyPassMatch keeps none", w.URL.Authority()),
		Label:   "connections are not reused",
		Notes: []diag.Note{
			{Kind: "effect", Text: "httpd connects, sends the request and disconnects, for every request"},
			{Kind: "help", Text: "add enablereuse=on"},
		},
	}
	end := pass.Origin.Span.End
	d.Fix = &diag.Fix{Message: "keep connections", Edits: []diag.Edit{{Span: diag.Span{Start: end, End: end}, Text: " enablereuse=on"}}}
	if path, url, ok := asPrefix(pass); ok {
		d.Notes[1].Text = fmt.Sprintf(`write ProxyPass "%s" "%s", which does the same and keeps connections`, path, url)
		name := diag.Span{Start: pass.Origin.Span.Start, End: pass.Origin.Span.Start + diag.Pos(len(pass.Origin.Directive))}
		d.Fix = &diag.Fix{Message: "write it as ProxyPass", Edits: []diag.Edit{
			{Span: name, Text: "ProxyPass"}, {Span: pass.Origin.Arg(0), Text: path}, {Span: passURL(pass), Text: url},
		}}
	}
	p.Report(d)
}

// asPrefix returns the arguments of the ProxyPass that does what a ProxyPassMatch for a path and all below it does.
func asPrefix(pass *ir.ProxyPass) (path, url string, ok bool) {
	shape := shapeOf(pass.Regex)
	url, last := strings.CutSuffix(pass.URL, "$1")
	if pass.Path == "" || pass.Tilde || !last || !shape.open || !strings.HasSuffix(shape.prefix, "/") || !strings.HasSuffix(url, "/") ||
		strings.Contains(url, "$") || groupsOf(pass.Regex) != 1 || !strings.HasPrefix(pass.Path, "^"+shape.prefix+"(") {
		return "", "", false
	}
	return shape.prefix, url, true
}
