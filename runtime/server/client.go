package server

import (
	"time"

	"github.com/lbconf/lbconf/runtime/wire"
)

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
