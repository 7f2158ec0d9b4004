package rewrite

import (
	"bytes"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/runtime/eval"
	"github.com/lbconf/lbconf/runtime/route"
)

// absoluteSchemes are the beginnings of a result that is no path, with those for which a question mark begins a query.
var absoluteSchemes = [...]struct {
	prefix string
	query  bool
}{
	{"ajp://", true},
	{"balancer://", true},
	{"fcgi://", true},
	{"ftp://", false},
	{"gopher://", false},
	{"http://", true},
	{"https://", true},
	{"h2://", true},
	{"h2c://", true},
	{"ldap://", false},
	{"mailto:", true},
	{"news:", false},
	{"nntp://", false},
	{"scgi://", true},
	{"unix:", true},
	{"uwsgi://", true},
	{"ws://", true},
	{"wss://", true},
}

// absolute returns the length of the scheme of a result that is no path, 0 for a path, and whether it has a query.
func absolute(value []byte) (n int, query bool) {
	if len(value) < 5 || value[0] == '/' {
		return 0, true
	}
	first := clib.Lower(value[0])
	for i := range absoluteSchemes {
		scheme := &absoluteSchemes[i]
		if first == scheme.prefix[0] && clib.HasPrefixFold(value, scheme.prefix) {
			return len(scheme.prefix), scheme.query
		}
	}
	return 0, true
}

// splitQuery takes the query out of the new value.
func (s *State) splitQuery(r *rule) {
	if r.dropQuery {
		s.query, s.hasQuery = nil, false
		return
	}
	scheme, query := absolute(s.value)
	if !query {
		s.query, s.hasQuery = nil, false
		return
	}
	if r.discardQuery {
		s.query, s.hasQuery = nil, false
	}
	at := bytes.IndexByte(s.value[scheme:], '?')
	if r.lastMark {
		at = bytes.LastIndexByte(s.value[scheme:], '?')
	}
	if at < 0 {
		return
	}
	at += scheme
	before := s.value
	defer func() { s.saySplit(before) }()
	found := s.value[at+1:]
	s.value = s.value[:at]
	switch {
	case r.appendQuery && len(found) > 0:
		start := len(s.buf)
		s.buf = append(s.buf, found...)
		s.buf = append(s.buf, '&')
		s.buf = append(s.buf, s.query...)
		s.query, s.hasQuery = s.buf[start:len(s.buf):len(s.buf)], true
	case !r.appendQuery:
		s.query, s.hasQuery = found, true
	}
	switch n := len(s.query); {
	case n == 0:
		s.query, s.hasQuery = nil, false
	case s.query[n-1] == '&':
		s.query = s.query[:n-1]
	}
}

// qualify makes a path an absolute URL of this server.
func (s *State) qualify() {
	if n, _ := absolute(s.value); n > 0 {
		return
	}
	start := len(s.buf)
	s.buf = route.AppendSelf(s.buf, s.self)
	if len(s.value) == 0 || s.value[0] != '/' {
		s.buf = append(s.buf, '/')
	}
	s.buf = append(s.buf, s.value...)
	s.value = s.buf[start:len(s.buf):len(s.buf)]
}

// reduce strips scheme, host and port of a URL that names this server.
func (s *State) reduce() {
	scheme := len(s.self.Scheme)
	if len(s.value) <= scheme+3 || !clib.EqualFold(s.value[:scheme], s.self.Scheme) || string(s.value[scheme:scheme+3]) != "://" {
		return
	}
	host := s.value[scheme+3:]
	path := slash
	if i := bytes.IndexByte(host, '/'); i >= 0 {
		host, path = host[:i], host[i:]
	}
	port := ir.DefaultPort(s.self.Scheme)
	if i := bytes.IndexByte(host, ':'); i >= 0 {
		host, port = host[:i], clib.Atoi(host[i+1:])
	}
	if s.host.Answers(host, port) {
		s.say(trace3, "reduce %s -> %s", s.value, path)
		s.value = path
	}
}

// proxy is the hand-over of [P].
func (s *State) proxy(raw bool) Result {
	url := s.value[len(proxyPrefix):]
	if raw && s.hasQuery {
		start := len(s.buf)
		s.buf = append(s.buf, url...)
		s.buf = append(s.buf, '?')
		s.buf = append(s.buf, s.query...)
		url = s.buf[start:len(s.buf):len(s.buf)]
	}
	return Result{Kind: Proxy, Value: url, Raw: raw}
}

// redirect makes the Location of a redirect: path and query are escaped unless raw, a query that is the client's own is
// passed on as it was.
func (s *State) redirect(scheme int, raw, sameQuery bool) Result {
	code := s.code
	if code < 300 || code > 399 {
		code = 302
	}
	start := len(s.buf)
	if raw {
		s.buf = append(s.buf, s.value...)
	} else {
		s.sayEscaped(s.hasQuery && !sameQuery)
		s.buf = appendEscapedURL(s.buf, s.value, scheme)
	}
	if s.hasQuery {
		s.buf = append(s.buf, '?')
		if raw || sameQuery {
			s.buf = append(s.buf, s.query...)
		} else {
			s.buf = eval.AppendEscaped(s.buf, s.query)
		}
	}
	return Result{Kind: Redirect, Status: code, Location: s.buf[start:len(s.buf):len(s.buf)]}
}

// appendEscapedURL appends a URL with everything behind its host escaped.
func appendEscapedURL(dst, url []byte, scheme int) []byte {
	if url[scheme-1] == '/' {
		i := bytes.IndexByte(url[scheme:], '/')
		if i < 0 {
			return append(dst, url...)
		}
		scheme += i + 1
	}
	dst = append(dst, url[:scheme]...)
	return eval.AppendEscaped(dst, url[scheme:])
}
