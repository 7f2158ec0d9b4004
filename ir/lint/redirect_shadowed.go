package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/parser/pcre"
)

var redirectShadowed = &Rule{
	ID:       "LB116",
	Name:     "redirect-shadowed",
	Class:    diag.Defect,
	Severity: diag.Error,
	Title:    "Redirect for a path that ProxyPass takes: the request is forwarded",
	Why: `ProxyPass is asked before Redirect and RedirectMatch of mod_alias, wherever the lines stand. With "ProxyPass /" in a virtual host
none of its Redirect lines does anything, not even one from http to https: the backend gets the requests. An exclusion with
! leaves a path to Redirect, a Redirect inside a <Location> works beside ProxyPass, and so does a RewriteRule with [R].`,
	Bad: `Redirect permanent "/old" "https://www.example.com/new"
ProxyPass "/" "http://app.example.com:8080/"
`,
	Good: `<Location "/old">
    Redirect permanent "/old" "https://www.example.com/new"
</Location>
ProxyPass "/" "http://app.example.com:8080/"
`,
	Refs: []string{"https://httpd.apache.org/docs/2.4/mod/mod_alias.html#redirect"},
	Run: func(p *Pass) {
		for _, s := range p.Servers {
			if redirects := redirectsOf(s.Items); len(redirects) > 0 {
				checkRedirects(p, s, redirects)
			}
		}
	},
}

// redirect is a Redirect or RedirectMatch of mod_alias with the beginning of all paths that it is for.
type redirect struct {
	item *ir.Residue
	path string
	// only says that it is for that path alone.
	only bool
}

func redirectsOf(items []ir.Item) []redirect {
	var all []redirect
	for item := range ir.Of[*ir.Residue](items) {
		names := []string{"Redirect", "RedirectPermanent", "RedirectTemp", "RedirectMatch"}
		if item.State == ir.ResidueRefused || !slices.Contains(names, item.Name) {
			continue
		}
		words := strings.Fields(item.Args)
		// The first word is a status unless it begins like a path or a pattern.
		if len(words) > 1 && !strings.ContainsAny(words[0][:1], `/"'^(.`) && (len(words) > 2 || isGone(words[0])) {
			words = words[1:]
		}
		if len(words) == 0 {
			continue
		}
		r := redirect{item: item, path: strings.Trim(words[0], `"'`)}
		if item.Name == "RedirectMatch" {
			pattern, err := pcre.Parse(r.path)
			if err != nil {
				continue
			}
			r.path, r.only = shapeOf(pattern).prefix, isOnly(pattern)
		}
		if strings.HasPrefix(r.path, "/") && !strings.ContainsAny(r.path, "$%") {
			all = append(all, r)
		}
	}
	return all
}

// isGone reports whether a word is a status that needs no URL.
func isGone(word string) bool {
	return clib.EqualFold(word, "gone") || len(word) == 3 && strings.Trim(word, "0123456789") == "" && word[0] != '3'
}

// isOnly reports whether a pattern ends where its literal text ends: ^/$.
func isOnly(p *pcre.Pattern) bool {
	parts := flatten(p.Root, nil)
	if len(parts) == 0 {
		return false
	}
	end, ok := parts[len(parts)-1].(*pcre.Assertion)
	return ok && end.Kind == pcre.EndText && len(parts) <= 3
}

func checkRedirects(p *Pass, s *effective.Server, redirects []redirect) {
	var taken covers
	for _, m := range s.Mappings {
		if m.Section == nil && isPlain(m.Pass) {
			taken.add(m.Pass)
		}
	}
	sections := map[string]located{}
	for _, l := range locations(s) {
		sections[l.section.Pattern] = l
	}
	for _, r := range redirects {
		by := taken.find(&ir.ProxyPass{Path: r.path})
		if over, ok := overriding(sections, r.path); ok && !over.pass.Exclude {
			by = over.pass
		}
		if by != nil && !by.Exclude {
			reportShadowedRedirect(p, r, by)
		}
	}
}

func reportShadowedRedirect(p *Pass, r redirect, by *ir.ProxyPass) {
	what := "requests for it and all below it"
	if r.only {
		what = "requests for it"
	}
	p.Report(diag.Diagnostic{
		Span:    r.item.Origin.Span,
		Message: fmt.Sprintf("%s %s never runs: %s is asked first and takes its requests", r.item.Name, r.path, by.Origin.Directive),
		Label:   "never reached",
		Related: []diag.Related{{Span: by.Origin.Span, Message: "takes the requests"}},
		Notes: []diag.Note{
			{Kind: "effect", Text: fmt.Sprintf("%s go to %s", what, by.URL)},
			{Kind: "help", Text: fmt.Sprintf(`put it into a <Location "%s">, or exclude the path: ProxyPass "%s" "!" above the other lines`, r.path, r.path)},
		},
	})
}
