package route

import (
	"bytes"
	"cmp"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/clib"
)

// MatchPrefix says how much of a path a ProxyPass path covers: the number of bytes of uri, or 0 for no match. Bytes are
// compared as they are, except that a run of slashes matches a run of slashes, and a path that does not end in a slash
// covers whole segments only.
func MatchPrefix(uri []byte, path string) int {
	u, a := 0, 0
	for a < len(path) && u < len(uri) {
		if path[a] == '/' {
			if uri[u] != '/' {
				return 0
			}
			for a < len(path) && path[a] == '/' {
				a++
			}
			for u < len(uri) && uri[u] == '/' {
				u++
			}
			continue
		}
		if uri[u] != path[a] {
			return 0
		}
		u++
		a++
	}
	if a < len(path) || a == 0 {
		return 0
	}
	if path[a-1] != '/' && u < len(uri) && uri[u] != '/' {
		return 0
	}
	return u
}

// absoluteURL is an absolute URL in the parts that mod_proxy works with. Fields lie in the text that was split.
type absoluteURL struct {
	// Scheme is as it was written.
	Scheme []byte
	// Host is without user, brackets and port.
	Host []byte
	// Port is 0 where none is written.
	Port int
	// Path begins behind the slash that ends the authority; it holds all that follows, a question mark too.
	Path []byte
}

// split sets u, which is empty, to the parts of an absolute URL as mod_proxy sees them: the authority goes up to the first slash,
// and digits at its end behind a colon are the port. Whatever else stands there is the host. ok is false where the URL has no
// host, where its port is not one from 1 to 65535, and for a bracket that is not closed.
func (u *absoluteURL) split(url []byte) (ok bool) {
	i := bytes.Index(url, []byte("://"))
	if i <= 0 || !isScheme(url[:i]) {
		return false
	}
	u.Scheme = url[:i]
	host := url[i+3:]
	if j := bytes.IndexByte(host, '/'); j >= 0 {
		host, u.Path = host[:j], host[j+1:]
	}
	if j := bytes.LastIndexByte(host, '@'); j >= 0 {
		host = host[j+1:]
	}
	end := len(host)
	for end > 0 && isDigit(host[end-1]) {
		end--
	}
	switch {
	case end == 0:
		return false
	case host[end-1] == ':' && end < len(host):
		if u.Port, ok = hostPort(host[end-1:]); !ok {
			return false
		}
		host = host[:end-1]
	}
	if len(host) > 0 && host[0] == '[' {
		if host[len(host)-1] != ']' {
			return false
		}
		host = host[1 : len(host)-1]
	}
	u.Host = host
	return len(host) > 0
}

// AppendEscapedPath appends a decoded path as mod_proxy writes it to a backend: letters, digits, slashes and
// ~$-_.+!*'(),;:@&= stay, every other byte becomes %XX in upper case.
func AppendEscapedPath(dst, path []byte) []byte {
	for i := 0; i < len(path); {
		j := i
		for j < len(path) && keptInPath[path[j]] {
			j++
		}
		dst = append(dst, path[i:j]...)
		if j < len(path) {
			c := path[j]
			dst = append(dst, '%', upperHex[c>>4], upperHex[c&15])
			j++
		}
		i = j
	}
	return dst
}

const upperHex = "0123456789ABCDEF"

var keptInPath = byteTable("/~$-_.+!*'(),;:@&=")

// byteTable returns the set of letters, digits and the bytes of extra.
func byteTable(extra string) (t [256]bool) {
	for c := range t {
		t[c] = isAlnum(byte(c))
	}
	for i := range len(extra) {
		t[extra[i]] = true
	}
	return t
}

// IsClean says whether text may go on a request line as it is: no control characters and no spaces.
func IsClean(text []byte) bool {
	for _, c := range text {
		if c <= ' ' || c == 0x7f {
			return false
		}
	}
	return true
}

// Canonical is the form in which mod_proxy hands a URL to a scheme handler.
type Canonical struct {
	// URL is the whole: "http://host:8080/path?query". Scheme and host are in lower case, the scheme's own port is left out.
	URL []byte
	// Authority is the offset of the host in URL, Path that of the slash behind the authority.
	Authority, Path int
	// Host is the host to connect to, without brackets; it lies in URL.
	Host []byte
	// Port is the port to connect to; 0 for a balancer.
	Port int
}

// Form says what the path of a URL is that a mapping made. The zero value is invalid.
type Form uint8

// The forms.
const (
	// Decoded is text, which is escaped; the query of the request is added.
	Decoded Form = iota + 1
	// DecodedKeepingSlashes is Decoded, but for %2F, which stays (core: AllowEncodedSlashes NoDecode). Another % must be that of
	// an escape too, and is escaped.
	DecodedKeepingSlashes
	// Encoded is escaped already; the query of the request is added (mod_proxy: mapping=encoded).
	Encoded
	// Whole is meant as it is and holds the query (mod_proxy: nocanon, RewriteRule with NE).
	Whole
)

// appendCanonicalPath appends the path of a URL as it goes to the backend.
func appendCanonicalPath(dst, path []byte, form Form) (_ []byte, status int) {
	switch form {
	case Decoded:
		return AppendEscapedPath(dst, path), 0
	case DecodedKeepingSlashes:
		return appendKeepingSlashes(dst, path)
	case Encoded, Whole:
		if !IsClean(path) {
			status = statusForbidden
		}
	}
	return append(dst, path...), status
}

// appendKeepingSlashes is AppendEscapedPath for a path in which %2F stands for itself. A % that is no escape makes it a bad
// one.
func appendKeepingSlashes(dst, path []byte) (_ []byte, status int) {
	for {
		i := bytes.IndexByte(path, '%')
		if i < 0 {
			return AppendEscapedPath(dst, path), 0
		}
		dst = AppendEscapedPath(dst, path[:i])
		if i+2 >= len(path) {
			return dst, statusBadRequest
		}
		switch c, ok := unhex(path[i+1], path[i+2]); {
		case !ok:
			return dst, statusBadRequest
		case c == '/':
			dst, path = append(dst, path[i:i+3]...), path[i+3:]
		default:
			dst, path = append(dst, "%25"...), path[i+1:]
		}
	}
}

// AppendCanonical appends the canonical form of the URL that a mapping made, whose path has a form, and sets c, which is empty, to
// its parts. status is 0, or 400 for a URL without a host, with control characters or spaces in that or with a broken port (500
// where that is the name of a balancer): then c stays empty. It is 400 for a broken escape, too, and 403 for a query, or a path
// that is not escaped here, with control characters or spaces: then c is complete, but must not be sent.
func AppendCanonical(dst []byte, c *Canonical, url, query []byte, hasQuery bool, form Form) (_ []byte, status int) {
	var u absoluteURL
	if !u.split(url) {
		return dst, statusBadRequest
	}
	// A host can be text of the client and goes into the Host field: a line end in it would begin a field of its own.
	if bytes.IndexByte(u.Host, '?') >= 0 || bytes.IndexByte(u.Host, '#') >= 0 || !IsClean(u.Host) {
		if clib.EqualFold(u.Scheme, "balancer") {
			return dst, statusInternal // it is the name of none
		}
		return dst, statusBadRequest
	}
	start := len(dst)
	dst = appendLower(dst, u.Scheme)
	standard := ir.DefaultPort(string(dst[start:]))
	dst = append(dst, "://"...)
	c.Authority = len(dst) - start
	c.Port = u.Port
	if c.Port == 0 {
		c.Port = standard
	}
	host := len(dst)
	dst = AppendAuthority(dst, u.Host, u.Port, standard)
	for i := host; i < len(dst); i++ {
		dst[i] = clib.Lower(dst[i])
	}
	c.Path = len(dst) - start
	dst = append(dst, '/')
	before := dst
	if dst, status = appendCanonicalPath(dst, u.Path, form); status == statusBadRequest {
		dst = append(before, u.Path...) // in which a balancer looks for a session
	}
	script := string(dst[start:start+c.Authority]) == "fcgi://" // which has the query as a variable
	if script && form == Whole && bytes.IndexByte(u.Path, '?') >= 0 {
		status = statusForbidden
	}
	if hasQuery && !script && form != Whole {
		if !IsClean(query) {
			status = cmp.Or(status, statusForbidden)
		}
		dst = append(dst, '?')
		dst = append(dst, query...)
	}
	c.URL = dst[start:]
	hostStart := host - start
	if c.URL[hostStart] == '[' {
		hostStart++
	}
	c.Host = c.URL[hostStart : hostStart+len(u.Host)]
	return dst, status
}
