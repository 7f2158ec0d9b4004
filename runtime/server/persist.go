package server

import "github.com/lbconf/lbconf/runtime/wire"

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

// dropsConnection says whether a status ends the connection (httpd: ap_status_drops_connection).
func dropsConnection(status int) bool {
	switch status {
	case 400, 408, 411, 413, 414, 500, 501, 503:
		return true
	}
	return false
}

var (
	connectionName = []byte("Connection")
	keepAliveName  = []byte("Keep-Alive")
	closeToken     = []byte("close")
)
