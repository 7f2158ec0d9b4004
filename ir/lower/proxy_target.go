package lower

import (
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/diag"
)

// target is the URL of a worker or of a balancer in a directive.
type target struct {
	n *parser.Node
	// says is how httpd calls the directive.
	says string
	url  string
	span diag.Span
	// front is where the path stands that leads to it, if that is known.
	front diag.Span
}

// refuse reports what httpd says about a target.
func (l *lowering) refuseTarget(t target, httpd, help, format string, args ...any) {
	l.invalid(t.n, t.span, t.says+" "+httpd, help, format, args...)
}

// socket reports whether a URL of a Unix socket has a scheme behind the socket; every other URL passes.
func (l *lowering) socket(t target) bool {
	if _, ok := ir.SocketTarget(t.url); ok {
		return true
	}
	switch t.says {
	case "ProxyPass":
		t.says = "ProxyPass|ProxyPassMatch"
	case "<Proxy":
		t.says = "<Proxy/ProxyMatch >"
	}
	l.refuseTarget(t, `uses an invalid "unix:" URL`, "write unix:/path/to.sock|http://localhost/", "%q is no URL of a Unix socket", t.url)
	return false
}

// defineWorker adds a worker to a pool, or reports why httpd does not.
func (l *lowering) defineWorker(t target, match bool, to *pool) bool {
	w, httpd := ir.NameWorker(t.url, match)
	const write = "write scheme://host[:port]/path"
	switch {
	case httpd == "":
		to.add(w)
		return true
	case strings.HasPrefix(httpd, "Unable to parse"):
		message, help := "httpd cannot parse the URL %q", "write a port from 1 to 65535, or none, and an IPv6 address in brackets"
		switch parsed, ok := ir.ParseURL(t.url); {
		case ok && parsed.Port != "":
			message = "the port of %q is no number"
		case strings.ContainsAny(t.url, " \t"):
			help = "leave out the blanks"
		case !strings.Contains(t.url, "//"):
			help = write + ", such as http://" + t.url
		}
		l.refuseTarget(t, httpd, help, message, t.url)
	case strings.HasPrefix(httpd, "URL must be absolute"):
		help := write
		if clib.HasPrefixFold(t.url, "unix:") {
			help = "write the URL behind the socket, too: " + t.url + "|http://localhost/"
		}
		l.refuseTarget(t, httpd, help, "%q is no URL with scheme and host", t.url)
	default:
		l.refuseTarget(t, httpd, "shorten it", "a part of the URL is too long: httpd keeps %d bytes of a host and %d of the path of a socket", ir.MaxWorkerHost, ir.MaxWorkerSocket)
	}
	return false
}

// defineBalancer adds a balancer to the server, or reports why httpd does not. front is the path that leads to it.
func (l *lowering) defineBalancer(t target, front string, at place) bool {
	_, httpd := at.srv.defineBalancer(t.url, front)
	if t.front.IsValid() && (strings.HasPrefix(httpd, "unable to parse") || strings.Contains(httpd, "front-end")) {
		t.span = t.front
	}
	switch {
	case httpd == "":
		return true
	case strings.HasPrefix(httpd, "Bad syntax"):
		l.refuseTarget(t, httpd, "write balancer://name", "%q names no balancer", t.url)
	case strings.HasPrefix(httpd, "balancer name"):
		l.refuseTarget(t, httpd, "write a shorter name", "the name of a balancer has at most %d bytes with balancer:// before it", maxBalancerName)
	case strings.HasPrefix(httpd, "unable to parse"):
		l.refuseTarget(t, httpd, "write a path that begins with /", "httpd cannot parse the path %q, which leads to a balancer, as a URL", front)
	default:
		l.refuseTarget(t, httpd, "write a shorter path, or map it with ProxyPassMatch", "the path that leads to a balancer has at most %d bytes", maxVirtualPath)
	}
	return false
}

// object is what parameters belong to.
type object struct {
	of ir.ParamObject
	// url is its name in httpd's messages.
	url string
}

// lastOfEach is what httpd looks at where a key is repeated in ProxyPass or BalancerMember: the last value, in the place of
// the first.
func lastOfEach(params []ir.Param) []ir.Param {
	var all []ir.Param
next:
	for _, p := range params {
		for i := range all {
			if clib.EqualFold(all[i].Key, p.Key) {
				all[i] = p
				continue next
			}
		}
		all = append(all, p)
	}
	return all
}
