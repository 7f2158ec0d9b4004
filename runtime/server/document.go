package server

import (
	"bytes"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/runtime/exchange"
	"github.com/lbconf/lbconf/runtime/program"
	"github.com/lbconf/lbconf/runtime/wire"
)

// failure is the response that an ErrorDocument stands for.
type failure struct {
	// status is that of the response; 0 while nothing has failed.
	status int
	// location is that of a redirect.
	location []byte
	// text, notes and reason are what a page of the server's own would say.
	text, notes string
	reason      []byte
	// head says that the client gets no body.
	head bool
}

// document sends the ErrorDocument of a status in the place of the server's own page (http: ap_die). It returns false where
// that page is to be sent.
func (t *task) document(status int) bool {
	kind, target, ok := t.plan.Document(&t.x, status)
	if !ok {
		return false
	}
	switch kind {
	case ir.ErrorText:
		t.sendText(status, target)
	case ir.ErrorURL:
		t.plan.Location = target
		t.failed.status = status // so that 302 has no document of its own
		t.sendPage(302)
	case ir.ErrorPath:
		t.redirect(status, target)
	case ir.ErrorDefault:
		return false
	}
	return true
}

func (t *task) sendText(status int, text []byte) {
	x := &t.x
	x.Response.Status, x.Response.Reason = status, t.reason(status)
	x.Response.Fields = t.keptFields(x.Response.Fields[:0])
	x.Response.ContentType = pageType
	t.send(exchange.Content{Bytes: text})
}

// redirect answers with what another path of the same server is, as if that had been asked for with GET, and with the status
// of the failure (http: ap_internal_redirect). The log has the path that was asked for.
func (t *task) redirect(status int, target []byte) {
	x := &t.x
	if t.plan.Kind != program.Forward && !t.expecting {
		t.finishBody() // a client that waits to be asked for its body is not
	}
	t.failed = failure{
		status: status, text: t.text, notes: t.notes, reason: t.overridden, head: string(x.Request.Method) == "HEAD",
	}
	t.conn.closing = t.conn.closing || dropsConnection(status)
	if isRedirect(status) {
		t.failed.location = bytes.Clone(t.plan.Location)
	}
	t.text, t.notes, t.overridden, t.unsized, t.broken, t.plan.Location = "", "", nil, false, false, nil
	path, handler := x.Request.Path, x.Handler
	x.Redirected = &exchange.Redirected{Path: path, Query: x.Request.Query, HasQuery: x.Request.HasQuery}
	x.Env.Prefix("REDIRECT_")
	x.Env.Set("REDIRECT_STATUS", wire.AppendInt(nil, int64(status)))
	x.Env.Set("REDIRECT_REQUEST_METHOD", x.Request.Method)
	x.Request.Method, x.Request.Target, x.Handler, x.Filename = methodGet, target, "", nil
	x.Request.RawPath, x.Request.Query, x.Request.HasQuery = bytes.Cut(target, []byte("?"))
	x.Request.Path, x.Varied = nil, nil
	x.Response = exchange.Response{Fields: x.Response.Fields[:0], First: status}
	t.host.Decide(x, &t.plan)
	t.carryOut()
	x.Request.Path, x.Handler = path, handler
}

// despite sends the page for the failure that an ErrorDocument was to stand for, when that fails too, with a status of its
// own.
func (t *task) despite(status int) {
	first := t.failed.status
	t.text, t.notes, t.overridden, t.plan.Location = t.failed.text, t.failed.notes, t.failed.reason, t.failed.location
	t.instead = first
	t.conn.closing = t.conn.closing || dropsConnection(status)
	t.sendPage(first)
	t.x.Response.Status, t.x.Response.BodyBytes = status, 0 // the log counts what was to be sent
}

// reason is the text behind the status: that of a backend whose response is replaced, else httpd's own.
func (t *task) reason(status int) []byte {
	if t.overridden != nil {
		return t.overridden
	}
	return []byte(reasonOf(status, t.text))
}

var methodGet = []byte("GET")
