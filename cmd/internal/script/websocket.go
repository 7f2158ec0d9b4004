package script

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"

	"github.com/coder/websocket"
)

// longestMessage bounds a WebSocket message in bytes.
const longestMessage = 64 << 20

// echoWebSocket takes a handshake and sends back each message until the client closes. A request that is no handshake gets
// the answer of the library: 426 for one that does not ask to switch, 400 for one that asks wrongly.
func echoWebSocket(ctx context.Context, conn net.Conn, r *bufio.Reader, request message) {
	q, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(request.head)))
	if err != nil {
		return
	}
	w := &handshake{conn: conn, r: r, header: http.Header{}}
	ws, err := websocket.Accept(w, q, &websocket.AcceptOptions{InsecureSkipVerify: true, CompressionMode: websocket.CompressionDisabled})
	if err != nil {
		return // the answer was sent
	}
	defer func() { _ = ws.CloseNow() }()
	ws.SetReadLimit(longestMessage)
	for {
		kind, text, err := ws.Read(ctx)
		if err != nil || ws.Write(ctx, kind, text) != nil {
			return
		}
	}
}

// handshake is the connection of a backend as the library answers on it.
type handshake struct {
	conn    net.Conn
	r       *bufio.Reader
	header  http.Header
	started bool
}

var _ http.Hijacker = (*handshake)(nil)

// Header returns the fields of the answer.
func (h *handshake) Header() http.Header { return h.header }

// WriteHeader sends the head of the answer. Without a length the answer ends with the connection.
func (h *handshake) WriteHeader(status int) {
	var head bytes.Buffer
	if h.started = true; status != http.StatusSwitchingProtocols {
		h.header.Set("Connection", "close")
	}
	response := http.Response{StatusCode: status, ProtoMajor: 1, ProtoMinor: 1, Header: h.header}
	if response.Write(&head) == nil {
		_, _ = h.conn.Write(head.Bytes()) // a client that is gone is noticed by what follows
	}
}

// Write sends a part of the body.
func (h *handshake) Write(p []byte) (int, error) {
	if !h.started {
		h.WriteHeader(http.StatusOK)
	}
	return h.conn.Write(p)
}

// Hijack hands over the connection.
func (h *handshake) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return h.conn, bufio.NewReadWriter(h.r, bufio.NewWriter(h.conn)), nil
}

// echoBytes sends back what comes until the other side has ended its direction.
func echoBytes(conn net.Conn, r io.Reader) {
	_, _ = io.Copy(conn, r) // it ends with the connection
}
