package server

import (
	"github.com/lbconf/lbconf/runtime/program"
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
