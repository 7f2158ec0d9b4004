package lower

import (
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/clib"
)

// uri is what httpd's library makes of the URL of a backend (APR: apr_uri_parse). It takes more than a standard allows, and
// ir.ParseURL takes more than it: this is what decides whether httpd starts.
type uri struct {
	scheme, user, host string
	// port is the text behind the colon, and number what is made of it.
	port   string
	number uint16
	// path begins at the first / ? or # and includes query and fragment.
	path string
}

// parseURI reports false where httpd cannot parse a URL.
func parseURI(s string) (uri, bool) {
	var u uri
	rest := s
	if end := schemeEnd(s); end > 0 {
		u.scheme, rest = s[:end], s[end+1:]
	}
	switch {
	case strings.HasPrefix(rest, "//") && (u.scheme != "" || !strings.HasPrefix(rest, "///")):
		return u.authority(rest[2:])
	case u.scheme == "" && !strings.HasPrefix(rest, "/"):
		first, _, _ := strings.Cut(rest, "/")
		if strings.Contains(first, ":") {
			return u, false
		}
	}
	u.path = rest
	return u, true
}

// schemeEnd is the place of the colon behind a scheme, or 0.
func schemeEnd(s string) int {
	for i := range len(s) {
		switch c := clib.Lower(s[i]); {
		case 'a' <= c && c <= 'z':
		case i > 0 && (c >= '0' && c <= '9' || c == '+' || c == '-' || c == '.'):
		case i > 0 && c == ':':
			return i
		default:
			return 0
		}
	}
	return 0
}

func (u uri) authority(rest string) (uri, bool) {
	host := rest
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		host, u.path = rest[:i], rest[i:]
	}
	if i := strings.LastIndexByte(host, '@'); i >= 0 {
		u.user, host = host[:i+1], host[i+1:]
	}
	colon := strings.IndexByte(host, ':')
	if strings.HasPrefix(host, "[") {
		end := strings.IndexByte(host, ']')
		if end < 0 {
			return u, false
		}
		u.host, colon = host[1:end], -1
		switch {
		case end+1 < len(host) && host[end+1] == ':':
			colon = end + 1
		case end+1 < len(host):
			u.host = host[1 : len(host)-1] // the last byte counts as the bracket
		}
	} else if u.host = host; colon >= 0 {
		u.host = host[:colon]
	}
	if colon < 0 || colon+1 == len(host) {
		return u, true
	}
	u.port = host[colon+1:]
	number, ok := portOf(u.port)
	u.number = number
	return u, ok
}

// portOf reads a port as C's strtol does, into 16 bits, and reports whether nothing is left.
func portOf(text string) (uint16, bool) {
	if text == "" || clib.AfterInt(text) != "" {
		return 0, false
	}
	return uint16(clib.Atoi64(text) & 0xffff), true //nolint:gosec // masked
}

// String is the URL put together again: the name of a worker.
func (u uri) String() string {
	host := u.host
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if u.number != 0 && u.number != portOfScheme(u.scheme) {
		host += ":" + u.port
	}
	return u.scheme + "://" + u.user + host + u.path
}

// portOfScheme is the port of a scheme in lower case, 0 for one that neither APR nor mod_proxy knows.
func portOfScheme(scheme string) uint16 {
	if port := ir.DefaultPort(scheme); port != 0 {
		return uint16(port) //nolint:gosec // a port
	}
	return map[string]uint16{
		"gopher": 70, "ldap": 389, "nntp": 119, "snews": 563, "imap": 143, "pop": 110, "sip": 5060, "rtsp": 554, "wais": 210, "z39.50r": 210,
		"z39.50s": 210, "prospero": 191, "nfs": 2049, "tip": 3372, "acap": 674, "telnet": 23, "ssh": 22,
	}[scheme]
}

// socketTarget takes unix:/path| off a URL, and reports false where what stands behind it has no colon. A bare scheme means
// localhost (mod_proxy: ap_proxy_de_socketfy).
func socketTarget(url string) (string, bool) {
	if !clib.HasPrefixFold(url, "unix:") {
		return url, true
	}
	_, target, socket := strings.Cut(url[len("unix:"):], "|")
	if !socket {
		return url, true
	}
	_, behind, ok := strings.Cut(target, ":")
	switch {
	case !ok:
		return "", false
	case behind == "":
		return target + "//localhost", true
	case behind == "//":
		return target + "localhost", true
	}
	return target, true
}

// isURI reports whether apr_uri_parse takes a text.
func isURI(text string) bool {
	_, ok := parseURI(text)
	return ok
}
