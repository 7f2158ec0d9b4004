package program

import (
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/runtime/exchange"
	"github.com/lbconf/lbconf/runtime/route"
)

// reverse compiles ProxyPassReverse and what is done to cookies; nil for none.
func (c *scopes) reverse(merged *effective.Scope) *route.Reverse {
	if len(merged.Reverses)+len(merged.Cookies) == 0 {
		return nil
	}
	out := &route.Reverse{}
	for _, source := range merged.Reverses {
		out.Entries = append(out.Entries, c.host.reverseEntry(source.Path, source.Pass.URL))
	}
	for _, source := range merged.Cookies {
		addCookie(out, source.Domain, source.Internal, source.Public)
	}
	return out
}

func addCookie(r *route.Reverse, domain bool, internal, public string) {
	list := &r.Paths
	if domain {
		list = &r.Domains
	}
	*list = append(*list, route.CookieEntry{Internal: internal, Public: public})
}

// reverseEntry is a ProxyPassReverse of a path and a URL.
func (h *Host) reverseEntry(path, url string) route.ReverseEntry {
	e := route.ReverseEntry{Path: path, URL: url}
	if set := h.byName[effective.BalancerName(url)]; set != nil {
		e.Balancer = set
		if _, sub, ok := strings.Cut(url[len("balancer://"):], "/"); ok && sub != "" {
			e.Sub = "/" + sub
		}
	}
	return e
}

// interpolation are the directives of responses in some of which variables are replaced.
type interpolation struct {
	reverses []*effective.Reverse
	cookies  []*ir.ProxyPassReverseCookie
}

// newInterpolation returns nil where no directive asks for it.
func newInterpolation(merged *effective.Scope) *interpolation {
	found := false
	for _, r := range merged.Reverses {
		found = found || r.Pass.Interpolate
	}
	for _, cookie := range merged.Cookies {
		found = found || cookie.Interpolate
	}
	if !found {
		return nil
	}
	return &interpolation{merged.Reverses, merged.Cookies}
}

// reverseFor is the Reverse of a request. Variables have the values that they have before SetEnv sets some.
func (s *scope) reverseFor(x *exchange.Exchange, p *Plan) *route.Reverse {
	if s.interpolated == nil {
		return s.reverse
	}
	text := func(text string, interpolate bool) string {
		if interpolate {
			return interpolated(text, x)
		}
		return text
	}
	out := &p.reverse
	out.Entries, out.Paths, out.Domains = out.Entries[:0], out.Paths[:0], out.Domains[:0]
	for _, r := range s.interpolated.reverses {
		out.Entries = append(out.Entries, p.Host.reverseEntry(text(r.Path, r.Pass.Interpolate), text(r.Pass.URL, r.Pass.Interpolate)))
	}
	for _, cookie := range s.interpolated.cookies {
		addCookie(out, cookie.Domain, text(cookie.Internal, cookie.Interpolate), text(cookie.Public, cookie.Interpolate))
	}
	return out
}
