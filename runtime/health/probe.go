package health

import (
	"bufio"
	"context"
	"fmt"
	"io"

	"github.com/lbconf/lbconf/runtime/upstream"
)

// Dialer opens a connection to a member that nobody else uses, with TLS where the scheme says so. Connecting, each read and
// each write end within the times that the member's settings give, and when ctx is done.
type Dialer interface {
	Dial(ctx context.Context, w *upstream.Worker) (io.ReadWriteCloser, error)
}

// Wire is the Prober that asks members over the network.
type Wire struct {
	// Dialer opens the connections, a new one for each check.
	Dialer Dialer
}

// Probe connects, and asks unless the method is TCP. A member is healthy when its response has a status from 200 to 399,
// and when it is read as a whole where the method is GET.
func (p Wire) Probe(ctx context.Context, w *upstream.Worker, method upstream.CheckMethod) error {
	conn, err := p.Dialer.Dial(ctx, w)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }() // what there was to learn is learnt
	verb, _ := requestLine(method)
	if verb == "" {
		return nil
	}
	if _, err := conn.Write(appendRequest(nil, w, method)); err != nil {
		return err
	}
	in := bufio.NewReaderSize(conn, maxLine)
	r, err := readHead(in)
	if err != nil {
		return err
	}
	if verb == "GET" {
		if err := r.readBody(in); err != nil {
			return err
		}
	}
	if r.status < 200 || r.status > 399 {
		return fmt.Errorf("status %d", r.status)
	}
	return nil
}
