package server

import "syscall"

// deferAccept lets a connection be accepted when its first bytes are there, which saves a wait for each (core:
// AcceptFilter http data, the default). After 30 seconds, as httpd sets it, a silent connection is accepted too. A system
// that cannot do it accepts at once.
func deferAccept(_, _ string, raw syscall.RawConn) error {
	const seconds = 30
	return raw.Control(func(fd uintptr) {
		_ = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, syscall.TCP_DEFER_ACCEPT, seconds)
	})
}
