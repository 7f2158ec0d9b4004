package health

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/lbconf/lbconf/runtime/ajp"
	"github.com/lbconf/lbconf/runtime/upstream"
)

// Dialer opens a connection to a member that nobody else uses. wait bounds each read and each write; 0 says that nothing is to
// be sent, else TLS begins where the scheme says so. Connecting ends within the time that the member's settings give, and all
// of it when ctx is done.
type Dialer interface {
	Dial(ctx context.Context, w *upstream.Worker, wait time.Duration) (io.ReadWriteCloser, error)
}

// Wire is the Prober that asks members over the network.
type Wire struct {
	// Dialer opens the connections, a new one for each check.
	Dialer Dialer
}

// Probe connects, and asks unless the method is TCP. A member is healthy when hcexpr holds for its response, or
// without that when the status is one from 200 to 399, and when the response is read as a whole where the method is GET.
func (p Wire) Probe(ctx context.Context, w *upstream.Worker, method upstream.CheckMethod) error {
	verb, _ := requestLine(method)
	conn, err := p.Dialer.Dial(ctx, w, patience(w, method))
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }() // what there was to learn is learnt
	switch {
	case method == upstream.CheckCPing:
		return ping(conn)
	case verb == "":
		return nil
	}
	if _, err := conn.Write(appendRequest(nil, w, method)); err != nil {
		return err
	}
	in := bufio.NewReaderSize(conn, maxLine)
	answer, err := readHead(in)
	if err != nil {
		return err
	}
	noted(&answer, method)
	healthy := w.Texts().Healthy
	if verb == "GET" {
		if err := readBody(in, &answer, healthy != nil); err != nil {
			return err
		}
	}
	switch {
	case healthy != nil && !healthy(answer):
		return fmt.Errorf("hcexpr does not hold (status %d)", answer.Status)
	case healthy == nil && (answer.Status < 200 || answer.Status > 399):
		return fmt.Errorf("status %d", answer.Status)
	}
	return nil
}

// patience is how long a check waits for each piece of an answer; 0 for none. For that to a ping it is ping=, or else what
// there is for a connection.
func patience(w *upstream.Worker, method upstream.CheckMethod) time.Duration {
	switch {
	case method == upstream.CheckTCP:
		return 0
	case method != upstream.CheckCPing:
		return w.Settings.Timeout
	case w.Settings.Ping > 0:
		return w.Settings.Ping
	}
	return w.Settings.ConnectTimeout
}

var errNoPong = errors.New("the ping of AJP is answered by something else")

// ping asks a servlet container whether it is there.
func ping(conn io.ReadWriter) error {
	if _, err := conn.Write(ajp.AppendPing(nil)); err != nil {
		return err
	}
	var header [ajp.HeaderSize]byte
	if _, err := io.ReadFull(conn, header[:]); err != nil {
		return err
	}
	n, err := ajp.Length(header, ajp.PingPacket)
	if err != nil {
		return err
	}
	packet := make([]byte, n)
	if _, err := io.ReadFull(conn, packet); err != nil {
		return err
	}
	if ajp.Kind(packet[0]) != ajp.CPong {
		return errNoPong
	}
	return nil
}
