package lint

import (
	"fmt"
	"slices"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/parser/rewrite"
)

var headerNotAlways = &Rule{
	ID:       "LB501",
	Name:     "header-not-always",
	Class:    diag.Defect,
	Severity: diag.Warning,
	Title:    "a security header without always, which httpd's own answers do not have",
	Why: `httpd keeps two tables of response headers. Header without always works on the one that only responses of the backend
and of files have: a 503 while the backend is down, a 403 of Require and each redirect that httpd makes itself come without
the header. For Strict-Transport-Security that is a redirect from one name to the other without it, which the preload lists
refuse. "Header always" alone is not the answer where the backend sends the header too: the two tables are joined, and the
client gets both lines. "Header unset" in front of it takes the backend's away.`,
	Bad: `<VirtualHost *:443>
    Header set Strict-Transport-Security "max-age=31536000"
    ProxyPass "/" "http://app.example.com:8080/"
</VirtualHost>
`,
	Good: `<VirtualHost *:443>
    Header unset Strict-Transport-Security
    Header always set Strict-Transport-Security "max-age=31536000"
    ProxyPass "/" "http://app.example.com:8080/"
</VirtualHost>
`,
	Refs: []string{"https://httpd.apache.org/docs/2.4/mod/mod_headers.html#header"},
	Run: func(p *Pass) {
		always := alwaysNames(p.View.Main())
		for _, s := range p.Servers {
			known := always
			if !s.IsMain() {
				known = append(slices.Clip(always), alwaysNames(s)...)
			}
			if !p.proxies(s) {
				continue
			}
			checkAlways(p, s.Items, known)
			for section := range ir.Of[*ir.Section](s.Items) {
				if section.Kind == ir.SectionLocation || section.Kind == ir.SectionLocationMatch {
					checkAlways(p, section.Items, known)
				}
			}
		}
	},
}

const strictTransport = "strict-transport-security"

// securityHeaders are those that tell a browser what it must not do with a page; the first is for the whole host.
func securityHeaders() []string {
	return []string{
		strictTransport, "content-security-policy", "x-frame-options", "x-content-type-options", "referrer-policy",
		"permissions-policy",
	}
}

// alwaysNames returns the security headers that a server sets on all responses, somewhere.
func alwaysNames(s *effective.Server) []string {
	var names []string
	take := func(items []ir.Item) {
		for header := range ir.Of[*ir.HeaderEdit](items) {
			if name := clib.ToLower(header.Name); header.Always && slices.Contains(securityHeaders(), name) {
				names = append(names, name)
			}
		}
	}
	take(s.Items)
	for section := range ir.Of[*ir.Section](s.Items) {
		take(section.Items)
	}
	return names
}

// proxies reports whether requests of a server are forwarded; those of the main server hold for all virtual hosts.
func (p *Pass) proxies(s *effective.Server) bool {
	if s.IsMain() {
		return p.whole.facts.proxies.get(func() bool { return slices.ContainsFunc(p.whole.Servers, proxiesItself) })
	}
	return proxiesItself(s)
}

func proxiesItself(s *effective.Server) bool {
	for _, list := range [][]*effective.Mapping{s.Mappings, s.Located} {
		if slices.ContainsFunc(list, func(m *effective.Mapping) bool { return !m.Pass.Exclude }) {
			return true
		}
	}
	return slices.ContainsFunc(s.Rewrite.Rules, func(r effective.Rule) bool { return r.Rule.Rule.Has(rewrite.FlagP) })
}

func checkAlways(p *Pass, items []ir.Item, always []string) {
	var found []*ir.HeaderEdit
	for header := range ir.Of[*ir.HeaderEdit](items) {
		name := clib.ToLower(header.Name)
		plain := !header.Request && !header.Always && !header.OnSuccess && header.Condition == "" && header.Action == ir.HeaderSet
		if plain && slices.Contains(securityHeaders(), name) && !slices.Contains(always, name) {
			found = append(found, header)
		}
	}
	if len(found) == 0 {
		return
	}
	slices.SortStableFunc(found, func(a, b *ir.HeaderEdit) int {
		return slices.Index(securityHeaders(), clib.ToLower(a.Name)) - slices.Index(securityHeaders(), clib.ToLower(b.Name))
	})
	reportAlways(p, found)
}

func reportAlways(p *Pass, found []*ir.HeaderEdit) {
	first := found[0]
	d := diag.Diagnostic{
		Span:    first.Origin.Arg(1),
		Message: fmt.Sprintf("%s is missing on what httpd answers itself: Header without always", first.Name),
		Label:   "not on 503, 403 and redirects",
		Notes: []diag.Note{
			{Kind: "effect", Text: "while the backend is down the 503 comes without it, and so does each redirect and 403 of httpd"},
			{Kind: "help", Text: fmt.Sprintf("write Header always set %[1]s …, and Header unset %[1]s before it, or a backend that sends it too doubles the line", first.Name)},
		},
		Fix: &diag.Fix{Message: "set it on all responses, and take the backend's away"},
	}
	if clib.ToLower(first.Name) != strictTransport {
		d.Severity = diag.Info
	}
	for i, header := range found {
		if i > 0 {
			d.Related = append(d.Related, diag.Related{Span: header.Origin.Arg(1), Message: "and " + header.Name})
		}
		if edits := p.setAlways(header); edits != nil && d.Fix != nil {
			d.Fix.Edits = append(d.Fix.Edits, edits...)
		} else {
			d.Fix = nil
		}
	}
	p.Report(d)
}

// setAlways are the edits that put always into a directive, and a line before it that takes the backend's header away.
func (p *Pass) setAlways(header *ir.HeaderEdit) []diag.Edit {
	unset := p.insertBefore(header, "", "Header unset "+header.Name)
	if unset == nil {
		return nil
	}
	action := header.Origin.Arg(0).Start
	return append(unset.Edits, diag.Edit{Span: diag.Span{Start: action, End: action}, Text: "always "})
}
