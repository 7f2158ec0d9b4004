package ir

import (
	"strings"

	"github.com/lbconf/lbconf/parser/clib"
)

// URI is what httpd's library makes of a URL (APR: apr_uri_parse). It takes more than a standard allows, and ParseURL takes more
// than it: this is what decides whether httpd starts, and how it calls a worker.
type URI struct {
	// Scheme and Host are as they are written, Host without brackets; both may be empty.
	Scheme, Host string
	// User is the user and the password with the @ behind them; empty where none are.
	User string
	// Port is the text behind the colon, and Number what is made of it; 0 for none.
	Port   string
	Number uint16
	// Path begins at the first / ? or # and includes query and fragment.
	Path string
}

// ParseURI splits a URL. It reports false where httpd cannot parse it.
func ParseURI(s string) (URI, bool) {
	var u URI
	rest := s
	if end := schemeEnd(s); end > 0 {
		u.Scheme, rest = s[:end], s[end+1:]
	}
	switch {
	case strings.HasPrefix(rest, "//") && (u.Scheme != "" || !strings.HasPrefix(rest, "///")):
		return u.authority(rest[2:])
	case u.Scheme == "" && !strings.HasPrefix(rest, "/"):
		first, _, _ := strings.Cut(rest, "/")
		if strings.Contains(first, ":") {
			return u, false
		}
	}
	u.Path = rest
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

func (u URI) authority(rest string) (URI, bool) {
	host := rest
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		host, u.Path = rest[:i], rest[i:]
	}
	if i := strings.LastIndexByte(host, '@'); i >= 0 {
		u.User, host = host[:i+1], host[i+1:]
	}
	colon := strings.IndexByte(host, ':')
	if strings.HasPrefix(host, "[") {
		end := strings.IndexByte(host, ']')
		if end < 0 {
			return u, false
		}
		u.Host, colon = host[1:end], -1
		switch {
		case end+1 < len(host) && host[end+1] == ':':
			colon = end + 1
		case end+1 < len(host):
			u.Host = host[1 : len(host)-1] // the last byte counts as the bracket
		}
	} else if u.Host = host; colon >= 0 {
		u.Host = host[:colon]
	}
	if colon < 0 || colon+1 == len(host) {
		return u, true
	}
	u.Port = host[colon+1:]
	number, ok := portOf(u.Port)
	u.Number = number
	return u, ok
}

// portOf reads a port as C's strtol does, into 16 bits, and reports whether nothing is left.
func portOf(text string) (uint16, bool) {
	if text == "" || clib.AfterInt(text) != "" {
		return 0, false
	}
	return uint16(clib.Atoi64(text) & 0xffff), true //nolint:gosec // masked
}

// appendTo appends the URL put together again, without the port of its scheme.
func (u URI) appendTo(b []byte) []byte {
	b = append(append(append(b, u.Scheme...), "://"...), u.User...)
	if strings.Contains(u.Host, ":") {
		b = append(append(append(b, '['), u.Host...), ']')
	} else {
		b = append(b, u.Host...)
	}
	if u.Number != 0 && u.Number != portOfScheme(u.Scheme) {
		b = append(append(b, ':'), u.Port...)
	}
	return append(b, u.Path...)
}

// portOfScheme is the port of a scheme in lower case, 0 for one that neither APR nor mod_proxy knows.
func portOfScheme(scheme string) uint16 {
	if port := DefaultPort(scheme); port != 0 {
		return uint16(port) //nolint:gosec // a port
	}
	return map[string]uint16{
		"gopher": 70, "ldap": 389, "nntp": 119, "snews": 563, "imap": 143, "pop": 110, "sip": 5060, "rtsp": 554, "wais": 210, "z39.50r": 210,
		"z39.50s": 210, "prospero": 191, "nfs": 2049, "tip": 3372, "acap": 674, "telnet": 23, "ssh": 22,
	}[scheme]
}
