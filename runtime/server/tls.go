package server

import (
	"crypto/tls"
	"errors"
	"net"
	"time"

	"github.com/lbconf/lbconf/runtime/program"
	"github.com/lbconf/lbconf/runtime/tlsconf"
	"github.com/lbconf/lbconf/runtime/wire"
)

// wrap makes the wire of a connection, which is encrypted where its address is. It returns the TLS of it, nil without.
func (c *conn) wrap(nc net.Conn, address *tlsconf.Address) *tls.Conn {
	if address == nil {
		c.wire = wire.NewConn(nc, c.server.clock)
		return nil
	}
	c.handshake = &tlsconf.Handshake{}
	encrypted := tls.Server(nc, address.Config(c.handshake))
	c.wire = wire.NewConn(encrypted, c.server.clock)
	return encrypted
}

// greet does the handshake, within the time that a client has for it. It returns false when the connection
// ends with it. A stop of the server interrupts it.
func (c *conn) greet(encrypted *tls.Conn, most time.Duration) bool {
	end := c.server.clock.Now().Add(most)
	c.wire.ReadBy(end)
	c.wire.WriteBy(end)
	if c.server.draining.Load() { // a stop before the deadline was set could not interrupt it
		return false
	}
	err := encrypted.Handshake() //nolint:noctx // its deadlines end it, and so do Interrupt and Sever
	if err == nil {
		state := encrypted.ConnectionState()
		c.client.Secure = true
		c.client.TLS = c.handshake.Describe(&state, c.server.clock.Now())
		return true
	}
	c.server.log.Info("TLS handshake failed", "client", c.client.RemoteIP, "reason", err)
	if plain, ok := errors.AsType[tls.RecordHeaderError](err); ok && plain.Conn != nil && speaksHTTP(plain.RecordHeader) {
		c.refusePlain(plain.Conn)
	}
	return false
}

// speaksHTTP says whether the first bytes of a connection begin a request of HTTP, as OpenSSL tells them.
func speaksHTTP(first [5]byte) bool {
	switch string(first[:4]) {
	case "GET ", "POST", "HEAD", "PUT ":
		return true
	}
	return false
}

// plainRequest is what mod_ssl takes a request for that came without TLS (HTTP_ON_HTTPS_PORT).
const plainRequest = "GET / HTTP/1.0\r\n\r\n"

// refusePlain answers a client that speaks HTTP without TLS.
func (c *conn) refusePlain(nc net.Conn) {
	c.handshake = nil
	c.server.conns.replace(c, wire.NewConn(nc, c.server.clock))
	t := c.takeTask()
	t.to = copy(t.buf, plainRequest)
	if n, err := t.x.Request.Parse(t.buf[:t.to], &c.rules); err == nil {
		t.refuse(n, &wire.Error{
			Status: 400, Reason: "HTTP is spoken on a port for TLS",
			Notes: "Reason: You're speaking plain HTTP to an SSL-enabled server port.<br />\n Instead use the HTTPS scheme to access this URL, please.<br />\n",
		})
	}
}

// replace gives a connection another wire.
func (cs *connections) replace(c *conn, w *wire.Conn) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	c.wire = w
}

// noServerName is what the page says to a client that must name the host in its handshake.
const noServerName = "Reason: The client software did not provide a hostname using Server Name Indication (SNI), which is required to access this server.<br />\n"

// misdirected says what is wrong with a request for a host that its connection was not made for (mod_ssl:
// ssl_hook_ReadReq).
func (t *task) misdirected(p *program.Program) error {
	made := t.conn.handshake
	switch {
	case made == nil:
	case made.Name != "" && len(t.x.Request.Hostname) == 0:
		return &wire.Error{Status: 400, Reason: "the client named " + made.Name + " in its handshake, and the request names no host"}
	case made.Name == "" && (made.Server.Strict || t.host.TLS().Strict) && !p.Alone(t.conn.local):
		return &wire.Error{Status: 403, Reason: "the client named no host in its handshake", Notes: noServerName}
	case !made.Server.Covers(t.host.TLS()):
		return &wire.Error{Status: 421, Reason: "the connection was made for another host, whose TLS differs"}
	}
	return nil
}
