package rewrite

import (
	"github.com/lbconf/lbconf/parser/rewrite"
	"github.com/lbconf/lbconf/runtime/eval"
	"github.com/lbconf/lbconf/runtime/trace"
)

// traceLevel is a level of trace.Log.
type traceLevel = trace.Level

// The levels of mod_rewrite.
const (
	trace1 = trace.Trace1
	trace2 = trace.Trace2
	trace3 = trace.Trace3
	trace4 = trace.Trace4
	trace5 = trace.Trace5
)

// says reports whether a step of a level is traced.
func (s *State) says(level traceLevel) bool { return s.log.On(trace.Rewrite, level) }

// say traces a step, with texts for each %s. They are no interfaces, so that a step that is not traced costs nothing.
func (s *State) say(level traceLevel, format string, texts ...[]byte) {
	if !s.says(level) {
		return
	}
	args := make([]any, len(texts))
	for i, text := range texts {
		args[i] = string(text)
	}
	s.log.Printf(trace.Rewrite, level, s.x.Client.Remote, format, args...)
}

// sayLocal traces a path that no ProxyPass sees.
func (s *State) sayLocal(path []byte) {
	s.say(trace2, "local path result: %s", path)
	if root := s.vars.Server.DocumentRoot; root != "" && s.says(trace1) {
		file := append([]byte(root), path...)
		s.say(trace2, "prefixed with document_root to %s", file)
		s.say(trace1, "go-ahead with %s [OK]", file)
	}
}

// sayEscaped traces what a redirect is made of.
func (s *State) sayEscaped(escapesQuery bool) {
	s.say(trace1, "escaping %s for redirect", s.value)
	if escapesQuery && s.says(trace1) {
		s.say(trace1, "escaping %s to query string for redirect %s", s.query, eval.AppendEscaped(nil, s.query))
	}
}

// sayMap traces a lookup; m is nil for a map that is not defined.
func (s *State) sayMap(m *Map, key []byte, value []byte, found bool) {
	if m == nil || !s.says(trace5) {
		return
	}
	if m.inPlace {
		key = value // httpd has no other any more
	}
	name := m.name
	if m.file != nil {
		name += "[txt]"
	}
	if found {
		s.log.Printf(trace.Rewrite, trace5, s.x.Client.Remote, "map lookup OK: map=%s key=%s -> val=%s", name, key, value)
	} else {
		s.log.Printf(trace.Rewrite, trace5, s.x.Client.Remote, "map lookup FAILED: map=%s key=%s", name, key)
	}
}

// sayPattern traces that a rule is tried.
func (s *State) sayPattern(r *rule) {
	if s.says(trace3) {
		s.log.Printf(trace.Rewrite, trace3, s.x.Client.Remote, "applying pattern '%s' to uri '%s'", r.item.Rule.PatternText, s.value)
	}
}

// sayStatus traces a status that a rule gives.
func (s *State) sayStatus(format string, status int) {
	if s.says(trace2) {
		s.log.Printf(trace.Rewrite, trace2, s.x.Client.Remote, format, status, s.value)
	}
}

// sayOutput traces the last rule that changed something.
func (s *State) sayOutput(r *rule) {
	if s.says(trace2) {
		s.log.Printf(trace.Rewrite, trace2, s.x.Client.Remote, "setting lastsub to rule with output %s", r.item.Rule.Output.Text)
	}
}

// sayCond traces a condition.
func (s *State) sayCond(c *rewrite.Cond, input []byte, holds bool) {
	if !s.says(trace4) {
		return
	}
	negation, noCase, outcome := "", "", "not-matched"
	if c.Negated {
		negation = "!"
	}
	if c.NoCase {
		noCase = " [NC]"
	}
	if holds {
		outcome = "matched"
	}
	s.log.Printf(trace.Rewrite, trace4, s.x.Client.Remote, "RewriteCond: input='%s' pattern='%s%s'%s => %s", input, negation, c.PatternText, noCase, outcome)
}

// saySplit traces that a query was taken off a result.
func (s *State) saySplit(before []byte) {
	if !s.says(trace3) {
		return
	}
	query := []byte("<none>")
	if s.hasQuery {
		query = s.query
	}
	s.say(trace3, "split uri=%s -> uri=%s, args=%s", before, s.value, query)
}

// sayResult traces what the rules made of the request.
func (s *State) sayResult(r *Result) {
	if s.log == nil {
		return
	}
	switch r.Kind {
	case Unchanged:
		s.say(trace1, "pass through %s", s.x.Request.Path)
	case Proxy:
		s.say(trace1, "go-ahead with proxy request proxy:%s [OK]", r.Value)
	case Redirect:
		s.log.Printf(trace.Rewrite, trace1, s.x.Client.Remote, "redirect to %s [REDIRECT/%d]", r.Location, r.Status)
	case Local:
		s.sayLocal(r.Value)
	case PassThrough, Status:
	}
}
