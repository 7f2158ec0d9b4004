package lint

import (
	"fmt"
	"iter"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/diag"
)

var aliasShadowed = &Rule{
	ID:       "LB115",
	Name:     "alias-shadowed",
	Class:    diag.Defect,
	Severity: diag.Warning,
	Title:    "Alias for a path that ProxyPass sends to a backend",
	Why: `httpd asks mod_proxy before mod_alias, whichever line stands first. Below "ProxyPass /" an Alias of /static is never
looked at: the files lie there, and the backend is asked for them. The path must be taken out with "ProxyPass /static !"
above the line that takes it.`,
	Bad: `Alias "/static" "/srv/static"
ProxyPass "/" "http://app.example.com:8080/"
`,
	Good: `Alias "/static" "/srv/static"
ProxyPass "/static" !
ProxyPass "/" "http://app.example.com:8080/"
`,
	Refs: []string{"https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypass", "https://httpd.apache.org/docs/2.4/mod/mod_alias.html#alias"},
	Run: func(p *Pass) {
		for _, s := range p.Servers {
			for path, alias := range aliases(s) {
				if pass, known := proxiedBy(s, path); known && pass != nil {
					reportAliasShadowed(p, s, pass, path, alias)
				}
			}
		}
	},
}

// aliases yields the Alias directives that stand in a server itself, with the path that each is for; those of patterns and of
// the whole server are left out.
func aliases(s *effective.Server) iter.Seq2[string, *ir.Alias] {
	return func(yield func(string, *ir.Alias) bool) {
		each := func(path string, alias *ir.Alias) bool {
			plain := strings.HasPrefix(path, "/") && path != "/" && !strings.ContainsAny(path, "*?[$")
			return !plain || yield(path, alias)
		}
		for alias := range ir.Of[*ir.Alias](s.Items) {
			if alias.Regex == nil && !each(alias.Path, alias) {
				return
			}
		}
		for _, section := range s.Sections {
			if section.Server != s || section.Section.Kind != ir.SectionLocation || section.Section.Regex != nil {
				continue
			}
			for alias := range ir.Of[*ir.Alias](section.Section.Items) {
				if !each(section.Section.Pattern, alias) {
					return
				}
			}
		}
	}
}

func reportAliasShadowed(p *Pass, s *effective.Server, pass *ir.ProxyPass, path string, alias *ir.Alias) {
	p.Report(diag.Diagnostic{
		Span:    alias.Origin.Arg(0),
		Message: fmt.Sprintf("the files of %s are never sent: %s sends %s to %s", alias.Target, pass.Origin.Directive, path, pass.URL),
		Label:   "never looked at",
		Related: []diag.Related{{Span: pass.Origin.Span, Message: "takes the path before Alias is asked, wherever that stands"}},
		Notes: []diag.Note{
			{Kind: "effect", Text: fmt.Sprintf("requests for %s are answered by the backend", path)},
			{Kind: "help", Text: fmt.Sprintf("write ProxyPass %q ! above the ProxyPass, or remove the Alias", path)},
		},
		Fix: p.exclude(s, pass, path),
	})
}
