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

// worker is the name under which mod_proxy finds a worker again, and whether ProxyPassMatch or ProxyMatch defined it.
type worker struct {
	name  string
	match bool
	// anyHost says that a reference stands in the host or port of a match.
	anyHost bool
}

// pool is the workers of a server or of a balancer.
type pool struct {
	// prefixes are the names of the workers that are no matches. There may be thousands, and each directive searches.
	prefixes map[string]struct{}
	matches  []worker
}

func (p *pool) add(w worker) {
	if w.match {
		p.matches = append(p.matches, w)
		return
	}
	if p.prefixes == nil {
		p.prefixes = map[string]struct{}{}
	}
	p.prefixes[w.name] = struct{}{}
}

// balancer is a pool of workers, with the directives that define them.
type balancer struct {
	workers pool
	members []*parser.Node
}

// The lengths in bytes to which mod_proxy keeps texts.
const (
	maxBalancerName = 95
	maxWorkerName   = 383
	maxHostname     = 255
	maxSocketPath   = 95
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
	parsed, ok := parseURI(front)
	if !ok {
		return nil, "unable to parse: " + front
	}
	path, _, _ := strings.Cut(parsed.path, "#")
	path, _, _ = strings.Cut(path, "?")
	if len(path) > maxVirtualPath {
		return nil, "balancer " + name + " front-end virtual-path (" + path + ") too long"
	}
	if len(parsed.host) > maxVirtualHost {
		return nil, "balancer " + name + " front-end vhost name (" + parsed.host + ") too long"
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

// finds says whether a URL has a worker already, whose parameters it then shares: one whose name covers at least
// scheme://host:port and begins the URL. A match with a reference in its host need not cover it.
func (p *pool) finds(url string, among search) bool {
	target, ok := socketTarget(url)
	_, rest, colon := strings.Cut(target, ":")
	if !ok || !colon || !strings.HasPrefix(rest, "//") || len(rest) == 2 {
		return false
	}
	least := len(target)
	if slash := strings.IndexByte(rest[2:], '/'); slash >= 0 {
		least = len(target) - len(rest) + 2 + slash
	}
	target = clib.ToLower(target[:least]) + target[least:]
	if among&amongPrefixes != 0 && len(p.prefixes) > 0 {
		for n := min(len(target), maxWorkerName); n >= least; n-- {
			if _, ok := p.prefixes[target[:n]]; ok {
				return true
			}
		}
	}
	return among&amongMatches != 0 && slices.ContainsFunc(p.matches, func(w worker) bool {
		return len(w.name) <= len(target) && (len(w.name) >= least || w.anyHost) && ir.MatchWorkerName(target, w.name)
	})
}

// newWorker returns the worker that a URL defines, or what httpd says where it cannot.
func newWorker(url string, match bool) (w worker, httpd string) {
	target, socket, isSocket := url, "", false
	if clib.HasPrefixFold(url, "unix:") && strings.Contains(url, "|") {
		local, rest, _ := strings.Cut(url, "|")
		if parsed, ok := parseURI(local); ok {
			socket, _, _ = strings.Cut(parsed.path, "?")
			target, isSocket = rest, true
		}
	}
	references, anyHost := "", false
	if match {
		target, references, anyHost = cutPortReferences(target)
	}
	parsed, ok := parseURI(target)
	switch {
	case !ok:
		return w, "Unable to parse URL: " + url
	case parsed.scheme == "", parsed.host == "" && !isSocket:
		return w, "URL must be absolute!: " + url
	case parsed.host == "":
		parsed.host = "localhost"
	}
	parsed.scheme, parsed.host = clib.ToLower(parsed.scheme), clib.ToLower(parsed.host)
	parsed.path = references + parsed.path
	name := parsed.String()
	switch {
	case len(parsed.host) > maxHostname:
		return w, "worker hostname (" + parsed.host + ") too long"
	case len(socket) > maxSocketPath:
		return w, "worker uds path (" + socket + ") too long"
	}
	return worker{name[:min(len(name), maxWorkerName)], match, anyHost}, ""
}

// cutPortReferences takes $1 and what follows it off the port of a URL, since such a port is no number. anyHost says that there
// is a reference in the host or the port.
func cutPortReferences(url string) (rest, references string, anyHost bool) {
	scheme := strings.Index(url, "://")
	if scheme < 0 {
		return url, "", false
	}
	i := scheme + 3
	for i < len(url) && url[i] != ':' && url[i] != '/' {
		anyHost = anyHost || url[i] == '$'
		i++
	}
	if i >= len(url) || url[i] == '/' {
		return url, "", anyHost
	}
	for i++; i < len(url) && url[i] != '/'; i++ {
		if url[i] != '$' || i+1 >= len(url) || url[i+1] < '0' || url[i+1] > '9' {
			continue
		}
		end := i + 2
		for end < len(url) && url[end] != '/' {
			end++
		}
		return url[:i] + url[end:], url[i:end], true
	}
	return url, "", anyHost
}
