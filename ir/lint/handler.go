package lint

import (
	"iter"
	"net/netip"
	"slices"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/rewrite"
)

// handled is a path that SetHandler gives to a handler of the server's own.
type handled struct {
	server *effective.Server
	by     *ir.Word
	// name is the handler in lower case.
	name string
	path string
}

// handlers yields the paths of Location sections and of whole servers, where they stand.
func (p *Pass) handlers() iter.Seq[handled] {
	return func(yield func(handled) bool) {
		for _, s := range p.Servers {
			for word := range ir.Of[*ir.Word](s.Items) {
				if h := (handled{s, word, clib.ToLower(word.Value), "/"}); h.isHandler() && !yield(h) {
					return
				}
			}
			for _, section := range s.Sections {
				if section.Server != s || section.Section.Kind != ir.SectionLocation || section.Section.Regex != nil || strings.ContainsAny(section.Section.Pattern, "*?[") {
					continue
				}
				word, ok := section.Settings.Word(ir.WordSetHandler).By.(*ir.Word)
				if !ok {
					continue
				}
				if h := (handled{s, word, clib.ToLower(word.Value), section.Section.Pattern}); h.isHandler() && !yield(h) {
					return
				}
			}
		}
	}
}

func (h handled) isHandler() bool {
	return h.by.Name == ir.WordSetHandler && h.name != "none" && !strings.HasPrefix(h.name, "proxy:") && !strings.ContainsAny(h.name, "%$")
}

// proxiedBy returns the ProxyPass that takes the path and all below it before the handler is asked; nil for none. known is
// false where that cannot be said.
func (h handled) proxiedBy() (pass *ir.ProxyPass, known bool) { return proxiedBy(h.server, h.path) }

// proxiedBy returns the ProxyPass of a server that takes a path and all below it; nil for none. known is false where that
// cannot be said.
func proxiedBy(s *effective.Server, path string) (pass *ir.ProxyPass, known bool) {
	if s.SetsNoProxy() {
		return nil, false
	}
	if m := s.ScopeFor(path, "", nil).Mapping; m != nil {
		return takes(m.Pass), true
	}
	path = mergeSlashes(path)
	for _, m := range s.Mappings {
		switch covered, sure := coversPath(m.Pass, path); {
		case !sure:
			return nil, false
		case covered:
			return takes(m.Pass), true
		}
	}
	return nil, true
}

// takes returns a ProxyPass that sends requests away.
func takes(pass *ir.ProxyPass) *ir.ProxyPass {
	if pass.Exclude {
		return nil
	}
	return pass
}

// coversPath says whether a ProxyPass matches a path and all below it, and whether that is sure.
func coversPath(pass *ir.ProxyPass, path string) (covered, sure bool) {
	if !isPlain(pass) {
		return false, false
	}
	if pass.Regex != nil {
		shape := shapeOf(pass.Regex)
		if strings.HasPrefix(path, shape.prefix) && shape.prefix != "" && shape.open {
			return true, true
		}
		return false, shape.prefix != "" && !strings.HasPrefix(path, shape.prefix) && !strings.HasPrefix(shape.prefix, path)
	}
	text := mergeSlashes(pass.Path)
	covered = effective.MatchPath(text, path)
	return covered, covered || !pass.Exclude || !strings.HasPrefix(text, path)
}

// rewrittenAway says whether a rule of the server may send the path to a backend.
func (h handled) rewrittenAway() bool {
	if !h.server.Rewrite.Engine.Value {
		return false
	}
	return slices.ContainsFunc(h.server.Rewrite.Rules, func(r effective.Rule) bool { return r.Rule.Rule.Has(rewrite.FlagP) })
}

// isOpen says whether a client of whom nothing is known gets the page, as far as that is sure.
func (h handled) isOpen(p *Pass) bool {
	if p.folder {
		return false // what is around the file may guard it
	}
	s := h.server
	if onlyLoopback(p.View.Listens()) || hasLoopbackOnly(s) || p.mayIncludeMore(s) || h.rewrittenAway() {
		return false
	}
	if pass, known := h.proxiedBy(); pass != nil && known {
		return false
	}
	sections := s.Matching(effective.PhaseLocation, h.path, nil)
	for _, section := range s.Sections {
		unsure := section.Section.Regex != nil || section.Phase == effective.PhaseIf || section.Phase == effective.PhaseFiles
		if unsure && section.Guards() {
			return false
		}
	}
	folder := s.Settings.Word(ir.WordDocumentRoot).Value + h.path
	scope := s.Scope(append(s.Matching(effective.PhaseDirectory, folder, nil), sections...)...)
	guarded := slices.ContainsFunc(scope.Residue, func(r *ir.Residue) bool { return r.Guards })
	verified := clib.EqualFold(scope.Settings.Word(ir.WordSSLVerifyClient).Value, "require")
	return !guarded && !verified && scope.Access.AdmitsStrangers()
}

// hasLoopbackOnly says whether only the machine itself reaches a virtual host.
func hasLoopbackOnly(s *effective.Server) bool {
	addresses := s.Addresses()
	return len(addresses) > 0 && !slices.ContainsFunc(addresses, func(a ir.Address) bool {
		ip, err := netip.ParseAddr(a.Host)
		return a.Host != "localhost" && (err != nil || !ip.IsLoopback())
	})
}
