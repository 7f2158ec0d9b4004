//go:build !linux

package wire

// attach leaves the connection to net.Conn's methods.
func (*Conn) attach() {}

const peekFlag = 0

func receive(int, []byte, uintptr) (int, error) { return 0, ErrWouldBlock }

func send(int, []byte) (int, error) { return 0, ErrWouldBlock }
