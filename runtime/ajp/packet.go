package ajp

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Kind is what a packet is, its first byte.
type Kind byte

// The packets of a response, and the answer to a ping.
const (
	// SendBodyChunk is a piece of the body; an empty one asks that what came so far goes out.
	SendBodyChunk Kind = 3
	// SendHeaders is status and fields.
	SendHeaders Kind = 4
	// EndResponse ends the response and says whether the connection may be used again.
	EndResponse Kind = 5
	// GetBodyChunk asks for more of the body of the request.
	GetBodyChunk Kind = 6
	// CPong answers a ping.
	CPong Kind = 9
)

const (
	forwardRequest = 2
	cping          = 10
)

const (
	// HeaderSize is the number of bytes in front of what a packet carries.
	HeaderSize = 4
	// LeastPacket is the least size that a packet is allowed, and the default (mod_proxy_ajp: AJP_MSG_BUFFER_SZ).
	LeastPacket = 8192
	// MostPacket is the most (mod_proxy_ajp: AJP_MAX_BUFFER_SZ).
	MostPacket = 65536
	// PingPacket bounds the answer to a ping (mod_proxy_ajp: AJP_PING_PONG_SZ).
	PingPacket = 128
	// bodyHeader is what of a packet with a body is not body.
	bodyHeader = HeaderSize + 2
)

// PacketSize returns the size of packets where ProxyIOBufferSize says n bytes, 0 where it says nothing.
func PacketSize(n int) int {
	const step = 1024
	return (min(max(n, LeastPacket), MostPacket) + step - 1) / step * step
}

// MostBody returns how much of a body goes into a packet of a size.
func MostBody(size int) int { return size - bodyHeader }

var (
	errSignature = errors.New("packet with another signature than AJP's")
	errShort     = errors.New("packet ends before what it announces")
	errChunk     = errors.New("piece of a body with another length than its packet")
	errEmpty     = errors.New("packet without a kind")
)

// Length returns how many bytes follow the header of a packet. most bounds them. The signature may be that of a server
// or, as httpd lets it, that of a container.
func Length(header [HeaderSize]byte, most int) (int, error) {
	if signature := [2]byte(header[:2]); signature != fromContainer && signature != fromServer {
		return 0, errSignature
	}
	n := int(binary.BigEndian.Uint16(header[2:]))
	switch {
	case n > most:
		return 0, fmt.Errorf("packet of %d bytes, of which %d may come", n, most)
	case n == 0:
		return 0, errEmpty
	}
	return n, nil
}

var (
	fromServer    = [2]byte{0x12, 0x34}
	fromContainer = [2]byte{'A', 'B'}
)

// AppendPing appends the packet that CPong answers.
func AppendPing(dst []byte) []byte { return append(dst, fromServer[0], fromServer[1], 0, 1, cping) }

// AppendBody appends a packet with a piece of the request's body, at most MostBody bytes; an empty one says that the body
// has ended.
func AppendBody(dst, data []byte) []byte {
	dst = append(dst, fromServer[0], fromServer[1])
	dst = binary.BigEndian.AppendUint16(dst, uint16(len(data)+2)) //nolint:gosec // at most MostPacket
	dst = binary.BigEndian.AppendUint16(dst, uint16(len(data)))   //nolint:gosec // as above
	return append(dst, data...)
}
