//go:build !linux

package server

import "syscall"

// deferAccept leaves the listener as it is.
func deferAccept(string, string, syscall.RawConn) error { return nil }
