package server

import (
	"bytes"

	"github.com/lbconf/lbconf/runtime/program"
	"github.com/lbconf/lbconf/runtime/route"
	"github.com/lbconf/lbconf/runtime/wire"
)

// resolve finds out which server takes the request and refuses what httpd refuses before it asks its modules. The server
// is set in any case; an error is a *wire.Error.
func (t *task) resolve(p *program.Program) error {
	x := &t.x
	status := program.Resolve(x)
	t.host = p.Host(t.conn.local, x.Request.Hostname)
	x.ServerName = t.host.ServerName
	if status != 0 {
		return &wire.Error{Status: status, Reason: "Host field is missing or malformed"}
	}
	if x.Request.Absolute {
		if i := x.Request.Fields.Index("Host"); i >= 0 {
			x.Request.Fields[i].Value = route.SplitTarget(x.Request.Target).Authority // RFC 9112 §3.2.2
		}
	}
	if bytes.IndexByte(x.Request.Target, '#') >= 0 {
		return &wire.Error{Status: 400, Reason: "target has a fragment"}
	}
	if path := x.Request.RawPath; len(path) == 0 || path[0] != '/' && !t.isServerWide(path) {
		return &wire.Error{Status: 400, Reason: "target is not a path"}
	}
	if expect := x.Request.Fields.Get("Expect"); len(expect) > 0 && x.Request.Minor > 0 {
		if !wire.EqualFold(expect, "100-continue") {
			return &wire.Error{Status: 417, Reason: "Expect asks for something else than 100-continue"}
		}
		t.expecting = true
	}
	return nil
}

// isServerWide says whether a target stands for the whole server: OPTIONS *.
func (t *task) isServerWide(path []byte) bool {
	return len(path) == 1 && path[0] == '*' && string(t.x.Request.Method) == "OPTIONS"
}
