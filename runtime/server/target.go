package server

import (
	"bytes"

	"github.com/lbconf/lbconf/runtime/exchange"
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
	x.Client.Secure = x.Client.TLS != nil && t.host.TLS().Enabled
	if status != 0 {
		return &wire.Error{Status: status, Reason: "Host field is missing or malformed"}
	}
	if t.conn.known && len(x.Request.Hostname) > 0 && !p.Serves(t.conn.local, x.Request.Hostname) {
		return &wire.Error{Status: 400, Reason: "no server has the name of the Host field"}
	}
	if err := t.misdirected(p); err != nil {
		return err
	}
	if x.Request.Absolute && !x.Request.Unsafe {
		if i := x.Request.Fields.Index("Host"); i >= 0 {
			x.Request.Fields[i].Value = hostOf(x) // RFC 9112 §3.2.2
		}
	}
	if !x.Request.Unsafe && bytes.IndexByte(x.Request.Target, '#') >= 0 {
		return &wire.Error{Status: 400, Reason: "target has a fragment"}
	}
	connects := string(x.Request.Method) == "CONNECT"
	if connects && !t.host.Tunnels(x) {
		return &wire.Error{Status: 400, Reason: "target is no other end of a tunnel"}
	}
	if isOfAnotherProtocol(x.Request.Target) && !t.host.ForwardsForeign() {
		return &wire.Error{Status: 400, Reason: "target is a URL of another protocol"}
	}
	if path := x.Request.RawPath; !connects && (len(path) == 0 || path[0] != '/' && !isServerWide(x)) {
		return &wire.Error{Status: 400, Reason: "target is not a path"}
	}
	if expect := x.Request.Fields.Get("Expect"); len(expect) > 0 {
		if !wire.EqualFold(expect, "100-continue") {
			return &wire.Error{Status: 417, Reason: "Expect asks for something else than 100-continue"}
		}
		t.expecting = true
	}
	return nil
}

// isOfAnotherProtocol says whether a target is a URL whose scheme is neither http nor https.
func isOfAnotherProtocol(target []byte) bool {
	if len(target) > 0 && target[0] == '/' {
		return false
	}
	scheme := route.SplitTarget(target).Scheme
	return len(scheme) > 0 && !wire.EqualFold(scheme, "http") && !wire.EqualFold(scheme, "https")
}

// hostOf returns the host of a URL as httpd writes it into Host: in small letters, with the port as it was sent.
func hostOf(x *exchange.Exchange) []byte {
	authority := route.SplitTarget(x.Request.Target).Authority
	if len(authority) > 0 && authority[0] == '[' {
		return bytes.ToLower(authority)
	}
	port := authority[len(authority):]
	if i := bytes.LastIndexByte(authority, ':'); i >= 0 {
		port = authority[i:]
	}
	host := x.Alloc(len(x.Request.Hostname) + len(port) + 1)[:0] // one that is empty is not one that is missing
	return append(append(host, x.Request.Hostname...), port...)
}

// isServerWide says whether a request is for the whole server: OPTIONS *.
func isServerWide(x *exchange.Exchange) bool {
	return string(x.Request.RawPath) == "*" && string(x.Request.Method) == "OPTIONS"
}
