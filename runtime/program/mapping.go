package program

import (
	"unsafe"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/fnmatch"
	"github.com/lbconf/lbconf/parser/pcre"
	"github.com/lbconf/lbconf/runtime/environ"
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
	// encoded says that the path is compared before it is decoded, servlet that parameters of its segments do not count.
	encoded, servlet bool
	// interpolate says that ${NAME} is replaced in path and url, where ProxyPassInterpolateEnv is On.
	interpolate bool
}

// mappings compiles the ProxyPass directives of a server that stand outside sections.
func (b *builder) mappings(h *Host, s *effective.Server) {
	for _, source := range s.Mappings {
		switch m := b.mapping(source); {
		case m == nil:
		case m.encoded:
			h.encoded = append(h.encoded, m)
		default:
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
	at := source.MapsAt()
	m := &mapping{
		path: source.Path, exclude: pass.Exclude, noCanon: pass.NoCanon, interpolate: pass.Interpolate, encoded: at != "", servlet: at == "servlet",
	}
	m.url, _ = ir.SocketTarget(pass.URL) // the worker says which socket is used, if any
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

func interpolated(text string, x *exchange.Exchange) string {
	return string(environ.AppendInterpolated(nil, text, &x.Env))
}

// apply makes a URL of the path of the plan, in the plan's room. hit says that the mapping matches, and url is then nil for a
// path that is excluded. early is what holds while the mapping is looked for. A servlet's mapping makes the path the one that
// sections are compared with.
func (m *mapping) apply(x *exchange.Exchange, p *Plan, early *scope) (url []byte, form route.Form, hit bool) {
	path, to, exclude := m.path, m.url, m.exclude
	if m.interpolate && early.interpolates {
		path, to = interpolated(path, x), interpolated(to, x)
		exclude = exclude || to == "!"
	}
	if m.match != nil {
		return m.applyMatch(x, p, to, exclude)
	}
	subject := p.path
	var n int
	if m.servlet {
		var clean []byte
		if n, clean = route.MatchServlet(x.Alloc(len(subject) + 1)[:0], subject, path); n > 0 && !exclude {
			p.path = clean
		}
	} else {
		n = route.MatchPrefix(subject, path)
	}
	if n == 0 || exclude {
		return nil, 0, n > 0
	}
	rest, form := subject[n:], m.form()
	if m.noCanon && !m.servlet && route.MatchPrefix(x.Request.Target, path) == n {
		rest, form = x.Request.Target[n:], route.Whole
	}
	p.buf = append(append(p.buf[:0], to...), rest...)
	return p.buf, form, true
}

// form is that of the URLs of the mapping.
func (m *mapping) form() route.Form {
	if m.encoded {
		return route.Encoded
	}
	return route.Decoded
}

func (m *mapping) applyMatch(x *exchange.Exchange, p *Plan, to string, exclude bool) (url []byte, form route.Form, hit bool) {
	path := p.path
	groups, ok := m.match.MatchBytes(path, p.groups)
	p.groups = groups
	if !ok || exclude {
		return nil, 0, ok
	}
	form = m.form()
	if m.noCanon {
		var raw bool
		if p.groups, raw = m.match.MatchBytes(x.Request.Target, p.groups); raw {
			path, groups, form = x.Request.Target, p.groups, route.Whole
		} else {
			p.groups, _ = m.match.MatchBytes(path, p.groups)
			groups = p.groups
		}
	}
	p.buf = regex.Expand(p.buf[:0], to, unsafe.String(unsafe.SliceData(path), len(path)), groups)
	if string(p.buf) == to {
		p.buf = append(p.buf, path...)
	}
	return p.buf, form, true
}
