package lint

import (
	"fmt"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/diag"
)

var reuseWithoutTTL = &Rule{
	ID:       "LB128",
	Name:     "reuse-without-ttl",
	Class:    diag.Defect,
	Severity: diag.Info,
	Title:    "a pool whose size is set and whose idle connections never grow old",
	Why: `Without ttl= httpd uses an idle connection again however long ago it was used last. Backends close connections that were
idle for long: Apache after 5 seconds, Tomcat after 20, nginx after 75. When a backend does so while the next request is on
its way, httpd answers that request with 502 ("error reading status line from remote server"); a failure now and then that
nobody can repeat. ttl= below the time of the backend avoids it. smax= without ttl= does nothing at all: what it says is how
many connections that are too old stay open. The rule looks at pools whose size somebody has set, with max=, smax= or min=.`,
	Bad: `ProxyPass "/" "http://app.example.com:8080/" max=50 smax=10
`,
	Good: `ProxyPass "/" "http://app.example.com:8080/" max=50 ttl=4
`,
	Refs: []string{"https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypass"},
	Run: func(p *Pass) {
		for _, s := range p.Servers {
			for _, w := range ownWorkers(s) {
				checkAge(p, s, w)
			}
			for _, b := range s.Balancers {
				for _, w := range b.Members {
					if b.Server == s {
						checkAge(p, s, w)
					}
				}
			}
		}
	},
}

// checkAge looks at a worker of a server, not at those that the server inherits.
func checkAge(p *Pass, s *effective.Server, w *effective.Worker) {
	age := w.Params.TTL.Set || w.Params.Ping.Set
	if age || !w.Reusable() || w.URL.Scheme != "http" && w.URL.Scheme != "https" {
		return
	}
	size, found := sizeOf(w)
	if !found || p.View.ServerOf(w.By) != s {
		return
	}
	effect := "a request that meets a connection which the backend is closing is answered with 502"
	if w.Params.SMax.Set {
		effect += "; smax does nothing without ttl"
	}
	p.Report(diag.Diagnostic{
		Span:    size.Span,
		Message: fmt.Sprintf("idle connections to %s are used again however old they are", w.URL.Authority()),
		Label:   "the size of the pool, and no ttl",
		Notes: []diag.Note{
			{Kind: "effect", Text: effect},
			{Kind: "help", Text: "add ttl= with fewer seconds than the backend keeps an idle connection, such as ttl=4 for Apache, ttl=60 for nginx"},
		},
	})
}

// sizeOf returns the first parameter that sets the size of the worker's pool.
func sizeOf(w *effective.Worker) (ir.Param, bool) {
	for item := range directivesOf(w) {
		for _, param := range paramsOf(item) {
			switch param.Key {
			case "max", "smax", "min":
				return param, true
			}
		}
	}
	return ir.Param{}, false
}
