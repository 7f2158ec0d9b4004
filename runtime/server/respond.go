package server

import (
	"errors"
	"io"
	"slices"

	"github.com/lbconf/lbconf/runtime/exchange"
	"github.com/lbconf/lbconf/runtime/program"
	"github.com/lbconf/lbconf/runtime/proxy"
	"github.com/lbconf/lbconf/runtime/wire"
)

// bareErrors is the variable for clients that cannot do with a charset: pages of errors name none.
const bareErrors = "suppress-error-charset"

// env says whether an environment variable of the request is set.
func (t *task) env(name string) bool {
	if t.x.Env.Len() == 0 {
		return false
	}
	_, ok := t.x.Env.Get(name)
	return ok
}

// respondError answers with the status of an error.
func (t *task) respondError(err error) {
	var bad *wire.Error
	if !errors.As(err, &bad) {
		bad = &wire.Error{Status: 500, Reason: err.Error()}
	}
	t.notes = bad.Notes
	t.host.Refuse(&t.x, &t.plan)
	if bad.Status == 501 && t.plan.TraceEnable != program.TraceOff {
		t.keep = append(t.keep[:0], wire.Field{Name: allowName, Value: traceMethod})
	}
	t.noteTarget()
	t.conn.server.log.Info("request refused", "client", t.conn.client.RemoteIP, "status", bad.Status, "reason", bad.Reason)
	t.respond(bad.Status)
}

// respond sends a response of the server's own: an ErrorDocument, or the page for a status.
func (t *task) respond(status int) {
	switch {
	case t.failed.status != 0:
		t.despite(status)
	case status == 200 || !t.document(status):
		t.sendPage(status)
	}
}

// sendPage sends the page of the server for a status.
func (t *task) sendPage(status int) {
	x := &t.x
	if isRedirect(status) && !wire.ValidField(wire.Field{Name: locationName, Value: t.plan.Location}) {
		// Text of the client, decoded and not escaped again, must not begin a field of its own.
		status, t.instead, t.unsized = 500, status, true
	}
	x.Response.Status, x.Response.Reason = status, t.reason(status)
	x.Response.Fields = t.keptFields(x.Response.Fields[:0])
	if len(t.plan.Location) > 0 && isRedirect(status) {
		x.Response.Fields = append(x.Response.Fields, wire.Field{Name: locationName, Value: t.plan.Location})
	}
	if (status == 405 || status == 501) && !x.Response.Fields.Has("Allow") {
		x.Response.Fields = append(x.Response.Fields, t.allowed())
	}
	page := t.page[:0]
	x.Response.ContentType = nil
	if !isBodiless(status) && (status != 200 || !isServerWide(x)) {
		page = t.appendPage(page, status)
		x.Response.ContentType = pageType
		if t.env(bareErrors) {
			x.Response.ContentType = bareType
		}
	}
	t.page = page
	t.send(exchange.Content{Bytes: page})
}

// allowed is the field that refuses a method where no handler has said which it takes: TRACE alone, if the server does.
func (t *task) allowed() wire.Field {
	if t.plan.TraceEnable == program.TraceOff {
		return wire.Field{Name: allowName}
	}
	return wire.Field{Name: allowName, Value: traceMethod}
}

// send sends a response of the server's own whose status and fields are made.
func (t *task) send(content exchange.Content) {
	x := &t.x
	if closer, ok := content.Rest.(io.Closer); ok {
		defer func() { _ = closer.Close() }() // it was only read
	}
	head := isBodiless(x.Response.Status) || t.failed.head || string(x.Request.Method) == "HEAD"
	framing, late := wire.Framing{}, false
	switch {
	case head && (t.plan.Kind != program.Handle || content.Length() == 0):
	case t.unsized:
		framing = wire.Framing{Kind: wire.FramingClose}
		t.conn.closing = true
	case t.broken:
		framing = wire.Framing{Kind: wire.FramingClose}
	default:
		framing = wire.Framing{Kind: wire.FramingLength, Length: content.Length()}
		if late = t.plan.Kind != program.Handle || string(x.Request.Method) == "OPTIONS"; !late {
			t.addLength(content.Length())
		}
	}
	if len(x.Varied) > 0 && t.plan.Kind == program.Handle {
		x.Response.Fields = slices.Insert(x.Response.Fields, 0, t.varied())
	}
	var compressor *encoder
	switch {
	case t.plan.Kind != program.Handle:
	case t.leaves(&content):
		t.varyByWhole(&content)
	default:
		compressor = t.deflate(framing, nil, content.Encoding)
	}
	if !t.plan.EditOwn(x, t.conn.server.clock.Now()) {
		t.unsized = true
		t.respond(500)
		return
	}
	if late { // only that of a file is known before Header directives are carried out
		t.addLength(content.Length())
	}
	if compressor != nil {
		if err := t.sendEncoded(content, compressor, head); err != nil {
			t.conn.closing, x.Aborted = true, true
		}
		return
	}
	if head {
		framing = wire.Framing{}
	}
	t.describe(&content)
	t.out, framing.Kind = t.AppendHead(t.out[:0], framing)
	if !head {
		t.out = proxy.AppendFramed(t.out, content.Bytes, framing.Kind, true)
		x.Response.BodyBytes = int64(len(content.Bytes))
	}
	x.Response.Started = true
	err := t.Write(t.out)
	if err == nil && !head && content.Rest != nil {
		err = t.sendRest(content.Rest, content.Size)
	}
	if err != nil {
		t.conn.closing, x.Aborted = true, true
	}
}

// addLength adds the length of a response of the server's own.
func (t *task) addLength(n int64) {
	x := &t.x
	x.Response.Fields = append(x.Response.Fields, wire.Field{Name: lengthName, Value: wire.AppendInt(x.Alloc(20)[:0], n)})
}

// varied is the field with the names of what decided about the request.
func (t *task) varied() wire.Field {
	x := &t.x
	names := [1]wire.Field{{Name: varyName, Value: x.Varied}}
	return wire.Field{Name: varyName, Value: wire.AppendVary(x.Alloc(len(x.Varied))[:0], names[:])}
}

// describe adds the fields of a content that Header directives do not see. The media type stands in front of its encoding.
func (t *task) describe(content *exchange.Content) {
	r := &t.x.Response
	if content.Range != nil {
		r.Fields = append(r.Fields, wire.Field{Name: rangeName, Value: content.Range})
	}
	if content.Encoding == nil && content.Languages == nil {
		return
	}
	if len(r.ContentType) > 0 && !r.Fields.Has("Content-Type") {
		r.Fields = append(r.Fields, wire.Field{Name: typeName, Value: r.ContentType})
	}
	if content.Encoding != nil {
		r.Fields = append(r.Fields, wire.Field{Name: encodingName, Value: content.Encoding})
	}
	if content.Languages != nil {
		r.Fields = append(r.Fields, wire.Field{Name: languageName, Value: content.Languages})
	}
}

// isBodiless says whether a response of a status has no body.
func isBodiless(status int) bool { return status == 204 || status == 304 }

func isRedirect(status int) bool { return status >= 300 && status < 400 }

var (
	allowName    = []byte("Allow")
	locationName = []byte("Location")
	lengthName   = []byte("Content-Length")

	rangeName    = []byte("Content-Range")
	typeName     = []byte("Content-Type")
	encodingName = []byte("Content-Encoding")
	languageName = []byte("Content-Language")

	bareType = []byte("text/html")
	pageType = []byte("text/html; charset=iso-8859-1")
)
