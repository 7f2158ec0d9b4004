package lint

import (
	"slices"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
)

// reversal is how redirects of the backends of a server come back: its ProxyPassReverse directives and its mappings.
type reversal struct {
	server *effective.Server
	// own are the ProxyPassReverse directives of the server itself with a plain path, mappings its ProxyPass with one.
	own      []prefixReverse
	mappings []prefixMapping
	// backends are those of all ProxyPassReverse that hold in the server, sorted.
	backends []string
}

// reversals returns the servers that map redirects of backends which answer with their own address: those without
// ProxyPreserveHost.
func (p *Pass) reversals() []*reversal {
	return p.facts.reversals.get(p.findReversals)
}

func (p *Pass) findReversals() []*reversal {
	var all []*reversal
	reverses, mappings := p.prefixReverses(), p.prefixMappings()
	for len(reverses) > 0 {
		v := &reversal{server: reverses[0].server}
		v.own, reverses = cutServer(reverses, v.server)
		for len(mappings) > 0 && mappings[0].server.Index < v.server.Index {
			mappings = mappings[1:]
		}
		v.mappings, mappings = cutServer(mappings, v.server)
		if !v.server.Settings.Switch(ir.SwitchProxyPreserveHost).Value {
			v.findBackends()
			all = append(all, v)
		}
	}
	return all
}

// cutServer cuts those of a server off a list, which is in the order of the servers.
func cutServer[T ir.Item](list []prefixed[T], s *effective.Server) (own, rest []prefixed[T]) {
	n := 0
	for n < len(list) && list[n].server == s {
		n++
	}
	return list[:n], list[n:]
}

func (v *reversal) findBackends() {
	n := len(v.server.Reverses)
	for _, section := range v.server.Sections {
		n += len(section.Reverses)
	}
	v.backends = make([]string, 0, n)
	add := func(r *effective.Reverse) {
		if url, ok := effective.ParseURL(r.Pass.URL); ok {
			v.backends = append(v.backends, reverseKey(url, r.Pass.URL))
		}
	}
	for _, r := range v.server.Reverses {
		add(r)
	}
	for _, section := range v.server.Sections {
		for _, r := range section.Reverses {
			add(r)
		}
	}
	slices.Sort(v.backends)
}

// wire is a URL with the scheme that redirects of its backend have: those of a WebSocket's and of HTTP/2 say http or https.
func wire(u effective.URL) effective.URL {
	u = plain(u)
	switch u.Scheme {
	case "h2":
		u.Scheme = "https"
	case "h2c":
		u.Scheme = "http"
	}
	return u
}

// reverseKey is what redirects of a backend begin with: its scheme, host and port. The URL was parsed from written.
func reverseKey(u effective.URL, written string) string {
	return wire(u).AuthorityOf(written)
}

func (v *reversal) maps(key string) bool {
	_, found := slices.BinarySearch(v.backends, key)
	return found
}

// covers reports whether redirects of a target's backend are mapped, for some paths at least: those of the balancer, or of
// one of its members.
func (v *reversal) covers(target string) bool {
	url, ok := effective.ParseURL(target)
	if !ok || v.maps(reverseKey(url, target)) {
		return true
	}
	if !url.IsBalancer() {
		return false
	}
	b := v.server.Balancer(target)
	return b == nil || slices.ContainsFunc(b.Members, func(w *effective.Worker) bool { return v.maps(reverseKey(w.URL, w.Name)) })
}

// redirects reports whether a backend of the scheme sends redirects with its own address.
func redirects(u effective.URL) bool {
	return u.IsBalancer() || u.Scheme == "http" || u.Scheme == "https" || u.Scheme == "h2" || u.Scheme == "h2c"
}
