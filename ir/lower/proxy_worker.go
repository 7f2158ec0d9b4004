package lower

import (
	"slices"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/clib"
)

// server is what the directives of one server have defined so far.
type server struct {
	workers   pool
	balancers map[string]*balancer
	exprs     map[string]bool
	templates map[string]bool
}

// pool is the workers of a server or of a balancer.
type pool struct {
	// prefixes are the names of the workers that are no matches. There may be thousands, and each directive searches.
	prefixes map[string]struct{}
	matches  []ir.WorkerName
}

func (p *pool) add(w ir.WorkerName) {
	if w.Match {
		p.matches = append(p.matches, w)
		return
	}
	if p.prefixes == nil {
		p.prefixes = map[string]struct{}{}
	}
	p.prefixes[w.Name] = struct{}{}
}

// balancer is a pool of workers, with the directives that define them.
type balancer struct {
	workers pool
	members []*parser.Node
}

// The lengths in bytes to which mod_proxy keeps texts.
const (
	maxBalancerName = 95
	maxVirtualPath  = 63
	maxVirtualHost  = 63
)

// namesBalancer says that a URL is taken for a balancer's, however wrong the rest is.
func namesBalancer(url string) bool { return clib.HasPrefixFold(url, "balancer:") }

// balancerName is the name under which a balancer is kept; empty where the syntax is bad.
func balancerName(url string) string {
	scheme, rest, ok := strings.Cut(url, ":")
	if !ok || !strings.HasPrefix(rest, "//") || len(rest) == 2 {
		return ""
	}
	host, _, _ := strings.Cut(rest[2:], "/")
	return clib.ToLower(scheme + "://" + host)
}

// balancer returns the balancer that a URL names, defined so far, or nil.
func (s *server) balancer(url string) *balancer { return s.balancers[balancerName(url)] }

// defineBalancer adds a balancer. front is the path or URL that leads to it, if that is known. What httpd refuses it returns
// in httpd's words.
func (s *server) defineBalancer(url, front string) (b *balancer, httpd string) {
	name := balancerName(url)
	switch {
	case name == "":
		return nil, "Bad syntax for a balancer name (" + url + ")"
	case len(name) > maxBalancerName:
		return nil, "balancer name (" + name + ") too long"
	}
	parsed, ok := ir.ParseURI(front)
	if !ok {
		return nil, "unable to parse: " + front
	}
	path, _, _ := strings.Cut(parsed.Path, "#")
	path, _, _ = strings.Cut(path, "?")
	if len(path) > maxVirtualPath {
		return nil, "balancer " + name + " front-end virtual-path (" + path + ") too long"
	}
	if len(parsed.Host) > maxVirtualHost {
		return nil, "balancer " + name + " front-end vhost name (" + parsed.Host + ") too long"
	}
	if s.balancers == nil {
		s.balancers = map[string]*balancer{}
	}
	b = &balancer{}
	s.balancers[name] = b
	return b, ""
}

// search says which workers a URL is looked for in.
type search uint8

const (
	amongPrefixes search = 1 << iota
	amongMatches
	amongAll = amongPrefixes | amongMatches
)

// kindOf is the search that a directive makes, which takes a pattern or not.
func kindOf(match bool) search {
	if match {
		return amongMatches
	}
	return amongPrefixes
}

// finds says whether a URL has a worker already, whose parameters it then shares.
func (p *pool) finds(url string, among search) bool {
	key, ok := ir.WorkerKeyOf(url)
	if !ok {
		return false
	}
	if among&amongPrefixes != 0 && len(p.prefixes) > 0 {
		for name := range key.Prefixes() {
			if _, ok := p.prefixes[name]; ok {
				return true
			}
		}
	}
	return among&amongMatches != 0 && slices.ContainsFunc(p.matches, key.Finds)
}
