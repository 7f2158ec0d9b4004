package ir

import (
	"strings"

	"github.com/lbconf/lbconf/parser/clib"
)

// URL is a backend's address in its parts, as mod_proxy reads it.
type URL struct {
	// Scheme is in lower case: "http", "balancer".
	Scheme string
	// Host is in lower case and without brackets; for a Unix socket the host behind the |.
	Host string
	// Port is as it is written, without the colon; empty where none is.
	Port string
	// Path begins with / or is empty; it includes a query.
	Path string
	// Socket is the path of a Unix socket (unix:/path|scheme://host/…), which may be relative; empty otherwise.
	Socket string
}

// ParseURL splits a target. It reports false where there is no scheme://, which httpd refuses in ProxyPass. It does not
// judge the parts: a host may hold $1 or %{HTTP_HOST}.
func ParseURL(s string) (URL, bool) {
	var u URL
	if rest, ok := cutPrefixFold(s, "unix:"); ok {
		socket, target, found := strings.Cut(rest, "|")
		if !found {
			return u, false
		}
		if end := strings.IndexAny(socket, "?#"); end >= 0 {
			socket = socket[:end]
		}
		u.Socket, s = socket, target
		if scheme, bare := strings.CutSuffix(target, ":"); bare {
			s = scheme + "://localhost"
		}
	}
	n := schemeLength(s)
	if n == 0 {
		return u, false
	}
	u.Scheme = clib.ToLower(s[:n])
	rest := s[n+len("://"):]
	from, to := 0, len(rest)
	for i := range len(rest) {
		c := rest[i]
		if c == '/' || c == '?' || c == '#' {
			to = i
			break
		}
		if c == '@' {
			from = i + 1
		}
	}
	u.Path = rest[to:]
	u.Host, u.Port = SplitPort(rest[from:to])
	u.Host = clib.ToLower(u.Host)
	return u, true
}

// schemeLength returns the length of the scheme of a URL, 0 where none begins it.
func schemeLength(s string) int {
	for i := range len(s) {
		switch s[i] {
		case ':':
			if strings.HasPrefix(s[i:], "://") {
				return i
			}
		case '/', ' ':
			return 0
		}
	}
	return 0
}

// SplitPort splits host:port; brackets around an IPv6 address are removed. Without a port it is empty.
func SplitPort(authority string) (host, port string) {
	if rest, ok := strings.CutPrefix(authority, "["); ok {
		host, rest, _ = strings.Cut(rest, "]")
		return host, strings.TrimPrefix(rest, ":")
	}
	if i := strings.LastIndexByte(authority, ':'); i >= 0 {
		return authority[:i], authority[i+1:]
	}
	return authority, ""
}

// DefaultPort is the port that mod_proxy takes for a scheme, in lower case; 0 for one it does not know.
func DefaultPort(scheme string) int {
	switch scheme {
	case "http", "ws", "h2c":
		return 80
	case "https", "wss", "h2":
		return 443
	case "ftp":
		return 21
	case "ajp":
		return 8009
	case "fcgi":
		return 8000
	case "scgi":
		return 4000
	}
	return 0
}

// PortNumber is the port that is connected to: the written one, or the scheme's. A written port that is no number is 0.
func (u URL) PortNumber() int {
	if u.Port == "" {
		return DefaultPort(u.Scheme)
	}
	n := 0
	for i := range len(u.Port) {
		c := u.Port[i]
		if c < '0' || c > '9' || n > 65535 {
			return 0
		}
		n = n*10 + int(c-'0')
	}
	return n
}

// IsBalancer says whether the URL names a balancer.
func (u URL) IsBalancer() bool { return u.Scheme == "balancer" }

// Authority is scheme://host[:port] of String.
func (u URL) Authority() string {
	u.Path = ""
	return u.String()
}

// String is the URL in the form in which httpd looks for the worker of a request: scheme and host in lower case, without user,
// default port and Unix socket. What looks for the worker of a directive is a WorkerKey.
func (u URL) String() string {
	host, port := u.Host, u.comparedPort()
	if strings.IndexByte(host, ':') >= 0 {
		host = "[" + host + "]"
	}
	colon := ""
	if port != "" {
		colon = ":"
	}
	return u.Scheme + "://" + host + colon + port + u.Path
}

// comparedPort is the port of String: empty where it is the scheme's.
func (u URL) comparedPort() string {
	if number := u.PortNumber(); number != 0 && number == DefaultPort(u.Scheme) {
		return ""
	}
	return u.Port
}

// AuthorityOf is Authority for a URL that was parsed from written.
func (u URL) AuthorityOf(written string) string {
	bare := strings.TrimSuffix(written, u.Path)
	u.Path = ""
	return u.StringOf(bare)
}

// StringOf is String for a URL that was parsed from written, which it returns where that has the form already: nearly all
// have, and a large configuration asks for hundreds of thousands.
func (u URL) StringOf(written string) string {
	rest, ok := strings.CutPrefix(written, u.Scheme)
	if ok {
		rest, ok = strings.CutPrefix(rest, "://")
	}
	if ok {
		rest, ok = strings.CutPrefix(rest, u.Host)
	}
	if port := u.comparedPort(); ok && port != "" {
		if rest, ok = strings.CutPrefix(rest, ":"); ok {
			rest, ok = strings.CutPrefix(rest, port)
		}
	}
	if ok && rest == u.Path && u.Socket == "" && strings.IndexByte(u.Host, ':') < 0 {
		return written
	}
	return u.String()
}

// IsBalancerURL says whether a target is a balancer's, without judging the rest of it.
func IsBalancerURL(s string) bool {
	_, ok := cutPrefixFold(s, "balancer://")
	return ok
}

// BalancerName returns the name of a balancer as httpd compares it: "balancer://name" in lower case, without a path.
func BalancerName(s string) string {
	rest, ok := cutPrefixFold(s, "balancer://")
	if !ok {
		return ""
	}
	name, _, _ := strings.Cut(rest, "/")
	const scheme = "balancer://"
	if lower := clib.ToLower(name); lower != name || !strings.HasPrefix(s, scheme) {
		return scheme + lower
	}
	return s[:len(scheme)+len(name)]
}

// MatchWorkerName compares a URL with the name of a worker of ProxyPassMatch: $ and a digit stand for any text, a backslash takes
// the next byte literally, and what follows the name in the URL does not matter.
func MatchWorkerName[T string | []byte](url T, name string) bool {
	// star and mark are where to go on when the text behind the last reference does not match: that takes a byte more.
	star, mark := -1, 0
	u, n := 0, 0
	for n < len(name) {
		if name[n] == '$' && n+1 < len(name) && name[n+1] >= '0' && name[n+1] <= '9' {
			n += 2
			star, mark = n, u
			continue
		}
		c, size := name[n], 1
		if c == '\\' && n+1 < len(name) {
			c, size = name[n+1], 2
		}
		switch {
		case u < len(url) && url[u] == c:
			u, n = u+1, n+size
		case star >= 0 && mark < len(url):
			mark++
			u, n = mark, star
		default:
			return false
		}
	}
	return true
}

func cutPrefixFold(s, prefix string) (string, bool) {
	if s == "" || clib.Lower(s[0]) != prefix[0] { // nearly all targets, and this is asked a million times
		return s, false
	}
	if clib.HasPrefixFold(s, prefix) {
		return s[len(prefix):], true
	}
	return s, false
}
