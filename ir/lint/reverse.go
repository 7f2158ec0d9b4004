package lint

import (
	"slices"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
)

// reversal is how redirects of the backends of a server come back: its ProxyPassReverse directives and its mappings.
type reversal struct {
	server *effective.Server
	// own are the ProxyPassReverse directives of the server itself with a plain path, mappings its ProxyPass with one.
	own      []prefixReverse
	mappings []prefixMapping
	// backends are those of all ProxyPassReverse that hold in the server, paths the paths of its own.
	backends, paths map[string]bool
}

// reversals returns the servers that map redirects of backends which answer with their own address: those without
// ProxyPreserveHost.
func (p *Pass) reversals() []*reversal {
	return p.facts.reversals.get(p.findReversals)
}

func (p *Pass) findReversals() []*reversal {
	var all []*reversal
	of := make([]*reversal, len(p.View.Servers()))
	for r := range p.prefixReverses() {
		if r.server.Settings.Switch(ir.SwitchProxyPreserveHost).Value {
			continue
		}
		known := of[r.server.Index]
		if known == nil {
			known = &reversal{server: r.server, backends: map[string]bool{}, paths: map[string]bool{}}
			of[r.server.Index] = known
			all = append(all, known)
		}
		known.own = append(known.own, r)
		known.paths[mergeSlashes(strings.TrimSuffix(r.path, "/"))] = true
	}
	if len(all) == 0 {
		return nil
	}
	for m := range p.prefixMappings() {
		if known := of[m.server.Index]; known != nil {
			known.mappings = append(known.mappings, m)
		}
	}
	for _, known := range all {
		for _, r := range known.server.Reverses {
			known.add(r)
		}
		for _, section := range known.server.Sections {
			for _, r := range section.Reverses {
				known.add(r)
			}
		}
	}
	return all
}

func (v *reversal) add(r *effective.Reverse) {
	if url, ok := effective.ParseURL(r.Pass.URL); ok {
		v.backends[reverseKey(url)] = true
	}
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

// reverseKey is what redirects of a backend begin with: its scheme, host and port.
func reverseKey(u effective.URL) string {
	u = wire(u)
	u.Socket = ""
	return u.Authority()
}

// covers reports whether redirects of a target's backend are mapped, for some paths at least: those of the balancer, or of
// one of its members.
func (v *reversal) covers(target string) bool {
	url, ok := effective.ParseURL(target)
	if !ok || v.backends[reverseKey(url)] {
		return true
	}
	if !url.IsBalancer() {
		return false
	}
	b := v.server.Balancer(target)
	return b == nil || slices.ContainsFunc(b.Members, func(w *effective.Worker) bool { return v.backends[reverseKey(w.URL)] })
}

// redirects reports whether a backend of the scheme sends redirects with its own address.
func redirects(u effective.URL) bool {
	return u.IsBalancer() || u.Scheme == "http" || u.Scheme == "https" || u.Scheme == "h2" || u.Scheme == "h2c"
}
