package proxy

import (
	"context"
	"errors"
	"net"

	"github.com/lbconf/lbconf/runtime/tlsconf"
	"github.com/lbconf/lbconf/runtime/upstream"
	"github.com/lbconf/lbconf/runtime/wire"
)

// errNoTLS is returned for a backend that wants TLS where SSLProxyEngine is off (httpd: AH01961).
var errNoTLS = errors.New("failed to enable TLS: SSLProxyEngine is off")

// handshakeError is a handshake with a backend that failed.
type handshakeError struct{ err error }

func (e *handshakeError) Error() string { return "TLS handshake: " + e.err.Error() }

func (e *handshakeError) Unwrap() error { return e.err }

// encrypt begins TLS on a new connection and closes that when it fails.
func (d *dialer) encrypt(ctx context.Context, nc net.Conn, w *upstream.Worker, to target, secure *tlsconf.Backend, host string) (*backend, error) {
	if secure == nil {
		_ = nc.Close() // it carried nothing yet
		return nil, errNoTLS
	}
	now := d.clock.Now()
	conn := secure.Client(nc, host, now)
	b := d.register(&backend{conn: wire.NewConn(conn, d.clock), to: to, tls: secure, host: host})
	b.conn.ReadBy(now.Add(w.Settings.Timeout))
	b.conn.WriteBy(now.Add(w.Settings.Timeout))
	defer context.AfterFunc(ctx, b.conn.Sever)()
	if err := conn.Handshake(); err != nil { // Sever ends it
		b.close()
		return nil, &handshakeError{err}
	}
	return b, nil
}

// tlsHost is the name that a backend is asked for by TLS and that its certificate must have: that of the worker, or that
// of the request where its Host field is passed on, which may be empty (httpd: ap_proxy_determine_connection).
func (a *attempt) tlsHost() string {
	switch {
	case !upstream.IsTLS(a.worker.Scheme):
		return ""
	case a.Plan.PreserveHost:
		return string(a.X.Request.Hostname)
	}
	return a.worker.Host
}

// fits says whether a connection of the pool was made as this request wants it.
func (a *attempt) fits(b *backend) bool {
	if b.to != a.target {
		return false
	}
	if b.tls == nil {
		return true
	}
	if a.Plan.PreserveHost {
		return b.tls == a.Plan.TLS && b.host == string(a.X.Request.Hostname)
	}
	return b.tls == a.Plan.TLS && b.host == a.worker.Host
}
