package lint

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/diag"
)

var pprMissing = &Rule{
	ID:       "LB143",
	Name:     "ppr-missing",
	Class:    diag.Defect,
	Severity: diag.Warning,
	Title:    "a ProxyPass without ProxyPassReverse among others that have one",
	Why: `A backend that is asked by its own name redirects to its own name: Location: http://127.0.0.1:8081/login. ProxyPassReverse
puts the public name and the path in the place. Where it is missing the client gets the internal address, which it cannot
reach, and which tells it about the network behind the proxy. The rule speaks up where the other backends of the server have a
ProxyPassReverse and this one was forgotten; a server without any may well have backends that never redirect, and with
ProxyPreserveHost On they are asked by the public name.`,
	Bad: `ProxyPass "/shop" "http://shop.example.com:8080/shop"
ProxyPassReverse "/shop" "http://shop.example.com:8080/shop"
ProxyPass "/blog" "http://blog.example.com:8080/blog"
`,
	Good: `ProxyPass "/shop" "http://shop.example.com:8080/shop"
ProxyPassReverse "/shop" "http://shop.example.com:8080/shop"
ProxyPass "/blog" "http://blog.example.com:8080/blog"
ProxyPassReverse "/blog" "http://blog.example.com:8080/blog"
`,
	Refs: []string{"https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypassreverse"},
	Run: func(p *Pass) {
		for _, v := range p.reversals() {
			for _, m := range v.forgotten() {
				reportNoReverse(p, v, m)
			}
		}
	},
}

// forgotten returns the mappings to backends whose redirects stay as they are, where most have a ProxyPassReverse. A line
// for the same path is another rule's, and one file does not redirect.
func (v *reversal) forgotten() []prefixMapping {
	if !slices.ContainsFunc(v.mappings, v.leaks) {
		return nil
	}
	var found []prefixMapping
	var dead covers
	paths := map[string]bool{}
	for _, r := range v.own {
		paths[comparedPath(r.path)] = true
	}
	mapped := 0
	for _, m := range v.mappings {
		if m.section == nil {
			never := dead.find(m.pass) != nil
			dead.add(m.pass)
			if never {
				continue
			}
		}
		switch {
		case !mayRedirect(m):
		case v.covers(m.pass.URL):
			mapped++
		case path.Ext(m.path) == "" && !paths[comparedPath(m.path)]:
			found = append(found, m)
		}
	}
	if len(found) > mapped {
		return nil
	}
	return found
}

// leaks reports whether redirects of a mapping may stay as they are.
func (v *reversal) leaks(m prefixMapping) bool { return mayRedirect(m) && !v.covers(m.pass.URL) }

// mayRedirect reports whether the backend of a mapping is known and sends redirects with its own address.
func mayRedirect(m prefixMapping) bool {
	url, ok := effective.ParseURL(m.pass.URL)
	return ok && redirects(url) && !m.pass.Interpolate && !strings.ContainsAny(m.pass.URL, "$%")
}

// comparedPath is the path in the form in which ProxyPass and ProxyPassReverse belong together: without a slash at its end.
func comparedPath(path string) string { return mergeSlashes(strings.TrimSuffix(path, "/")) }

func reportNoReverse(p *Pass, v *reversal, m prefixMapping) {
	other := v.own[0]
	line := fmt.Sprintf(`ProxyPassReverse "%s" "%s"`, m.path, m.pass.URL)
	if m.section != nil {
		line = fmt.Sprintf(`ProxyPassReverse "%s"`, m.pass.URL)
	}
	p.Report(diag.Diagnostic{
		Span:    m.urlSpan(),
		Message: fmt.Sprintf("redirects of %s reach the client as they are: no ProxyPassReverse is for it", m.pass.URL),
		Label:   "no ProxyPassReverse",
		Related: []diag.Related{{Span: other.pass.Origin.Span, Message: "another backend has one"}},
		Notes: []diag.Note{
			{Kind: "effect", Text: fmt.Sprintf("Location: %s/login goes to the client, which cannot reach it or leaves the proxy", v.backend(m.pass.URL))},
			{Kind: "help", Text: "add " + line},
		},
		Fix: p.insertAfter(m.pass, "map the redirects of this backend too", line),
	})
}

// backend is the address that a redirect of a target's backend begins with.
func (v *reversal) backend(target string) string {
	url, _ := effective.ParseURL(target)
	if b := v.server.Balancer(target); url.IsBalancer() && b != nil && len(b.Members) > 0 {
		url = b.Members[0].URL
	}
	return wire(url).Authority()
}
