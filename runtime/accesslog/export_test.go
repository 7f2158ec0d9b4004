package accesslog

import "github.com/lbconf/lbconf/runtime/exchange"

// Append appends the line of a request, with its end.
func (f *Format) Append(dst []byte, x *exchange.Exchange, server *Server, pid int) []byte {
	return f.append(dst, &line{x: x, server: server, pid: pid})
}
