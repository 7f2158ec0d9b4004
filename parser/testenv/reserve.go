package testenv

import (
	"fmt"
	"net"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// Reservation keeps a port of 127.0.0.1: bound, but not listening, so that connections are refused and nobody is given
// the port by chance, while a program that sets SO_REUSEADDR (all servers do) can bind it and listen.
type Reservation struct {
	Addr string // 127.0.0.1:PORT, with a port of five digits on usual systems
	fd   int
}

// Reserve takes a free port.
func Reserve() (*Reservation, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	if err != nil {
		return nil, os.NewSyscallError("socket", err)
	}
	unix.CloseOnExec(fd)
	if err := bindLoopback(fd); err != nil {
		_ = unix.Close(fd)
		return nil, err
	}
	name, err := unix.Getsockname(fd)
	if err != nil {
		_ = unix.Close(fd)
		return nil, os.NewSyscallError("getsockname", err)
	}
	address, ok := name.(*unix.SockaddrInet4)
	if !ok {
		_ = unix.Close(fd)
		return nil, fmt.Errorf("getsockname returned a %T for a socket of IPv4", name)
	}
	return &Reservation{Addr: net.JoinHostPort("127.0.0.1", strconv.Itoa(address.Port)), fd: fd}, nil
}

// bindLoopback binds first and allows sharing afterwards: with SO_REUSEADDR set, the system might choose a port that
// another reservation has.
func bindLoopback(fd int) error {
	if err := unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		return os.NewSyscallError("bind", err)
	}
	return os.NewSyscallError("setsockopt", unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1))
}

// Release gives the port back. The reservation must not be used afterwards.
func (r *Reservation) Release() error {
	return os.NewSyscallError("close", unix.Close(r.fd))
}
