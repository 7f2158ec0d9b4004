package rewrite

import (
	"bytes"

	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/runtime/exchange"
	"github.com/lbconf/lbconf/runtime/route"
	"github.com/lbconf/lbconf/runtime/trace"
)

// change says what the rules did to the path so far.
type change uint8

const (
	changeNone change = iota
	changeNormal
	changeRaw
	changeStatus
)

// Run applies the rules to a request. It writes Request.Query and the environment of the exchange; the path of the
// exchange stays what the client asked for.
func (p *Program) Run(s *State, x *exchange.Exchange, host Host, self *route.Self, log *trace.Log) Result {
	s.log = log
	s.begin(p, x, host, self)
	s.say(trace2, "init rewrite engine with requested uri %s", s.value)
	return p.finish(s, x)
}

// RunMapped applies the rules to a request that a mapping of encoded paths sends to url. What they are compared with is then
// "proxy:" and the URL, so that rules for a path do not match, and those for anything do.
func (p *Program) RunMapped(s *State, x *exchange.Exchange, url []byte, host Host, self *route.Self, log *trace.Log) Result {
	s.log = log
	s.begin(p, x, host, self)
	s.value = s.join(proxyPrefix, url)
	s.say(trace2, "init rewrite engine with passed filename %s. Original uri = %s", s.value, x.Request.Path)
	return p.finish(s, x)
}

func (p *Program) finish(s *State, x *exchange.Exchange) Result {
	result := p.run(s, x)
	s.sayResult(&result)
	return result
}

func (p *Program) run(s *State, x *exchange.Exchange) Result {
	original, hadQuery := s.query, s.hasQuery
	changed := p.apply(s)
	x.Request.Query, x.Request.HasQuery = s.query, s.hasQuery
	proxied := bytes.HasPrefix(s.value, proxyPrefix)
	scheme, _ := absolute(s.value)
	switch escapes := scheme > 0 && changed != changeRaw; {
	case changed == changeNone:
		return Result{Kind: Unchanged, Handler: s.handler}
	case s.hasQuery && !escapes && !route.IsClean(s.query):
		return Result{Kind: Status, Status: 403, Value: s.value}
	case changed == changeStatus:
		return Result{Kind: Status, Status: s.code, Value: s.value}
	case proxied:
		return s.proxy(changed == changeRaw)
	case scheme > 0:
		same := hadQuery && s.hasQuery && bytes.Equal(original, s.query)
		return s.redirect(scheme, changed == changeRaw, same)
	case bytes.HasPrefix(s.value, passPrefix):
		return Result{Kind: PassThrough, Value: s.value[len(passPrefix):], Handler: s.handler}
	case len(s.value) == 0 || s.value[0] != '/':
		return Result{Kind: Status, Status: 400, Value: s.value}
	}
	return Result{Kind: Local, Value: s.value, Handler: s.handler}
}

var (
	proxyPrefix = []byte("proxy:")
	passPrefix  = []byte("passthrough:")
)

func (s *State) begin(p *Program, x *exchange.Exchange, host Host, self *route.Self) {
	s.x, s.host, s.self = x, host, self
	s.vars.Exchange, s.vars.Server, s.vars.Self = x, p.server, self
	s.buf = s.buf[:0]
	s.value, s.query, s.hasQuery = x.Request.Path, x.Request.Query, x.Request.HasQuery
	s.code, s.handler = 0, ""
	s.rule.subject, s.cond.subject = nil, nil
	start := len(s.buf)
	s.buf = route.AppendSelf(s.buf, self)
	s.buf = append(s.buf, x.Request.Path...)
	x.Env.Set("SCRIPT_URL", x.Request.Path)
	x.Env.Set("SCRIPT_URI", s.buf[start:])
}

// apply goes through the list.
func (p *Program) apply(s *State) change {
	changed := changeNone
	for i, round := 0, 0; i < len(p.rules); i++ {
		r := &p.rules[i]
		if s.Sub && r.mainOnly {
			continue
		}
		matched, failed := s.try(r)
		if failed {
			return changeStatus
		}
		if !matched {
			for i < len(p.rules) && p.rules[i].chained {
				i++
			}
			continue
		}
		if len(s.value) > p.maxLength {
			s.code = 500
			return changeStatus
		}
		if r.answers {
			return changeStatus
		}
		if !r.keepsPath {
			changed = changeNormal
			if r.noEscape {
				changed = changeRaw
			}
		}
		if !r.keepsPath {
			s.sayOutput(r)
		}
		switch {
		case r.passThrough:
			s.say(trace2, "forcing '%s' to get passed through to next API URI-to-filename handler", s.value)
			s.value = s.join(passPrefix, s.value)
			return changeNormal
		case r.end, r.proxy, r.last:
			return changed
		case r.again:
			if round++; round >= r.maxRounds {
				s.code = 500
				return changeStatus
			}
			i = -1
		default:
			i += max(r.skip, 0)
		}
	}
	return changed
}

// try applies one rule. failed says that the state's code is the answer.
func (s *State) try(r *rule) (matched, failed bool) {
	s.sayPattern(r)
	s.rule.groups, matched = r.match.MatchBytes(s.value, s.rule.groups)
	matched = matched != r.negated
	if !matched {
		return false, false
	}
	s.rule.subject, s.cond.subject = s.value, nil
	if r.negated {
		s.rule.subject = nil
	}
	s.varied = s.varied[:0]
	if !holds(s, r.conds) {
		return false, false
	}
	for _, name := range s.varied {
		s.x.Vary(s.x.CopyString(name))
	}
	value := s.value
	if !r.keepsPath {
		value = s.expand(&r.output, &r.escape)
		begins := s.firstMark
		if r.lastMark {
			begins = s.lastMark
		}
		if begins == foreignMark && !r.allowMark {
			s.code = 403
			return true, true
		}
	}
	if !r.keepsPath {
		s.say(trace2, "rewrite '%s' -> '%s'", s.value, value)
	}
	for i := range r.env {
		s.setEnv(&r.env[i])
	}
	if len(r.handler.parts) > 0 {
		s.handler = clib.ToLower(string(s.expand(&r.handler, nil)))
		s.say(trace1, "remember %s to have Content-handler '%s'", s.value, []byte(s.handler))
	}
	if r.keepsPath {
		if r.answers {
			s.code = r.status
			s.sayStatus("forcing responsecode %d for %s", s.code)
		}
		return true, false
	}
	s.value = value
	s.splitQuery(r)
	s.finish(r)
	return true, false
}

// finish gives the new value the form that the flags of the rule ask for.
func (s *State) finish(r *rule) {
	switch {
	case r.proxy:
		s.qualify()
		s.say(trace2, "forcing proxy-throughput with %s", s.value)
		s.value = s.join(proxyPrefix, s.value)
	case r.redirect:
		s.qualify()
		s.say(trace2, "explicitly forcing redirect with %s", s.value)
		s.code = r.status
	default:
		s.reduce()
		if n, _ := absolute(s.value); n > 0 {
			s.sayStatus("implicitly forcing redirect (rc=%d with %s", 302)
			s.code = 302
		} else if len(s.value) == 0 || s.value[0] != '/' {
			s.value = s.join(slash, s.value)
		} else if !r.slashes {
			for len(s.value) > 1 && s.value[1] == '/' {
				s.value = s.value[1:]
			}
		}
	}
}

var slash = []byte("/")

// holds evaluates conditions: a true one with OR skips the rest of its group, a false one without OR fails the rule.
func holds(s *State, conds []cond) bool {
	for i := 0; i < len(conds); i++ {
		c := &conds[i]
		value := s.expand(&c.test, nil)
		holds := c.holds.holds(s, value, c.negated) != c.negated
		s.sayCond(c.item.Cond, value, holds)
		if c.expression {
			s.x.Vary(s.expr.Vary())
		}
		if holds {
			c.note(s)
		}
		switch {
		case holds && c.orNext:
			for i < len(conds) && conds[i].orNext {
				i++
			}
		case !holds && !c.orNext:
			return false
		}
	}
	return true
}

// setEnv is the flag E: the expanded text is NAME:VALUE, NAME or !NAME.
func (s *State) setEnv(t *template) {
	text := s.expand(t, nil)
	if len(text) > 0 && text[0] == '!' {
		s.say(trace5, "unsetting env variable '%s'", text[1:])
		s.x.Env.Unset(string(text[1:]))
		return
	}
	name, value, _ := bytes.Cut(text, []byte(":"))
	s.say(trace5, "setting env variable '%s' to '%s'", name, value)
	s.x.Env.Set(string(name), value)
}

// join appends two texts to the state's room and returns them as one.
func (s *State) join(a, b []byte) []byte {
	start := len(s.buf)
	s.buf = append(s.buf, a...)
	s.buf = append(s.buf, b...)
	return s.buf[start:len(s.buf):len(s.buf)]
}
