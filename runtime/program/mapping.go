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

// written are the path and the URL of a mapping as they hold for a request.
type written struct {
	path, url string
	exclude   bool
}

// written replaces variables in the mapping. early is what holds while the mapping is looked for.
func (m *mapping) written(x *exchange.Exchange, early *scope) written {
	if !m.interpolate || !early.interpolates {
		return written{path: m.path, url: m.url, exclude: m.exclude}
	}
	w := written{path: interpolated(m.path, x), url: interpolated(m.url, x), exclude: m.exclude}
	w.exclude = w.exclude || w.url == "!"
	return w
}

func interpolated(text string, x *exchange.Exchange) string {
	return string(environ.AppendInterpolated(nil, text, &x.Env))
}

// target is what a mapping makes of a path.
type target struct {
	// url is nil for a path that is excluded; hit says that the mapping matches.
	url []byte
	hit bool
	// form is that of the path in url.
	form route.Form
	// clean is the path that sections are compared with from then on; nil where it stays.
	clean []byte
}

// apply appends the URL that the mapping makes of a path to dst.
func (m *mapping) apply(dst []byte, x *exchange.Exchange, path []byte, p *Plan, early *scope) target {
	w := m.written(x, early)
	if m.match != nil {
		return m.applyMatch(dst, x, path, p, &w)
	}
	var n int
	var clean []byte
	if m.servlet {
		n, clean = route.MatchServlet(x.Alloc(len(path) + 1)[:0], path, w.path)
	} else {
		n = route.MatchPrefix(path, w.path)
	}
	if n == 0 || w.exclude {
		return target{hit: n > 0}
	}
	t := target{hit: true, form: m.form(), clean: clean}
	rest := path[n:]
	if m.noCanon && !m.servlet && route.MatchPrefix(x.Request.Target, w.path) == n {
		rest, t.form = x.Request.Target[n:], route.Whole
	}
	t.url = append(append(dst, w.url...), rest...)
	return t
}

// form is that of the URLs of the mapping.
func (m *mapping) form() route.Form {
	if m.encoded {
		return route.Encoded
	}
	return route.Decoded
}

func (m *mapping) applyMatch(dst []byte, x *exchange.Exchange, path []byte, p *Plan, w *written) target {
	groups, ok := m.match.MatchBytes(path, p.groups)
	p.groups = groups
	if !ok || w.exclude {
		return target{hit: ok}
	}
	t := target{hit: true, form: m.form()}
	if m.noCanon {
		var raw bool
		if p.groups, raw = m.match.MatchBytes(x.Request.Target, p.groups); raw {
			path, groups, t.form = x.Request.Target, p.groups, route.Whole
		} else {
			p.groups, _ = m.match.MatchBytes(path, p.groups)
			groups = p.groups
		}
	}
	start := len(dst)
	dst = regex.Expand(dst, w.url, unsafe.String(unsafe.SliceData(path), len(path)), groups)
	if string(dst[start:]) == w.url {
		dst = append(dst, path...)
	}
	t.url = dst
	return t
}
