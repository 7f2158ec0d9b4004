package route

import (
	"bytes"

	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/runtime/upstream"
)

// Reverse is the list of ProxyPassReverse directives that hold for a request.
type Reverse struct {
	// Entries are in the order of the configuration; the first that matches counts.
	Entries []ReverseEntry
	// Paths and Domains are what becomes of the attributes of cookies.
	Paths, Domains []CookieEntry
}

// ReverseEntry is one ProxyPassReverse.
type ReverseEntry struct {
	// Path is the path of the front that takes the place of the URL.
	Path string
	// URL is the backend's URL, or a path.
	URL string
	// Balancer is the balancer that URL names, whose members count; nil otherwise.
	Balancer *upstream.Balancer
	// Sub is what follows the name of the balancer in URL where that is more than a slash.
	Sub string
}

// AppendLocation appends the value of a Location, Content-Location, URI or Destination header as the client is to see
// it. A value that no entry matches is appended as it is.
func (r *Reverse) AppendLocation(dst, value []byte, self *Self) []byte {
	if r == nil {
		return append(dst, value...)
	}
	for i := range r.Entries {
		e := &r.Entries[i]
		if e.Balancer != nil {
			for _, w := range e.Balancer.Live().Members {
				if rest, ok := e.matchMember(value, w.Name); ok {
					path := e.Path
					if e.Sub == "" && path == "/" && len(rest) > 0 && rest[0] == '/' {
						path = ""
					}
					return appendMapped(dst, path, rest, self)
				}
			}
			continue
		}
		part := value
		if e.URL != "" && e.URL[0] == '/' {
			if j := bytes.Index(value, []byte("://")); j >= 0 {
				if k := bytes.IndexByte(value[j+3:], '/'); k >= 0 {
					part = value[j+3+k:]
				}
			}
		}
		if n := len(e.URL); n > 0 && clib.HasPrefixFold(part, e.URL) {
			return appendMapped(dst, e.Path, part[n:], self)
		}
	}
	return append(dst, value...)
}

// matchMember compares a value with the URL of one member of a balancer.
func (e *ReverseEntry) matchMember(value []byte, name string) (rest []byte, ok bool) {
	if e.Sub == "" {
		if n := len(name); clib.HasPrefixFold(value, name) {
			return value[n:], true
		}
		return nil, false
	}
	n := len(name)
	if n > 0 && name[n-1] == '/' {
		n--
	}
	all := n + len(e.Sub)
	if len(value) >= all && clib.EqualFold(value[:n], name[:n]) && string(value[n:all]) == e.Sub {
		return value[all:], true
	}
	return nil, false
}

// appendMapped appends path and rest, as an absolute URL of this server unless they begin with a scheme.
func appendMapped(dst []byte, path string, rest []byte, self *Self) []byte {
	if !beginsURL(path, rest) {
		dst = AppendSelf(dst, self)
	}
	dst = append(dst, path...)
	return append(dst, rest...)
}

// beginsURL says whether a text in two parts begins with what may be a scheme and a colon (httpd: ap_is_url).
func beginsURL(path string, rest []byte) bool {
	for i := range len(path) + len(rest) {
		var c byte
		if i < len(path) {
			c = path[i]
		} else {
			c = rest[i-len(path)]
		}
		if c == ':' {
			return i > 0
		}
		if !isAlnum(c) && c != '+' && c != '-' && c != '.' {
			return false
		}
	}
	return false
}
