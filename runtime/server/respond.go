package server

import (
	"errors"
	"io"
	"slices"
	"time"

	"github.com/lbconf/lbconf/runtime/exchange"
	"github.com/lbconf/lbconf/runtime/program"
	"github.com/lbconf/lbconf/runtime/proxy"
	"github.com/lbconf/lbconf/runtime/static"
	"github.com/lbconf/lbconf/runtime/wire"
)

// AppendHead appends the head of the response as httpd writes it and decides whether the connection is kept: it fulfils
// proxy.Client.
func (t *task) AppendHead(dst []byte, body wire.Framing) ([]byte, wire.FramingKind) {
	x := &t.x
	if t.failed.head {
		body = wire.Framing{}
	}
	none := body.Kind == wire.FramingNone
	keep, chunked := t.persist(none, body.Kind == wire.FramingLength)
	t.conn.closing = t.conn.closing || !keep
	framing := body.Kind
	switch {
	case none, framing == wire.FramingLength:
	case chunked:
		framing = wire.FramingChunked
	default:
		framing = wire.FramingClose
	}
	if x.Request.Simple {
		return dst, framing
	}
	joined := t.plan.EditsResponse() || x.Response.OwnConnection
	if joined {
		t.joinConnection(keep)
	}
	if charset := t.plan.Charset(); charset != "" && !isBodiless(x.Response.Status) && (t.plan.Kind != program.Respond || !t.env(bareErrors)) {
		t.addCharset(charset)
	}
	if string(x.Request.Method) == "HEAD" || t.failed.head {
		t.dropZeroLength()
	}
	if t.env(forceNoVary) {
		x.Response.Fields = x.Response.Fields.Without("Vary")
	}
	dst = t.appendStatusLine(dst)
	dst = t.appendFields(dst)
	switch {
	case joined: // then they are among the fields
	case keep && wire.HasToken(x.Request.Fields.Get("Connection"), "keep-alive"):
		dst = append(t.appendKeepAlive(append(dst, "Keep-Alive: "...)), "\r\nConnection: Keep-Alive\r\n"...)
	case !keep:
		dst = append(dst, "Connection: close\r\n"...)
	}
	if t.broken {
		dst = append(t.conn.server.dates.append(append(dst, "Expires: "...), t.conn.server.clock.Now()), "\r\n"...)
	}
	if framing == wire.FramingChunked {
		dst = append(dst, "Transfer-Encoding: chunked\r\n"...)
	}
	if own := x.Response.ContentType; len(own) > 0 && !x.Response.Fields.Has("Content-Type") {
		dst = append(append(append(dst, "Content-Type: "...), own...), "\r\n"...)
	}
	return append(dst, "\r\n"...), framing
}

// dropZeroLength leaves out a length of zero, which httpd takes for that of a body which was left out because of HEAD.
func (t *task) dropZeroLength() {
	r := &t.x.Response
	if length := r.Fields.Get("Content-Length"); len(length) == 1 && length[0] == '0' {
		r.Fields = r.Fields.Without("Content-Length")
	}
}

// addCharset adds a charset to a type of text that has none.
func (t *task) addCharset(charset string) {
	r := &t.x.Response
	media := &r.ContentType
	if at := r.Fields.Index("Content-Type"); at >= 0 {
		media = &r.Fields[at].Value
	}
	*media = []byte(static.WithDefaultCharset(string(*media), charset))
}

func (t *task) appendStatusLine(dst []byte) []byte {
	r := &t.x.Response
	if t.asHTTP10 {
		dst = append(dst, "HTTP/1.0 "...)
	} else {
		dst = append(dst, "HTTP/1.1 "...)
	}
	dst = append(dst, byte('0'+r.Status/100%10), byte('0'+r.Status/10%10), byte('0'+r.Status%10), ' ')
	dst = append(dst, r.Reason...)
	return append(dst, "\r\n"...)
}

// appendFields appends Date and Server first, the backend's own where it sent them, then the others.
func (t *task) appendFields(dst []byte) []byte {
	fields := t.x.Response.Fields
	date, software := fields.Index("Date"), fields.Index("Server")
	if t.x.Handler != "proxy-server" {
		date, software = -1, -1 // only responses of a proxy have others than the server's
	}
	if dst = append(dst, "Date: "...); date >= 0 {
		dst = append(dst, fields[date].Value...)
	} else {
		dst = t.conn.server.dates.append(dst, t.conn.server.clock.Now())
	}
	if dst = append(dst, "\r\nServer: "...); software >= 0 {
		dst = append(dst, fields[software].Value...)
	} else {
		dst = append(dst, t.banner()...)
	}
	dst = append(dst, "\r\n"...)
	for i := range fields {
		switch len(fields[i].Name) {
		case 4, 6:
			if wire.EqualFold(fields[i].Name, "Date") || wire.EqualFold(fields[i].Name, "Server") {
				continue
			}
		}
		dst = fields[i].Append(dst)
	}
	return dst
}

// banner is what the Server field says.
func (t *task) banner() string {
	if own := t.conn.server.software; own != "" {
		return own
	}
	return t.host.Banner
}

// appendKeepAlive appends the value of the Keep-Alive field.
func (t *task) appendKeepAlive(dst []byte) []byte {
	settings := &t.host.Settings
	dst = append(dst, "timeout="...)
	dst = wire.AppendInt(dst, int64(settings.KeepAliveTimeout.Seconds()))
	if settings.MaxKeepAlive > 0 {
		dst = append(dst, ", max="...)
		dst = wire.AppendInt(dst, int64(settings.MaxKeepAlive-t.conn.kept+1))
	}
	return dst
}

// joinConnection adds what the connection says to fields that Header directives may have made (httpd: ap_set_keepalive).
func (t *task) joinConnection(keep bool) {
	x := &t.x
	switch {
	case keep && wire.HasToken(x.Request.Fields.Get("Connection"), "keep-alive"):
		const most = len("timeout=, max=") + 2*20
		value := t.appendKeepAlive(x.Alloc(most)[:0])
		x.Response.Fields = append(x.Response.Fields.Without("Keep-Alive"), wire.Field{Name: keepAliveName, Value: value})
		t.mergeConnection(keepAliveName)
	case !keep && !t.closes():
		t.mergeConnection(closeToken)
	}
}

func (t *task) mergeConnection(token []byte) {
	fields := t.x.Response.Fields
	at := fields.Index("Connection")
	if at < 0 {
		t.x.Response.Fields = append(fields, wire.Field{Name: connectionName, Value: token})
		return
	}
	old := fields[at].Value
	fields[at].Value = append(append(append(t.x.Alloc(len(old) + 2 + len(token))[:0], old...), ", "...), token...)
}

// closes says whether a Header directive, or a backend of AJP, ends the connection.
func (t *task) closes() bool {
	return (t.plan.EditsResponse() || t.x.Response.OwnConnection) && wire.HasToken(t.x.Response.Fields.Get("Connection"), "close")
}

// persist says whether the connection is kept and whether a body of unknown length may be sent in chunks (httpd:
// ap_set_keepalive).
func (t *task) persist(none, length bool) (keep, chunked bool) {
	c, x := t.conn, &t.x
	settings := &t.host.Settings
	minor := t.minor()
	t.asHTTP10 = minor == 0 && t.env("force-response-1.0") || t.env(forceNoVary)
	if c.closing || x.Request.Close || x.Request.Simple || t.expecting || t.asHTTP10 {
		return false, false
	}
	if !none && !length {
		if minor == 0 {
			return false, false
		}
		chunked = true
	}
	connection := x.Request.Fields.Get("Connection")
	switch {
	case !settings.KeepAlive || settings.KeepAliveTimeout <= 0,
		settings.MaxKeepAlive > 0 && c.kept >= settings.MaxKeepAlive,
		dropsConnection(x.Response.Status),
		wire.HasToken(connection, "close"), t.closes(),
		minor == 0 && !wire.HasToken(connection, "keep-alive"),
		c.server.draining.Load():
		return false, chunked
	}
	if t.env("nokeepalive") && !x.Request.Fields.Has("Via") {
		return false, chunked
	}
	c.kept++
	return true, chunked
}

// minor is the version of HTTP that the response is made for, 1.x: that of the request, or 1.0 where a variable says so.
func (t *task) minor() int {
	if t.env("downgrade-1.0") || t.env(forceNoVary) {
		return 0
	}
	return t.x.Request.Minor
}

// forceNoVary is the variable for clients that cannot do with Vary: they get no such field, and HTTP/1.0.
const forceNoVary = "force-no-vary"

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

// dropsConnection says whether a status ends the connection (httpd: ap_status_drops_connection).
func dropsConnection(status int) bool {
	switch status {
	case 400, 408, 411, 413, 414, 500, 501, 503:
		return true
	}
	return false
}

// Write sends bytes of the response: it fulfils proxy.Client.
func (t *task) Write(p []byte) error {
	t.conn.wire.WriteBy(t.conn.server.clock.Now().Add(t.host.Settings.Timeout))
	n, err := t.conn.wire.Write(p)
	t.x.BytesOut += int64(n)
	return err
}

// Sent counts bytes of the response that were sent past Write: it fulfils proxy.Client.
func (t *task) Sent(n int64) { t.x.BytesOut += n }

// Conn returns the connection: it fulfils proxy.Client.
func (t *task) Conn() *wire.Conn { return t.conn.wire }

// Timeout is how long the client may keep the server waiting: it fulfils proxy.Client.
func (t *task) Timeout() time.Duration { return t.host.Settings.Timeout }

// Continue asks the client for its body when it waits for that: it fulfils proxy.Client.
func (t *task) Continue() error {
	if !t.expecting {
		return nil
	}
	t.expecting = false
	if t.x.Request.Minor == 0 {
		return nil // HTTP/1.0 has no interim responses
	}
	return t.Write([]byte("HTTP/1.1 100 Continue\r\n\r\n"))
}

// Continued notes that the client was asked for its body: it fulfils proxy.Client.
func (t *task) Continued() { t.expecting = false }

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
	case content.Range == nil:
		compressor = t.deflate(framing, nil, content.Encoding)
	case t.plan.Deflation(x, 200, x.Response.ContentType) != nil:
		t.mergeVary() // the whole would have been compressed
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

	connectionName = []byte("Connection")
	keepAliveName  = []byte("Keep-Alive")
	closeToken     = []byte("close")
	bareType       = []byte("text/html")
	pageType       = []byte("text/html; charset=iso-8859-1")
)
