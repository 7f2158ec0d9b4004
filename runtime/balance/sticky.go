package balance

import (
	"bytes"
	"time"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/runtime/upstream"
)

// Session is what a request says of its sticky session. The zero value is a request that says nothing.
type Session struct {
	// Known says that the request has a session with a route, which may be empty: BALANCER_SESSION_* are set.
	Known bool
	// Sticky is the name of the cookie or parameter it was found under.
	Sticky string
	// Route is the text behind the separator. It lies in the URL or the cookie.
	Route []byte
}

// FindSession looks for the session of a request, first in the URL (path and query as the backend would get them), then
// in the Cookie header. Neither name is anchored by more than httpd does: "xsid=1.a" in a URL holds a parameter sid.
func FindSession(b *upstream.Balancer, url, cookie []byte) Session {
	live := b.Live()
	if live.StickyCookie == "" {
		return Session{}
	}
	s := Session{Sticky: live.StickyParam}
	value, ok := urlParam(url, live.StickyParam, b.SemicolonDelimits)
	if !ok {
		s.Sticky = live.StickyCookie
		if value, ok = cookieParam(cookie, live.StickyCookie); !ok {
			return Session{}
		}
	}
	if b.StickySeparator != 0 {
		i := bytes.IndexByte(value, b.StickySeparator)
		if i < 0 {
			return Session{}
		}
		value = value[i+1:]
	}
	s.Known, s.Route = true, value
	return s
}

// urlParam returns what follows the first "name=" with something behind it. Delimiters at the start of the value are
// skipped, as strtok does.
func urlParam(url []byte, name string, semicolon bool) ([]byte, bool) {
	delimiters := "?&"
	if semicolon {
		delimiters = ";?&"
	}
	for rest := url; ; {
		i := indexString(rest, name)
		if i < 0 {
			return nil, false
		}
		rest = rest[i+len(name):]
		if len(rest) > 1 && rest[0] == '=' {
			value := bytes.TrimLeft(rest[1:], delimiters)
			if end := bytes.IndexAny(value, delimiters); end >= 0 {
				value = value[:end]
			}
			return value, len(value) > 0
		}
		if len(rest) == 0 {
			return nil, false
		}
		rest = rest[1:]
	}
}

// cookieParam returns the value of a cookie: the name stands at the start or behind a separator, and quotes are data.
func cookieParam(header []byte, name string) ([]byte, bool) {
	for at := 0; at < len(header); {
		i := indexString(header[at:], name)
		if i < 0 {
			return nil, false
		}
		start := at + i
		at = start + 1
		if start > 0 && !separatesCookies(header[start-1]) {
			continue
		}
		rest := header[start+len(name):]
		for len(rest) > 0 && isSpace(rest[0]) {
			rest = rest[1:]
		}
		if len(rest) > 1 && rest[0] == '=' {
			value := rest[1:]
			if end := bytes.IndexAny(value, ";,"); end >= 0 {
				value = value[:end]
			}
			return value, true
		}
	}
	return nil, false
}

// indexString is bytes.Index for a name that is a string.
func indexString(s []byte, name string) int {
	for i := 0; i+len(name) <= len(s); i++ {
		j := bytes.IndexByte(s[i:len(s)-len(name)+1], name[0])
		if j < 0 {
			return -1
		}
		i += j
		if string(s[i:i+len(name)]) == name {
			return i
		}
	}
	return -1
}

func separatesCookies(c byte) bool { return c == ';' || c == ',' || isSpace(c) }

func isSpace(c byte) bool { return c == ' ' || '\t' <= c && c <= '\r' }

// findRoute returns the member of a route: those that are not standbys first. An unusable member is retried, then its
// redirect is followed; depth bounds that, since redirects may form a circle.
func findRoute(members []*upstream.Worker, route []byte, now time.Time, depth int) *upstream.Worker {
	for _, standby := range [...]bool{false, true} {
		for _, w := range members {
			name, redirect := w.Labels()
			if w.Slot.Status().Has(ir.StatusHotStandby) != standby || name == "" || name != string(route) {
				continue
			}
			if w.Slot.Usable() || w.Retry(now) && w.Slot.Usable() {
				return w
			}
			if redirect != "" && depth < len(members) {
				if r := findRedirect(members, redirect, now, depth+1); r != nil && r.Slot.Usable() {
					return r
				}
			}
		}
	}
	return nil
}

func findRedirect(members []*upstream.Worker, route string, now time.Time, depth int) *upstream.Worker {
	var buf [64]byte
	return findRoute(members, append(buf[:0], route...), now, depth)
}

func hasRoute(members []*upstream.Worker, route []byte) bool {
	for _, w := range members {
		if name, _ := w.Labels(); name == string(route) {
			return true
		}
	}
	return false
}
