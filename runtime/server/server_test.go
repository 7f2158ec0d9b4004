package server_test

import (
	"testing"
)

func TestForward(t *testing.T) {
	b := newBackend(t, always(ok))
	_, addr := start(t, "ProxyPass / http://"+b.addr+"/\n")
	got := raw(addr, "GET /a%20b?c HTTP/1.1\r\nHost: x\r\n\r\n")
	t.Logf("%q", got)
	r, n := b.got()
	t.Logf("%q %d", r, n)
}
