package effective

import (
	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/clib"
)

// Mapping is a ProxyPass with what it points at.
type Mapping struct {
	// Pass is the directive.
	Pass *ir.ProxyPass
	// Server is where it stands; a virtual host that inherits it keeps that.
	Server *Server
	// Section is the section that it stands in; nil outside.
	Section *Section
	// Path is the local path or the text of the regular expression: that of the directive, or of its Location.
	Path string
	// Worker is what the directive defines or shares; nil for an exclusion and for a balancer. It is not always what a request
	// uses: httpd looks the whole URL of the request up again, among the main server's workers too. See Server.WorkerFor.
	Worker *Worker
	// Shared says that the worker was defined before: then the parameters here have no effect.
	Shared bool
	// Balancer is what a balancer:// target names, nil otherwise. It is there even if nobody gives it members. For a mapping
	// that a virtual host inherits it is the main server's; what the virtual host sets of its parameters is in
	// Server.Balancer.
	Balancer *Balancer
}

// newMapping is mod_proxy's add_pass.
func (s *Server) newMapping(pass *ir.ProxyPass, sec *Section) *Mapping {
	m := &Mapping{Pass: pass, Server: s, Section: sec, Path: pass.Path}
	if m.Path == "" && sec != nil {
		m.Path = sec.Section.Pattern
	}
	switch {
	case pass.Exclude:
	case ir.IsBalancerURL(pass.URL):
		if m.Balancer = s.ownBalancer(pass.URL); m.Balancer == nil {
			m.Balancer = s.defineBalancer(pass.URL, pass)
		}
		m.Balancer.apply(pass, pass.Params)
	default:
		m.bindWorker(s)
	}
	return m
}

func (m *Mapping) bindWorker(s *Server) {
	if m.Worker = s.findWorker(m.Pass.URL, kindOf(m.IsRegex())); m.Worker != nil {
		m.Shared = true
		m.Worker.share(m.Pass, m.Pass.Params)
		return
	}
	if m.Worker = defineWorker(m.Pass.URL, m.IsRegex(), m.Pass); m.Worker != nil {
		m.Worker.apply(s.ofLine(m.Pass.Params))
		s.Workers = append(s.Workers, m.Worker)
	}
}

// IsRegex says whether the path is a regular expression.
func (m *Mapping) IsRegex() bool { return m.Pass.Regex != nil }

// Match compares a decoded path with a mapping that is no regular expression, and returns the rest of the path that is
// appended to the target. A run of slashes in the mapping's path matches a run in the request's, and without a final slash
// it matches whole segments only. Case counts.
func (m *Mapping) Match(path string) (rest string, ok bool) {
	n := aliasMatch(path, m.Path)
	if n == 0 {
		return "", false
	}
	return path[n:], true
}

// aliasMatch is httpd's alias_match: the number of bytes of uri that fake covers, 0 where it does not.
func aliasMatch(uri, fake string) int {
	i, k := 0, 0
	for k < len(fake) {
		if fake[k] == '/' {
			if i >= len(uri) || uri[i] != '/' {
				return 0
			}
			for k < len(fake) && fake[k] == '/' {
				k++
			}
			for i < len(uri) && uri[i] == '/' {
				i++
			}
			continue
		}
		if i >= len(uri) || uri[i] != fake[k] {
			return 0
		}
		i, k = i+1, k+1
	}
	if fake != "" && fake[len(fake)-1] != '/' && i < len(uri) && uri[i] != '/' {
		return 0
	}
	return i
}

// MapsAt is the value of the word mapping=: "encoded" or "servlet", which counts where both are there; empty for a mapping of
// decoded paths.
func (m *Mapping) MapsAt() string {
	at := ""
	for _, p := range m.Pass.Params {
		if clib.EqualFold(p.Key, "mapping") && at != "servlet" {
			at = clib.ToLower(p.Value)
		}
	}
	return at
}
