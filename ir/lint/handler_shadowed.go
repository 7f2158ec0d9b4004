package lint

import (
	"fmt"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/diag"
)

var handlerShadowed = &Rule{
	ID:       "LB120",
	Name:     "handler-shadowed",
	Class:    diag.Defect,
	Severity: diag.Warning,
	Title:    "SetHandler for a path that ProxyPass sends to a backend, so that the handler never answers",
	Why: `httpd decides about ProxyPass before it looks for a handler, and what is proxied stays so: SetHandler in a <Location> changes
nothing for such a path but the name in the log. Behind "ProxyPass /" the pages of server-status and balancer-manager are
asked of a backend, which answers 404. The path must be taken out with "ProxyPass path !" above the line that takes it.`,
	Bad: `ProxyPass "/" "http://app.example.com:8080/"
<Location "/server-status">
    SetHandler server-status
    Require local
</Location>
`,
	Good: `ProxyPass "/server-status" !
ProxyPass "/" "http://app.example.com:8080/"
<Location "/server-status">
    SetHandler server-status
    Require local
</Location>
`,
	Refs: []string{"https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypass"},
	Run: func(p *Pass) {
		for h := range p.handlers() {
			if h.path == "/" {
				continue // for what is not proxied
			}
			if pass, known := h.proxiedBy(); known && pass != nil {
				reportHandlerShadowed(p, h, pass)
			}
		}
	},
}

func reportHandlerShadowed(p *Pass, h handled, pass *ir.ProxyPass) {
	d := diag.Diagnostic{
		Span:    h.by.Origin.Arg(0),
		Message: fmt.Sprintf("%s never answers: %s sends %s to %s", h.by.Value, pass.Origin.Directive, h.path, pass.URL),
		Label:   "never asked",
		Related: []diag.Related{{Span: pass.Origin.Span, Message: "takes the path before handlers are looked for"}},
		Notes: []diag.Note{
			{Kind: "effect", Text: fmt.Sprintf("GET %s is answered by the backend", h.path)},
			{Kind: "help", Text: fmt.Sprintf("write ProxyPass %q ! above the ProxyPass", h.path)},
		},
	}
	d.Fix = p.exclude(h.server, pass, h.path)
	p.Report(d)
}

// exclude takes a path out of what a ProxyPass takes; nil where that stands elsewhere, as a line above one of the main server
// would hold for all virtual hosts.
func (p *Pass) exclude(s *effective.Server, pass *ir.ProxyPass, path string) *diag.Fix {
	for own := range ir.Of[*ir.ProxyPass](s.Items) {
		if own == pass {
			return p.insertBefore(pass, "take the path out of what is proxied", fmt.Sprintf("ProxyPass %q !", path))
		}
	}
	return nil
}
