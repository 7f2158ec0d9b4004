package server

import (
	"io"

	"github.com/lbconf/lbconf/runtime/exchange"
	"github.com/lbconf/lbconf/runtime/program"
	"github.com/lbconf/lbconf/runtime/wire"
)

// The bounds of the bodies that TraceEnable extended sends back, in bytes (httpd: ap_send_http_trace).
const (
	maxTraced        = 64 << 10
	maxTracedChunked = maxTraced + 8<<10 + 2 - 32
)

// sendBack answers TRACE with the request itself. proxied says that the request was to be forwarded: then Header directives
// count.
func (t *task) sendBack(proxied bool) {
	x := &t.x
	if t.plan.TraceEnable == program.TraceOff {
		t.keep = append(t.keep[:0], wire.Field{Name: allowName})
		t.refuseTrace(405)
		return
	}
	body, status := t.traced()
	if status != 0 {
		t.refuseTrace(status)
		return
	}
	echo := append(append(t.page[:0], x.Request.Line...), "\r\n"...)
	for i := range x.Request.Fields {
		echo = x.Request.Fields[i].Append(echo)
	}
	t.page = append(append(echo, "\r\n"...), body...)
	x.Response.Status, x.Response.Reason = 200, []byte(reasonOf(200, ""))
	x.Response.Fields, x.Response.ContentType = x.Response.Fields[:0], traceType
	t.plan.Kind = program.Handle
	if !proxied {
		t.plan.Unedited()
	}
	t.sendUnsized(t.page)
}

func (t *task) refuseTrace(status int) {
	t.plan.Kind = program.Respond
	t.respond(status)
}

// traced reads the body of a TRACE. The status is 0, or that of the refusal.
func (t *task) traced() (body []byte, status int) {
	framing := t.x.Request.Framing
	chunked := framing.Kind == wire.FramingChunked
	most := int64(maxTraced)
	if chunked {
		most = maxTracedChunked
	}
	switch {
	case !chunked && framing.Length == 0:
		return nil, 0
	case t.plan.TraceEnable != program.TraceExtended, framing.Length > most:
		return nil, 413
	}
	body, err := io.ReadAll(io.LimitReader(requestBody{t}, most+1))
	switch {
	case err != nil:
		return nil, 400
	case int64(len(body)) > most:
		return nil, 413
	}
	return body, 0
}

// sendUnsized sends a body of which httpd does not tell the length.
func (t *task) sendUnsized(body []byte) {
	x := &t.x
	if !t.plan.EditOwn(x, t.conn.server.clock.Now()) {
		t.unsized = true
		t.respond(500)
		return
	}
	var framing wire.FramingKind
	t.out, framing = t.AppendHead(t.out[:0], wire.Framing{Kind: wire.FramingClose})
	if framing == wire.FramingChunked {
		t.out = append(wire.AppendChunk(t.out, body), wire.LastChunk...)
	} else {
		t.out = append(t.out, body...)
	}
	x.Response.BodyBytes, x.Response.Started = int64(len(body)), true
	if err := t.Write(t.out); err != nil {
		t.conn.closing, x.Aborted = true, true
	}
}

// tellMethods answers OPTIONS for a request that may not be passed on any more.
func (t *task) tellMethods() {
	r := &t.x.Response
	methods := traceMethod
	if t.plan.TraceEnable == program.TraceOff {
		methods = nil
	}
	r.Status, r.Reason, r.ContentType = 200, []byte(reasonOf(200, "")), nil
	r.Fields = append(r.Fields[:0], wire.Field{Name: allowName, Value: methods})
	t.plan.Kind = program.Handle
	t.send(exchange.Content{})
}

var (
	traceType   = []byte("message/http")
	traceMethod = []byte("TRACE")
)
