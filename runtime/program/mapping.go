package program

import (
	"unsafe"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/fnmatch"
	"github.com/lbconf/lbconf/parser/pcre"
	"github.com/lbconf/lbconf/runtime/exchange"
	"github.com/lbconf/lbconf/runtime/internal/regex"
	"github.com/lbconf/lbconf/runtime/route"
)

// mapping is a compiled ProxyPass.
type mapping struct {
	path    string
	match   *regex.Regexp
	exclude bool
	url     string
	noCanon bool
}

// mappings compiles the ProxyPass directives of a server that stand outside sections.
func (b *builder) mappings(h *Host, s *effective.Server) {
	for _, source := range s.Mappings {
		if m := b.mapping(source); m != nil {
			h.mappings = append(h.mappings, m)
		}
	}
	for _, set := range s.Unresolved {
		b.report.refuse(set, "ProxySet names a worker or balancer that is not defined before it, which httpd refuses: write it inside <Proxy>, or behind the ProxyPass")
	}
}

// mapping compiles a mapping; it is nil for one that cannot be run, and what is wrong is reported once.
func (b *builder) mapping(source *effective.Mapping) *mapping {
	pass := source.Pass
	m := &mapping{path: source.Path, exclude: pass.Exclude, noCanon: pass.NoCanon}
	m.url, _ = ir.SocketTarget(pass.URL) // the worker says which socket is used, if any
	if at := source.MapsAt(); at != "" {
		b.report.refuse(pass, "mapping=%s is not run by this server: leave it out, so that decoded paths are compared", at)
		return nil
	}
	pattern := pass.Regex
	if pattern == nil && source.Section != nil {
		if pattern = source.Section.Section.Regex; pattern == nil && fnmatch.HasWildcard(source.Path) {
			// mod_proxy takes the text of a Location with wildcards for a regular expression.
			var err error
			if pattern, err = pcre.Parse(source.Path); err != nil {
				b.report.refuse(pass, "mod_proxy takes the path %s of the section for a regular expression, which it is not: %v", source.Path, err)
				return nil
			}
		} else if pattern != nil && !fnmatch.HasWildcard(source.Path) {
			pattern = nil
		}
	}
	if pattern != nil {
		re, err := regex.Compile(pattern, false)
		if err != nil {
			b.report.refuse(pass, "the regular expression %q cannot be run: %v", pattern.Source, err)
			return nil
		}
		m.match = re
	}
	return m
}

// apply appends the URL that the mapping makes of a path. hit says that it matches; of an exclusion nothing is appended.
// raw says that the URL holds the target as it was sent.
func (m *mapping) apply(dst []byte, x *exchange.Exchange, path []byte, p *Plan) (url []byte, hit, raw bool) {
	if m.match != nil {
		return m.applyMatch(dst, x, path, p)
	}
	n := route.MatchPrefix(path, m.path)
	if n == 0 {
		return dst, false, false
	}
	if m.exclude {
		return dst, true, false
	}
	rest := path[n:]
	if m.noCanon && route.MatchPrefix(x.Request.Target, m.path) == n {
		rest, raw = x.Request.Target[n:], true
	}
	dst = append(dst, m.url...)
	return append(dst, rest...), true, raw
}

func (m *mapping) applyMatch(dst []byte, x *exchange.Exchange, path []byte, p *Plan) (url []byte, hit, raw bool) {
	groups, ok := m.match.MatchBytes(path, p.groups)
	p.groups = groups
	switch {
	case !ok:
		return dst, false, false
	case m.exclude:
		return dst, true, false
	}
	if m.noCanon {
		if p.groups, raw = m.match.MatchBytes(x.Request.Target, p.groups); raw {
			path, groups = x.Request.Target, p.groups
		} else {
			p.groups, _ = m.match.MatchBytes(path, p.groups)
			groups = p.groups
		}
	}
	start := len(dst)
	dst = regex.Expand(dst, m.url, unsafe.String(unsafe.SliceData(path), len(path)), groups)
	if string(dst[start:]) == m.url {
		dst = append(dst, path...)
	}
	return dst, true, raw
}
