package route

import (
	"bytes"
	"net/netip"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/clib"
)

// ParseHost reads a Host header or the authority of a request target as httpd's strict mode does: the name in lower case
// without a final dot is appended to dst, port is 0 where none is written. ok is false for what httpd answers with 400:
// a name with characters that no host has, digits and dots that are no address, a last label that does not begin
// with a letter, a port that is no number from 1 to 65535.
func ParseHost(dst, header []byte) (name []byte, port int, ok bool) {
	host := header
	if len(host) > 0 && host[0] == '[' {
		end := bytes.IndexByte(host, ']')
		if end < 0 {
			return dst, 0, false
		}
		if port, ok = hostPort(host[end+1:]); !ok {
			return dst, 0, false
		}
		address, err := netip.ParseAddr(string(host[1:end]))
		if err != nil || !address.Is6() || address.Zone() != "" {
			return dst, 0, false
		}
		return appendLower(dst, host[1:end]), port, true
	}
	if i := bytes.IndexByte(host, ':'); i >= 0 {
		if port, ok = hostPort(host[i:]); !ok {
			return dst, 0, false
		}
		host = host[:i]
	}
	if bytes.Contains(host, []byte("..")) {
		return dst, 0, false
	}
	if len(host) > 1 && host[len(host)-1] == '.' {
		host = host[:len(host)-1]
	}
	if !isHostname(host) {
		return dst, 0, false
	}
	return appendLower(dst, host), port, true
}

// ParseAuthority is ParseHost for the authority of a URL in a request line, in which httpd takes less care: there may be no
// host and no port behind the colon, and the port may be any number, of which the lowest 16 bits count.
func ParseAuthority(dst, authority []byte) (name []byte, port int, ok bool) {
	return parseAuthority(dst, authority, ParseHost)
}

// ParseUnsafeAuthority is ParseAuthority for HttpProtocolOptions Unsafe.
func ParseUnsafeAuthority(dst, authority []byte) (name []byte, port int, ok bool) {
	return parseAuthority(dst, authority, ParseUnsafeHost)
}

func parseAuthority(dst, authority []byte, parse func(dst, host []byte) ([]byte, int, bool)) (name []byte, port int, ok bool) {
	host, digits := authority, []byte(nil)
	from := bytes.IndexByte(authority, ']') + 1
	if at := bytes.IndexByte(authority[from:], ':'); at >= 0 {
		host, digits = authority[:from+at], authority[from+at+1:]
	}
	for _, c := range digits {
		if !isDigit(c) {
			return dst, 0, false
		}
		port = (port*10 + int(c-'0')) & 0xffff
	}
	if len(host) == 0 {
		return dst, port, true
	}
	name, _, ok = parse(dst, host)
	return name, port, ok
}

// ParseUnsafeHost is ParseHost for HttpProtocolOptions Unsafe: a name may have any byte but slashes.
func ParseUnsafeHost(dst, header []byte) (name []byte, port int, ok bool) {
	host := header
	if len(host) > 0 && host[0] == '[' {
		return ParseHost(dst, header)
	}
	if digits := len(host) - len(bytes.TrimRight(host, "0123456789")); digits > 0 && digits < len(host) && host[len(host)-digits-1] == ':' {
		at := len(host) - digits - 1
		if port, ok = hostPort(host[at:]); !ok {
			return dst, 0, false
		}
		host = host[:at]
	}
	if len(host) == 0 || bytes.Contains(host, []byte("..")) || bytes.ContainsAny(host, `/\`) {
		return dst, 0, false
	}
	if len(host) > 1 && host[len(host)-1] == '.' {
		host = host[:len(host)-1]
	}
	return appendLower(dst, host), port, true
}

// SplitAuthority splits the host:port of CONNECT: brackets of an IPv6 address are removed, and of a port that is too large the
// lower 16 bits count, as in httpd. ok is false where host or port is missing and for what a host does not have (APR:
// apr_uri_parse_hostinfo).
func SplitAuthority(target []byte) (host []byte, port int, ok bool) {
	colon := bytes.LastIndexByte(target, ':')
	if colon <= 0 || colon+1 == len(target) || len(target) > colon+10 {
		return nil, 0, false
	}
	for _, c := range target[colon+1:] {
		if !isDigit(c) {
			return nil, 0, false
		}
		port = port*10 + int(c-'0')
	}
	host = target[:colon]
	if host[0] == '[' {
		if host = host[1:]; len(host) < 2 || host[len(host)-1] != ']' {
			return nil, 0, false
		}
		host = host[:len(host)-1]
	} else if bytes.IndexByte(host, ':') >= 0 {
		return nil, 0, false
	}
	return host, port & 0xffff, IsClean(host) && !bytes.ContainsAny(host, "@/?#[]")
}

// isHostname is httpd's strict_hostname_check.
func isHostname(host []byte) bool {
	numeric, zeroes, dots := true, false, 0
	for i, c := range host {
		switch {
		case 'a' <= c|0x20 && c|0x20 <= 'z' || c == '-' || c == '_':
			numeric = false
		case c == '.':
			dots++
			zeroes = zeroes || i+2 < len(host) && host[i+1] == '0' && isDigit(host[i+2])
		case !isDigit(c):
			return false
		}
	}
	if len(host) == 0 {
		return false
	}
	if numeric {
		return dots == 3 && !zeroes && host[0] != '.' && (host[0] != '0' || len(host) < 2 || !isDigit(host[1]))
	}
	last := bytes.LastIndexByte(host, '.')
	return last < 0 || last+1 == len(host) || isLetter(host[last+1])
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// hostPort reads ":port" or nothing.
func hostPort(s []byte) (int, bool) {
	if len(s) == 0 {
		return 0, true
	}
	if s[0] != ':' {
		return 0, false
	}
	port := 0
	for _, c := range s[1:] {
		if c < '0' || c > '9' {
			return 0, false
		}
		if port = port*10 + int(c-'0'); port > 65535 {
			return 0, false
		}
	}
	return port, port > 0
}

func appendLower(dst, s []byte) []byte {
	for _, c := range s {
		dst = append(dst, clib.Lower(c))
	}
	return dst
}

// Self is how a request names the server it came to: what redirects and ProxyPassReverse build URLs with.
type Self struct {
	// Scheme is http or https.
	Scheme string
	// Name is the name of the host (UseCanonicalName Off: that of the Host header, else ServerName).
	Name []byte
	// Port is that of the Host header, else that of the server, else the default.
	Port int
}

// AppendSelf appends the scheme and authority of a URL to this server: "http://name:8080".
func AppendSelf(dst []byte, s *Self) []byte {
	dst = append(dst, s.Scheme...)
	dst = append(dst, "://"...)
	return AppendAuthority(dst, s.Name, s.Port, ir.DefaultPort(s.Scheme))
}

// AppendAuthority appends a host, in brackets where it is an IPv6 address, and its port unless it is the default.
func AppendAuthority(dst, name []byte, port, standard int) []byte {
	if bytes.IndexByte(name, ':') >= 0 {
		dst = append(dst, '[')
		dst = append(dst, name...)
		dst = append(dst, ']')
	} else {
		dst = append(dst, name...)
	}
	if port != standard && port != 0 {
		dst = append(dst, ':')
		dst = appendInt(dst, port)
	}
	return dst
}

func appendInt(dst []byte, n int) []byte {
	var digits [20]byte
	i := len(digits)
	for {
		i--
		digits[i] = byte('0' + n%10)
		if n /= 10; n == 0 {
			return append(dst, digits[i:]...)
		}
	}
}
