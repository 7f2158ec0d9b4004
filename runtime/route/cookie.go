package route

import (
	"bytes"

	"github.com/lbconf/lbconf/parser/clib"
)

// CookieEntry is one ProxyPassReverseCookiePath or ProxyPassReverseCookieDomain.
type CookieEntry struct {
	// Internal is how the value of the backend begins.
	Internal string
	// Public is what takes the place of the whole value.
	Public string
}

// attribute is the last attribute of a name in a cookie, from start to end in its text, and what one of that name is to be; nil
// where none is to be changed.
type attribute struct {
	start, end int
	public     *CookieEntry
}

// AppendCookie appends the value of a Set-Cookie field as the client is to see it. Names of attributes have no case and no
// space behind them, a path is compared byte by byte and a domain without case, and of an attribute that is there twice the
// last one is changed (mod_proxy: ap_proxy_cookie_reverse_map).
func (r *Reverse) AppendCookie(dst, value []byte) []byte {
	if r == nil || len(r.Paths)+len(r.Domains) == 0 {
		return append(dst, value...)
	}
	var path, domain attribute
	for at := 0; at < len(value); {
		end := len(value)
		if i := bytes.IndexByte(value[at:], ';'); i >= 0 {
			end = at + i
		}
		start := at
		for start < end && isSpace(value[start]) {
			start++
		}
		switch part := value[start:end]; {
		case clib.HasPrefixFold(part, "path="):
			path.take(r.Paths, value, start+len("path="), end, hasPrefix)
		case clib.HasPrefixFold(part, "domain="):
			domain.take(r.Domains, value, start+len("domain="), end, clib.HasPrefixFold[[]byte])
		}
		at = end + 1
	}
	first, second := &path, &domain
	if domain.start < path.start {
		first, second = second, first
	}
	at := 0
	for _, a := range [...]*attribute{first, second} {
		if a.public != nil {
			dst = append(append(dst, value[at:a.start]...), a.public.Public...)
			at = a.end
		}
	}
	return append(dst, value[at:]...)
}

// take notes where an attribute is, and the first entry that it begins with, if any.
func (a *attribute) take(entries []CookieEntry, value []byte, start, end int, begins func([]byte, string) bool) {
	*a = attribute{start: start, end: end}
	for i := range entries {
		if begins(value[start:end], entries[i].Internal) {
			a.public = &entries[i]
			return
		}
	}
}

func hasPrefix(s []byte, prefix string) bool {
	return len(s) >= len(prefix) && string(s[:len(prefix)]) == prefix
}

func isSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }
