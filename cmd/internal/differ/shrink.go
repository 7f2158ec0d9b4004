package differ

import (
	"context"
	"slices"
	"strings"

	"github.com/lbconf/lbconf/cmd/internal/engine"
)

// shrinker takes things out of a case as long as the engines differ on it.
type shrinker struct {
	ctx           context.Context //nolint:containedctx // that of the search
	httpd, lbconf engine.Engine
	best          *Difference
	left          int // runs that it may still make
}

// Shrink returns a smaller case on which the engines still differ. It makes at most runs runs.
func Shrink(ctx context.Context, d *Difference, httpd, lbconf engine.Engine, runs int) *Difference {
	s := &shrinker{ctx: ctx, httpd: httpd, lbconf: lbconf, best: d, left: runs}
	s.batches()
	for before := -1; before != s.left && s.left > 0; {
		before = s.left
		size := len(s.best.Case.Text())
		s.nodes(func(c *Case) *[]Node { return &c.Conf })
		s.messages()
		if len(s.best.Case.Text()) == size {
			break
		}
	}
	return s.best
}

// try runs a smaller case, and takes it when the engines differ on it.
func (s *shrinker) try(change func(c *Case)) bool {
	if s.left <= 0 {
		return false
	}
	s.left--
	c := s.best.Case.clone()
	change(c)
	result, err := Compare(s.ctx, c, s.httpd, s.lbconf)
	found := result.Difference
	if err != nil || found == nil || (found.Batch < 0) != (s.best.Batch < 0) {
		return false
	}
	if found.Batch >= 0 {
		found.Case.Batches = found.Case.Batches[:found.Batch+1]
	}
	s.best = found
	return true
}

// batches keeps those that matter: what comes behind the difference does not.
func (s *shrinker) batches() {
	if s.best.Batch < 0 {
		s.best.Case = s.best.Case.clone()
		s.best.Case.Batches = nil
		return
	}
	s.best.Case = s.best.Case.clone()
	s.best.Case.Batches = s.best.Case.Batches[:s.best.Batch+1]
	last := len(s.best.Case.Batches) - 1
	if s.try(func(c *Case) { c.Batches = c.Batches[last:] }) {
		return
	}
	for size := max(1, last/2); size > 0; size /= 2 {
		for from := 0; from < len(s.best.Case.Batches)-1; {
			to := min(from+size, len(s.best.Case.Batches)-1)
			if !s.try(func(c *Case) { c.Batches = slices.Delete(c.Batches, from, to) }) {
				from = to
			}
		}
	}
}

// nodes takes directives and sections out of a list, then out of the sections that stay.
func (s *shrinker) nodes(list func(c *Case) *[]Node) {
	for size := max(1, len(*list(s.best.Case))/2); size > 0; size /= 2 {
		for from := 0; from < len(*list(s.best.Case)); {
			to := min(from+size, len(*list(s.best.Case)))
			named := func(n Node) bool { return strings.HasPrefix(n.Line, "ServerName ") }
			if slices.ContainsFunc((*list(s.best.Case))[from:to], named) || !s.try(func(c *Case) { l := list(c); *l = slices.Delete(*l, from, to) }) {
				from = to
			}
		}
	}
	for i, n := range *list(s.best.Case) {
		if len(n.Inside) > 0 {
			s.nodes(func(c *Case) *[]Node { return &(*list(c))[i].Inside })
		}
	}
}

// messages takes requests, fields and bodies away.
func (s *shrinker) messages() {
	for i := range s.best.Case.Batches {
		for k := 0; k < len(s.best.Case.Batches[i].Requests) && len(s.best.Case.Batches[i].Requests) > 1; {
			if !s.try(func(c *Case) { c.Batches[i].Requests = slices.Delete(c.Batches[i].Requests, k, k+1) }) {
				k++
			}
		}
		for k := range s.best.Case.Batches[i].Requests {
			s.request(func(c *Case) *Request { return &c.Batches[i].Requests[k] })
		}
	}
}

// isFraming says whether a line says where the body ends.
func isFraming(line string) bool {
	return strings.HasPrefix(line, "Content-Length") || strings.HasPrefix(line, "Transfer-Encoding")
}

func (s *shrinker) request(of func(c *Case) *Request) {
	for n := 1; n < len(of(s.best.Case).Head); {
		line := of(s.best.Case).Head[n]
		if strings.HasPrefix(line, "Host: ") || isFraming(line) || !s.try(func(c *Case) { r := of(c); r.Head = slices.Delete(r.Head, n, n+1) }) {
			n++
		}
	}
	if of(s.best.Case).Body != "" {
		s.try(func(c *Case) {
			r := of(c)
			r.Body = ""
			r.Head = slices.DeleteFunc(r.Head, isFraming)
		})
	}
	if len(of(s.best.Case).Answers) > 0 && s.try(func(c *Case) { of(c).Answers = nil }) {
		return
	}
	for a := range of(s.best.Case).Answers {
		for n := 1; n < len(of(s.best.Case).Answers[a].Head); {
			if isFraming(of(s.best.Case).Answers[a].Head[n]) || !s.try(func(c *Case) { answer := &of(c).Answers[a]; answer.Head = slices.Delete(answer.Head, n, n+1) }) {
				n++
			}
		}
	}
}
