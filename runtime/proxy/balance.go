package proxy

import (
	"bytes"
	"context"
	"errors"

	"github.com/lbconf/lbconf/runtime/balance"
	"github.com/lbconf/lbconf/runtime/upstream"
)

// balance tries members until one gives a response or the balancer allows no further attempt.
func (p *Proxy) balance(ctx context.Context, j *Job) Result {
	b := j.Plan.Balancer
	defer j.countOut()
	for attempts := 0; ; attempts++ {
		w, err := p.pick(ctx, j, b)
		if err != nil {
			p.log.Warn("no member for the request", "balancer", b.Name, "reason", err)
			return Result{Status: 503}
		}
		if j.Plan.Refused != 0 {
			return Result{Status: j.Plan.Refused}
		}
		path := j.memberPath(w)
		j.sayMember(b, w)
		j.sayAttempt("balancer", attempts)
		result := p.attempt(ctx, j, w, nil, path)
		p.judge(j, b, w, result)
		if result.Status != 503 || result.Blameless || j.X.Response.Started || w.Usable() {
			return result
		}
		if live := b.Live(); attempts >= live.Attempts() {
			return result
		}
	}
}

// countOut counts the request out of all members that it was sent to: to httpd one that failed stays busy with it until
// the request is done with another one.
func (j *Job) countOut() {
	for _, w := range j.chosen {
		w.Slot.End()
	}
	j.chosen = j.chosen[:0]
}

// pick chooses a member and leaves the choice in the environment of the request.
func (p *Proxy) pick(ctx context.Context, j *Job, b *upstream.Balancer) (*upstream.Worker, error) {
	var session balance.Session
	if b.Sticky() {
		session = balance.FindSession(b, j.Plan.Session, j.X.Request.Fields.Get("Cookie"))
	}
	choice, err := p.pickWaiting(ctx, j, b, session)
	if err != nil {
		return nil, err
	}
	j.chosen = append(j.chosen, choice.Worker)
	j.sayPick(b, &choice)
	env := &j.X.Env
	env.SetString("BALANCER_NAME", b.Name)
	env.SetString("BALANCER_WORKER_NAME", choice.Worker.Name)
	route, _ := choice.Worker.Labels()
	env.SetString("BALANCER_WORKER_ROUTE", route)
	if session.Known {
		env.SetString("BALANCER_SESSION_STICKY", session.Sticky)
		env.Set("BALANCER_SESSION_ROUTE", session.Route)
		j.session = session.Route
	}
	if choice.RouteChanged {
		env.SetString("BALANCER_ROUTE_CHANGED", "1")
	}
	return choice.Worker, nil
}

// waits is how often a balancer with a timeout looks for a usable member within that time.
const waits = 100

// pickWaiting waits for a usable member where the balancer has a timeout, as httpd does also where it has no member at all.
func (p *Proxy) pickWaiting(ctx context.Context, j *Job, b *upstream.Balancer, s balance.Session) (balance.Choice, error) {
	choice, err := balance.Pick(b, s, j.now)
	timeout := b.Live().Timeout
	if timeout <= 0 || !nobody(err) {
		return choice, err
	}
	timer := p.clock.NewTimer(timeout / waits)
	defer timer.Stop()
	for range waits {
		select {
		case <-timer.C():
		case <-ctx.Done():
			return choice, err
		}
		j.now = p.clock.Now()
		if choice, err = balance.Again(b, j.now); !nobody(err) {
			return choice, err
		}
		timer.Reset(timeout / waits)
	}
	return choice, err
}

// nobody says whether a choice failed for want of a member, so that a later one may find one.
func nobody(err error) bool {
	return errors.Is(err, balance.ErrUnavailable) || errors.Is(err, balance.ErrNoMembers)
}

// judge decides what an outcome other than a response says of the member (mod_proxy: proxy_handler and
// balancer_post_request).
func (p *Proxy) judge(j *Job, b *upstream.Balancer, w *upstream.Worker, r Result) {
	switch {
	case r.Blameless:
	case r.Status == 500, r.Status == 503:
		j.now = p.clock.Now()
		w.Fail(j.now)
	case r.Status != 0:
		p.judgeStatus(b, w, r.Status)
	}
	if b.FailOnTimeout && j.timedOut {
		p.log.Warn("member failed by a timeout", "balancer", b.Name, "worker", w.Name)
		w.Fail(p.clock.Now())
	}
}

// judgeStatus marks a member whose status says so (failonstatus). For a response it runs before the head is sent, so that
// a client that saw it finds the member marked.
func (p *Proxy) judgeStatus(b *upstream.Balancer, w *upstream.Worker, status int) {
	if balance.FailsOn(b, status) {
		p.log.Warn("member failed by its status", "balancer", b.Name, "worker", w.Name, "status", status)
		w.Fail(p.clock.Now())
	}
}

// memberPath puts the path of a member before that of the request, and notes the URL that comes of it.
func (j *Job) memberPath(w *upstream.Worker) []byte {
	const scheme = "proxy:"
	path := j.Plan.Path
	if w.Scheme == "fcgi" { // which has the query as a variable
		path, _, _ = bytes.Cut(path, []byte("?"))
		j.Plan.NotePathInfo(j.X, append([]byte(w.Path), path...))
	}
	url := j.X.Alloc(len(scheme) + len(w.Name) + len(path))
	j.X.Filename = append(append(append(url[:0], scheme...), w.Name...), path...)
	if w.Path == "" {
		return j.Plan.Path
	}
	start := len(j.scratch)
	j.scratch = append(j.scratch, w.Path...)
	j.scratch = append(j.scratch, j.Plan.Path...)
	return j.scratch[start:len(j.scratch):len(j.scratch)]
}
