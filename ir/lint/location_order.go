package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/diag"
)

var locationOrder = &Rule{
	ID:       "LB110",
	Name:     "location-order",
	Class:    diag.Defect,
	Severity: diag.Error,
	Title:    "ProxyPass in a Location that a later Location overrides",
	Why: `Of the <Location> sections that cover a path httpd merges one after the other, in the order of the file, and the last
ProxyPass counts; the length of the path does not. So the order is the opposite of that of ProxyPass outside of sections:
the general one first. A <Location "/"> with ProxyPass at the end takes the requests of all the others. The manual says that
the most specific location takes precedence, which httpd does not do.`,
	Bad: `<Location "/app/admin">
    ProxyPass "http://admin.example.com:8080/"
</Location>
<Location "/app">
    ProxyPass "http://app.example.com:8080/"
</Location>
`,
	Good: `<Location "/app">
    ProxyPass "http://app.example.com:8080/"
</Location>
<Location "/app/admin">
    ProxyPass "http://admin.example.com:8080/"
</Location>
`,
	Refs: []string{
		"https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypass",
		"https://httpd.apache.org/docs/2.4/sections.html#merging",
	},
	Run: func(p *Pass) {
		for _, s := range p.Servers {
			checkLocationOrder(p, s)
		}
	},
}

// located is a Location without wildcards in a server, and the ProxyPass that counts in it.
type located struct {
	section *ir.Section
	pass    *ir.ProxyPass
}

// locations returns the server's own in order.
func locations(s *effective.Server) []located {
	var all []located
	for _, m := range s.Located {
		if sec := m.Section; m.Server == s && sec.Parent == nil && isPlainLocation(sec.Section) && sec.Mapping == m {
			all = append(all, located{sec.Section, m.Pass})
		}
	}
	return all
}

// isPlainLocation reports whether a section is for a path as it is written.
func isPlainLocation(section *ir.Section) bool {
	return section.Kind == ir.SectionLocation && section.Regex == nil && !strings.ContainsAny(section.Pattern, "*?[$")
}

func checkLocationOrder(p *Pass, s *effective.Server) {
	all := locations(s)
	later := map[string]located{}
	for _, l := range slices.Backward(all) {
		if over, ok := overriding(later, l.section.Pattern); ok && !sameLocated(l, over) {
			reportLocationOrder(p, l, over)
		}
		if _, taken := later[l.section.Pattern]; !taken {
			later[l.section.Pattern] = l
		}
	}
}

// overriding returns the last of some locations that cover a path.
func overriding(later map[string]located, path string) (located, bool) {
	best, found := later[path]
	for i := range len(path) {
		if path[i] != '/' {
			continue
		}
		for _, above := range []string{path[:i], path[:i+1]} {
			if l, ok := later[above]; ok && (!found || l.section.Seq > best.section.Seq) {
				best, found = l, true
			}
		}
	}
	return best, found
}

// sameLocated reports whether both send the requests of the first one to the same place.
func sameLocated(l, over located) bool {
	if l.pass.Exclude || over.pass.Exclude {
		return l.pass.Exclude == over.pass.Exclude
	}
	rest := strings.TrimPrefix(l.section.Pattern, over.section.Pattern)
	return l.pass.URL == over.pass.URL+rest || l.pass.URL == strings.TrimSuffix(over.pass.URL, "/")+"/"+strings.TrimPrefix(rest, "/")
}

func reportLocationOrder(p *Pass, l, over located) {
	goes := "go to " + over.pass.URL
	if over.pass.Exclude {
		goes = "are not proxied"
	}
	p.Report(diag.Diagnostic{
		Span:    l.pass.Origin.Span,
		Message: fmt.Sprintf("ProxyPass of <Location %s> never runs: <Location %s> below overrides it", l.section.Pattern, over.section.Pattern),
		Label:   "overridden",
		Related: []diag.Related{{Span: over.pass.Origin.Span, Message: "counts, because it stands later"}},
		Notes: []diag.Note{
			{Kind: "effect", Text: fmt.Sprintf("requests for %s %s; of several locations the last one counts, not the longest", l.section.Pattern, goes)},
			{Kind: "help", Text: fmt.Sprintf("move <Location %s> above the other: the general one first", over.section.Pattern)},
		},
	})
}
