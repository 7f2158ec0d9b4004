package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/diag"
)

var proxypassShadowed = &Rule{
	ID:       "LB107",
	Name:     "proxypass-shadowed",
	Class:    diag.Defect,
	Severity: diag.Error,
	Title:    "ProxyPass that never runs, because an earlier one takes everything that it matches",
	Why: `httpd goes through the ProxyPass and ProxyPassMatch lines of a server from top to bottom and takes the first that
matches; the length of the path does not count. Behind "ProxyPass /" no other line is ever looked at: its backend gets no
request, and those meant for it go to the first one, which answers 404 or, worse, something else. The same holds for lines
below an exclusion with "!".`,
	Bad: `ProxyPass "/" "http://web.example.com:8080/"
ProxyPass "/api/ws" "ws://chat.example.com:9000/"
`,
	Good: `ProxyPass "/api/ws" "ws://chat.example.com:9000/"
ProxyPass "/" "http://web.example.com:8080/"
`,
	Refs: []string{"https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypass"},
	Run: func(p *Pass) {
		for _, found := range p.shadows() {
			if !found.later.Exclude && !sameResult(found.earlier, found.later) {
				reportShadowed(p, found)
			}
		}
	},
}

func reportShadowed(p *Pass, found shadow) {
	takes := fmt.Sprintf("requests for %s go to %s", found.later.Path, found.earlier.URL)
	if found.earlier.Exclude {
		takes = fmt.Sprintf("requests for %s are not proxied at all", found.later.Path)
	}
	p.Report(diag.Diagnostic{
		Span:    found.later.Origin.Arg(0),
		Message: fmt.Sprintf("%s %s never runs: %s %s above takes all its requests", found.later.Origin.Directive, found.later.Path, found.earlier.Origin.Directive, found.earlier.Path),
		Label:   "never reached",
		Related: []diag.Related{{Span: found.earlier.Origin.Arg(0), Message: "takes everything that this matches"}},
		Notes: []diag.Note{
			{Kind: "effect", Text: takes + "; httpd takes the first line that matches, not the longest path"},
			{Kind: "help", Text: "move the line above the other: longest paths first"},
		},
		Fix: p.moveBefore(found.later, found.earlier, "move the line above the one that takes its requests"),
	})
}

// sameResult reports whether the later entry would do what the earlier one does, so that it is merely superfluous: the
// same backend and path, and no parameter or flag that is lost.
func sameResult(earlier, later *ir.ProxyPass) bool {
	if earlier.Exclude || earlier.Regex != nil || later.Regex != nil || len(later.Params) > 0 ||
		later.NoCanon != earlier.NoCanon || later.Interpolate != earlier.Interpolate {
		return false
	}
	a, ok := effective.ParseURL(earlier.URL)
	if !ok {
		return false
	}
	b, ok := effective.ParseURL(later.URL)
	if !ok {
		return false
	}
	rest, ok := strings.CutPrefix(later.Path, earlier.Path)
	return ok && plain(b).String() == plain(a).String()+rest
}

// plain takes a WebSocket's scheme for that of the request which it becomes without an upgrade: httpd sends it there.
func plain(u effective.URL) effective.URL {
	if i := slices.Index([]string{"ws", "wss"}, u.Scheme); i >= 0 {
		u.Scheme = []string{"http", "https"}[i]
	}
	return u
}
