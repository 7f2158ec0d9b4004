package rewrite

import (
	"bytes"

	"github.com/lbconf/lbconf/runtime/eval"
	"github.com/lbconf/lbconf/runtime/exchange"
	"github.com/lbconf/lbconf/runtime/route"
	"github.com/lbconf/lbconf/runtime/trace"
)

// Kind is what the rules make of a request. The zero value is invalid.
type Kind uint8

// The outcomes.
const (
	// Unchanged leaves the request to ProxyPass and what comes behind it.
	Unchanged Kind = iota + 1
	// Status answers with Result.Status.
	Status
	// Redirect answers with Result.Status and Result.Location.
	Redirect
	// Proxy sends the request to the URL Result.Value.
	Proxy
	// PassThrough has a new path, Result.Value, which ProxyPass and what comes behind it see.
	PassThrough
	// Local has a path, Result.Value, that no ProxyPass sees: it is a file's.
	Local
)

// Result is the outcome of a run. Its bytes lie in the State.
type Result struct {
	// Kind says which fields count.
	Kind Kind
	// Status is that of an answer or redirect.
	Status int
	// Value is the URL of Proxy, the path of PassThrough and Local, or what the rules had made of it before a Status.
	Value []byte
	// Location is that of Redirect.
	Location []byte
	// Raw says that the URL of Proxy is not escaped any more and carries its query (NE).
	Raw bool
	// Handler is what H names, in lower case; empty for none.
	Handler string
}

// Host is what rules ask of the virtual host.
type Host interface {
	// Answers says whether a URL with the host and port names this server, so that a redirect to it is none.
	Answers(host []byte, port int) bool
}

// State is the room in which rules run. It is reused from request to request; the zero value is ready for use.
type State struct {
	// Sub says that the request is a subrequest, as that for the index of a directory is: rules with R or NS do not count.
	Sub bool

	x    *exchange.Exchange
	host Host
	self *route.Self
	vars eval.Context
	expr eval.Room

	log *trace.Log
	// varied are the fields that the conditions of a rule have looked at.
	varied []string

	buf   []byte
	value []byte
	query []byte
	// hasQuery tells an empty query from none.
	hasQuery bool
	// code is the status of the last rule with R, 0 before.
	code int
	// handler is what the last rule with H names.
	handler string

	rule, cond captures
	// spare is room for the groups of a condition that may not match.
	spare []int
	// firstMark and lastMark are where the first and the last question mark of the last expansion came from.
	firstMark, lastMark mark
}

// mark is where a question mark came from: one that a client slipped into a result must not begin the query.
type mark uint8

const (
	noMark mark = iota
	templateMark
	foreignMark
)

// captures are the groups that references name; subject is nil when there are none.
type captures struct {
	subject []byte
	groups  []int
}

// group returns a group, nil where it took no part.
func (c *captures) group(n int) []byte {
	if c.subject == nil || 2*n+1 >= len(c.groups) {
		return nil
	}
	from, to := c.groups[2*n], c.groups[2*n+1]
	if from < 0 || to <= from {
		return nil
	}
	return c.subject[from:to]
}

// expand appends a template to the state's room and returns what it appended.
func (s *State) expand(t *template, e *escaping) []byte {
	s.vars.Filename, s.vars.Query = s.value, s.query
	s.firstMark, s.lastMark = noMark, noMark
	start := len(s.buf)
	for i := range t.parts {
		p := &t.parts[i]
		before := len(s.buf)
		s.appendPart(p, e)
		if (p.kind != partText || p.mark) && bytes.IndexByte(s.buf[before:], '?') >= 0 {
			s.lastMark = templateMark
			if p.kind != partText {
				s.lastMark = foreignMark
			}
			if s.firstMark == noMark {
				s.firstMark = s.lastMark
			}
		}
	}
	return s.buf[start:len(s.buf):len(s.buf)]
}

// appendPart appends one part of a template to the state's room.
func (s *State) appendPart(p *part, e *escaping) {
	switch p.kind {
	case partText:
		s.buf = append(s.buf, p.text...)
	case partRuleGroup:
		s.buf = e.append(s.buf, s.rule.group(p.group))
	case partCondGroup:
		s.buf = e.append(s.buf, s.cond.group(p.group))
	case partVariable:
		s.buf = p.variable.Append(s.buf, &s.vars)
	case partMap:
		start := len(s.buf)
		s.appendParts(&p.lookup.key, e)
		var key []byte
		if s.says(trace5) {
			key = append(key, s.buf[start:]...)
		}
		found := p.lookup.from.lookUp(s, start)
		s.sayMap(p.lookup.from, key, s.buf[start:], found)
		if !found {
			s.buf = s.buf[:start]
			s.appendParts(&p.lookup.fallback, e)
		}
	}
}

func (s *State) appendParts(t *template, e *escaping) {
	for i := range t.parts {
		s.appendPart(&t.parts[i], e)
	}
}

const lowerHex = "0123456789abcdef"

// append appends what a reference inserts, escaped as B and its kin say.
func (e *escaping) append(dst, text []byte) []byte {
	if e == nil || !e.on {
		return append(dst, text...)
	}
	for _, c := range text {
		switch {
		case !e.covers(c), isWord(c):
			dst = append(dst, c)
		case c == ' ' && !e.percentSpace:
			dst = append(dst, '+')
		default:
			dst = append(dst, '%', lowerHex[c>>4], lowerHex[c&15])
		}
	}
	return dst
}

func (e *escaping) covers(c byte) bool {
	if hasByte(e.except, c) {
		return false
	}
	if hasByte(e.only, c) {
		return true
	}
	if e.control {
		return c <= ' ' || c == 0x7f
	}
	return e.only == ""
}

func hasByte(s string, c byte) bool {
	for i := range len(s) {
		if s[i] == c {
			return true
		}
	}
	return false
}

func isWord(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z' || c == '_'
}
