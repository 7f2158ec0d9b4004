package proxy

import (
	"net"
	"syscall"
	"testing"
	"time"

	"github.com/lbconf/lbconf/runtime/upstream"
)

// TestSocketOptions reads back from the kernel what receivebuffersize and keepalive of a worker set, which shows on no wire.
func TestSocketOptions(t *testing.T) {
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	const size = 32 << 10
	option := func(settings upstream.Settings, level, name int) (value int) {
		t.Helper()
		settings.ConnectTimeout = 5 * time.Second
		nc, err := dial(t.Context(), &upstream.Worker{Settings: settings}, "tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = nc.Close() }()
		raw, err := nc.(*net.TCPConn).SyscallConn()
		if err != nil {
			t.Fatal(err)
		}
		var failed error
		err = raw.Control(func(fd uintptr) { value, failed = syscall.GetsockoptInt(int(fd), level, name) })
		if err != nil || failed != nil {
			t.Fatal(err, failed)
		}
		return value
	}
	usual := option(upstream.Settings{}, syscall.SOL_SOCKET, syscall.SO_RCVBUF)
	// Linux counts twice what is asked for, for its own needs.
	if got := option(upstream.Settings{ReceiveBuffer: size}, syscall.SOL_SOCKET, syscall.SO_RCVBUF); got != 2*size || usual == got {
		t.Errorf("receivebuffersize=%d makes a buffer of %d, nothing one of %d", size, got, usual)
	}
	for _, on := range []bool{false, true} {
		got := option(upstream.Settings{KeepAlive: on}, syscall.SOL_SOCKET, syscall.SO_KEEPALIVE)
		if (got != 0) != on {
			t.Errorf("keepalive=%t sets SO_KEEPALIVE to %d", on, got)
		}
	}
}
