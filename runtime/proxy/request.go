package proxy

import (
	"math"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/runtime/exchange"
	"github.com/lbconf/lbconf/runtime/program"
	"github.com/lbconf/lbconf/runtime/wire"
)

// outgoing is what the head of a request to a backend depends on beside the exchange and the plan.
type outgoing struct {
	// host is what the Host field says, path what the request line says.
	host, path []byte
	// framing of the body: FramingNone without one.
	framing wire.Framing
	// upgrade is the protocol that the connection is offered to switch to, as the client wrote it; nil for none.
	upgrade []byte
	// offer takes the place of upgrade in the order of mod_proxy_wstunnel; empty for no such request.
	offer string
	// credentials are for another proxy, beside those of the client; empty for none.
	credentials string
	// keepAlive asks the backend to keep the connection.
	keepAlive bool
	// expect announces the body and waits for a 100.
	expect bool
	// http10 sends the request as HTTP/1.0 (force-proxy-request-1.0).
	http10 bool
}

// appendRequest appends the head as mod_proxy_http writes it: Host first, the client's fields in their order, what is
// added behind them, then the framing and Connection.
func appendRequest(dst []byte, x *exchange.Exchange, plan *program.Plan, out *outgoing) []byte {
	dst = append(dst, x.Request.Method...)
	dst = append(dst, ' ')
	dst = append(dst, out.path...)
	if out.http10 {
		dst = append(dst, " HTTP/1.0\r\nHost: "...)
	} else {
		dst = append(dst, " HTTP/1.1\r\nHost: "...)
	}
	dst = append(dst, out.host...)
	dst = append(dst, "\r\n"...)
	dst = appendFields(dst, x, plan, out)
	switch out.framing.Kind {
	case wire.FramingChunked:
		dst = append(dst, "Transfer-Encoding: chunked\r\n"...)
	case wire.FramingLength:
		dst = append(dst, "Content-Length: "...)
		dst = wire.AppendInt(dst, out.framing.Length)
		dst = append(dst, "\r\n"...)
	case wire.FramingNone, wire.FramingClose:
	}
	switch {
	case out.http10:
	case out.offer != "":
		dst = append(append(append(dst, "Upgrade: "...), out.offer...), "\r\nConnection: Upgrade\r\n"...)
	case out.upgrade != nil:
		dst = append(append(append(dst, "Connection: Upgrade\r\nUpgrade: "...), out.upgrade...), "\r\n"...)
	case out.keepAlive:
		dst = append(dst, "Connection: Keep-Alive\r\n"...)
	default:
		dst = append(dst, "Connection: close\r\n"...)
	}
	return append(dst, "\r\n"...)
}

// merged says which of the fields that mod_proxy adds were appended to one of the client's.
type merged struct{ authorized, maxForwards, via, expect, forwardedFor, forwardedHost, forwardedServer bool }

func appendFields(dst []byte, x *exchange.Exchange, plan *program.Plan, out *outgoing) []byte {
	fields := x.Request.Fields
	nominations := fields.Has("Connection")
	host := fields.Get("Host")
	var m merged
	for i := range fields {
		name := fields[i].Name
		if hopByHop(name) || nominations && nominated(fields, name) {
			continue
		}
		start := len(dst)
		dst = append(dst, name...)
		dst = append(dst, ": "...)
		dst = append(dst, fields[i].Value...)
		if special(name) || out.credentials != "" {
			var keep bool
			if dst, keep = m.merge(dst, name, host, x, plan, out); !keep {
				dst = dst[:start]
				continue
			}
		}
		dst = append(dst, "\r\n"...)
	}
	return m.appendMissing(dst, host, x, plan, out)
}

// hopByHop says whether a field of a request is not passed on, or is written elsewhere in the head.
func hopByHop(name []byte) bool {
	switch len(name) {
	case 2:
		return wire.EqualFold(name, "TE")
	case 4:
		return wire.EqualFold(name, "Host")
	case 7:
		return wire.EqualFold(name, "Trailer") || wire.EqualFold(name, "Upgrade")
	case 10:
		return wire.EqualFold(name, "Connection") || wire.EqualFold(name, "Keep-Alive")
	case 14:
		return wire.EqualFold(name, "Content-Length")
	case 16:
		return wire.EqualFold(name, "Proxy-Connection")
	case 17:
		return wire.EqualFold(name, "Transfer-Encoding")
	}
	return false
}

// special says whether a field may be one that mod_proxy changes, by its first letter.
func special(name []byte) bool {
	switch name[0] | 0x20 {
	case 'x', 'v', 'e', 'm':
		return true
	}
	return false
}

// merge appends what mod_proxy adds to the value of the client's field that dst ends with; keep is false for a field
// that is not passed on.
func (m *merged) merge(dst, name, host []byte, x *exchange.Exchange, plan *program.Plan, out *outgoing) (_ []byte, keep bool) {
	switch {
	case out.credentials != "" && wire.EqualFold(name, "Proxy-Authorization"):
		m.authorized = true
		dst = append(append(dst, ", "...), out.credentials...)
	case wire.EqualFold(name, "Via"):
		m.via = true
		if plan.Via == program.ViaBlock {
			return dst, false
		}
		if plan.Via != program.ViaOff {
			dst = appendVia(append(dst, ", "...), x, plan)
		}
	case wire.EqualFold(name, "Expect"):
		m.expect = true
		return dst, out.expect
	case wire.EqualFold(name, "Max-Forwards"):
		m.maxForwards = true
		n, _ := parseMaxForwards(x.Request.Fields.Get("Max-Forwards"))
		dst = dst[:len(dst)-len(x.Request.Fields.Get("Max-Forwards"))]
		dst = wire.AppendInt(dst, n-1)
	case !plan.AddForwarded:
	case wire.EqualFold(name, "X-Forwarded-For"):
		m.forwardedFor = true
		dst = append(append(dst, ", "...), x.Client.RemoteIP...)
	case wire.EqualFold(name, "X-Forwarded-Host") && host != nil:
		m.forwardedHost = true
		dst = append(append(dst, ", "...), host...)
	case wire.EqualFold(name, "X-Forwarded-Server"):
		m.forwardedServer = true
		dst = append(append(dst, ", "...), plan.ServerName...)
	}
	return dst, true
}

// appendMissing appends the fields that mod_proxy adds and that were not merged into one of the client's.
func (m *merged) appendMissing(dst, host []byte, x *exchange.Exchange, plan *program.Plan, out *outgoing) []byte {
	if plan.MaxForwards >= 0 && !m.maxForwards {
		dst = append(wire.AppendInt(append(dst, "Max-Forwards: "...), int64(plan.MaxForwards)), "\r\n"...)
	}
	if !m.via && plan.Via != program.ViaOff && plan.Via != program.ViaBlock {
		dst = append(appendVia(append(dst, "Via: "...), x, plan), "\r\n"...)
	}
	if out.expect && !m.expect {
		dst = append(dst, "Expect: 100-Continue\r\n"...)
	}
	if plan.AddForwarded {
		dst = m.appendForwarded(dst, host, x, plan)
	}
	if out.credentials != "" && !m.authorized {
		dst = append(append(append(dst, "Proxy-Authorization: "...), out.credentials...), "\r\n"...)
	}
	return dst
}

// appendForwarded appends what the backend is told of the client.
func (m *merged) appendForwarded(dst, host []byte, x *exchange.Exchange, plan *program.Plan) []byte {
	if !m.forwardedFor {
		dst = append(append(append(dst, "X-Forwarded-For: "...), x.Client.RemoteIP...), "\r\n"...)
	}
	if !m.forwardedHost && host != nil {
		dst = append(append(append(dst, "X-Forwarded-Host: "...), host...), "\r\n"...)
	}
	if !m.forwardedServer {
		dst = append(append(append(dst, "X-Forwarded-Server: "...), plan.ServerName...), "\r\n"...)
	}
	return dst
}

// appendVia appends what ProxyVia adds: version and name of this server, and what it is.
func appendVia(dst []byte, x *exchange.Exchange, plan *program.Plan) []byte {
	dst = append(dst, x.Request.Version()...)
	dst = append(dst, ' ')
	dst = append(dst, plan.ServerName...) // not the name that the client asked for
	if port := plan.Self.Port; port != ir.DefaultPort(plan.Self.Scheme) {
		dst = wire.AppendInt(append(dst, ':'), int64(port))
	}
	if plan.Via == program.ViaFull {
		dst = append(append(append(dst, " ("...), plan.Host.Product...), ')')
	}
	return dst
}

// isTrace says whether the method is TRACE.
func (j *Job) isTrace() bool { return string(j.X.Request.Method) == "TRACE" }

// noMethods is the field of httpd's answer where TraceEnable is off.
var noMethods = wire.Fields{{Name: []byte("Allow")}}

// parseMaxForwards reads a Max-Forwards field, which may be empty and then is 0 (mod_proxy: proxy_handler).
func parseMaxForwards(value []byte) (n int64, ok bool) {
	n, rest, _ := clib.Strtoll(value)
	return n, len(rest) == 0 && n >= 0 && n < math.MaxInt64
}

// maxForwards answers a request that may not be passed on any more.
func (j *Job) maxForwards() Result {
	value := j.X.Request.Fields.Get("Max-Forwards")
	if value == nil {
		return Result{}
	}
	n, ok := parseMaxForwards(value)
	switch {
	case !ok:
		return Result{Status: 400, Text: "Max-Forwards request header could not be parsed"}
	case n == 0 && string(j.X.Request.Method) == "OPTIONS":
		return Result{Options: true}
	case n == 0 && j.isTrace():
		return Result{Echo: true}
	case n == 0:
		return Result{Status: 400, Text: "Max-Forwards has reached zero - proxy loop?"}
	}
	return Result{}
}
