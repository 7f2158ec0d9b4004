package lint

import (
	"fmt"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/diag"
)

var aesResetByLocation = &Rule{
	ID:       "LB154",
	Name:     "aes-reset-by-location",
	Class:    diag.Defect,
	Severity: diag.Warning,
	Title:    "AllowEncodedSlashes NoDecode, which a Location undoes for what is forwarded",
	Why: `With AllowEncodedSlashes NoDecode httpd leaves %2F in a path and hands it on as it is. But each Location section has a setting of its
own, Off, whatever stands in it, and that counts when the path is written for the backend: what a Location covers gets the % of
%2F escaped once more. The backend is asked for /a%252Fb when the client asked for /a%2Fb. With nocanon or mapping=encoded the
path is not written anew.`,
	Bad: `AllowEncodedSlashes NoDecode
ProxyPass "/" "http://app.example.com:8080/"
<Location "/api/">
    ProxyPreserveHost On
</Location>
`,
	Good: `AllowEncodedSlashes NoDecode
ProxyPass "/" "http://app.example.com:8080/" nocanon
<Location "/api/">
    ProxyPreserveHost On
</Location>
`,
	Refs: []string{"https://httpd.apache.org/docs/2.4/mod/core.html#allowencodedslashes"},
	Run: func(p *Pass) {
		for _, s := range p.Servers {
			own, value := encodedSlashes(s)
			if own == nil || !clib.EqualFold(value, "nodecode") {
				continue
			}
			if sec, m := reset(s); m != nil {
				reportReset(p, own, sec, m)
			}
		}
	},
}

// reset returns the first Location that covers a path whose requests are forwarded with their path written anew, and what
// forwards them.
func reset(s *effective.Server) (*effective.Section, *effective.Mapping) {
	for _, sec := range s.Phase(effective.PhaseLocation) {
		pattern := sec.Section.Pattern
		if sec.Section.Regex != nil || strings.ContainsAny(pattern, "*?[") || sec.Settings.Word(ir.WordSetHandler).IsSet() {
			continue
		}
		if m := mapsPath(s, strings.TrimRight(pattern, "/")+"/x"); m != nil && writesPath(m) {
			return sec, m
		}
	}
	return nil, nil
}

// mapsPath returns the mapping that takes a path; nil where none does or an expression decides.
func mapsPath(s *effective.Server, path string) *effective.Mapping {
	candidates := s.Mappings
	if located := s.ScopeFor(path, "", nil).Mapping; located != nil {
		candidates = append([]*effective.Mapping{located}, candidates...)
	}
	for _, m := range candidates {
		if m.IsRegex() {
			return nil
		}
		if _, ok := m.Match(path); ok {
			return m
		}
	}
	return nil
}

// writesPath reports whether a mapping makes httpd decode and escape the path of a request.
func writesPath(m *effective.Mapping) bool {
	url, ok := effective.ParseURL(m.Pass.URL)
	return ok && !m.Pass.Exclude && redirects(url) && !m.Pass.NoCanon && m.MapsAt() == ""
}

func reportReset(p *Pass, own ir.Item, sec *effective.Section, m *effective.Mapping) {
	path := sec.Section.Pattern
	related := []diag.Related{{Span: sec.Section.Origin.Span, Message: "has a setting of its own, Off"}}
	if m.Section != sec {
		related = append(related, diag.Related{Span: m.Pass.Origin.Span, Message: "forwards these requests"})
	}
	p.Report(diag.Diagnostic{
		Span:    own.Head().Origin.Span,
		Message: fmt.Sprintf("AllowEncodedSlashes NoDecode is undone by <Location %s>: %%2F is escaped once more", path),
		Label:   "not for what a Location covers",
		Related: related,
		Notes: []diag.Note{
			{Kind: "effect", Text: fmt.Sprintf("for %s/a%%2Fb the backend is asked for a path with %%252F", strings.TrimRight(path, "/"))},
			{Kind: "help", Text: "write nocanon behind the URL of the ProxyPass"},
		},
	})
}
