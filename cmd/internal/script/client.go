package script

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"
)

// answerLimit is how long a client waits for the whole of an answer.
const answerLimit = 10 * time.Second

// client is one connection to a front.
type client struct {
	conn net.Conn
	r    *bufio.Reader
}

func dial(ctx context.Context, addr string) (*client, error) {
	dialer := net.Dialer{Timeout: answerLimit}
	conn, err := dialer.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	return &client{conn: conn, r: bufio.NewReader(conn)}, nil
}

// close ends the connection, if there is one.
func (c *client) close() {
	if c != nil {
		_ = c.conn.Close() // what matters was read before
	}
}

// write sends bytes. A server may answer and close before it has read them all, which the answer then tells.
func (c *client) write(ctx context.Context, wire []byte) error {
	deadline := time.Now().Add(answerLimit)
	if limit, ok := ctx.Deadline(); ok && limit.Before(deadline) {
		deadline = limit
	}
	if err := c.conn.SetDeadline(deadline); err != nil {
		return err
	}
	_, err := c.conn.Write(wire)
	return err
}

// answers reads the final answer to a request of that method, and the interim ones before it.
func (c *client) answers(method string) ([]message, error) {
	var list []message
	for {
		m, err := readResponse(c.r, method)
		if len(m.head) > 0 {
			list = append(list, m)
		}
		switch {
		case errors.Is(err, io.EOF):
			return list, errors.New("the engine closed the connection without an answer")
		case errors.Is(err, io.ErrUnexpectedEOF):
			return list, errors.New("the engine closed the connection in the middle of an answer")
		case err != nil:
			return list, fmt.Errorf("no complete answer: %w", err)
		}
		if status := m.status(); status/100 != 1 || status == 101 {
			return list, nil
		}
	}
}

// closed waits until the engine has closed the connection.
func (c *client) closed() error {
	rest, err := io.ReadAll(c.r)
	switch {
	case len(rest) > 0:
		return fmt.Errorf("more bytes instead of the end of the connection:\n%s", escape(rest))
	case err != nil:
		return fmt.Errorf("the engine did not close the connection: %w", err)
	}
	return nil
}

// request is one request of the http verb.
type request struct {
	method, target, host string
	url                  string   // as it was written
	absolute             bool     // the URL goes on the request line
	fields               []string // NAME: VALUE, in order
	body                 []byte
	chunked              bool
	hasBody              bool
	status               int // that the answer must have; 0 for any
}

// wire is the request as it is sent: Host first unless a field gives it, then the fields, then the framing of a body.
func (q request) wire(version string) []byte {
	var b bytes.Buffer
	target := q.target
	if q.absolute {
		target = q.url
	}
	fmt.Fprintf(&b, "%s %s HTTP/%s\r\n", q.method, target, version)
	if !q.has("Host") {
		fmt.Fprintf(&b, "Host: %s\r\n", q.host)
	}
	for _, field := range q.fields {
		b.WriteString(field + "\r\n")
	}
	switch {
	case q.hasBody && q.chunked:
		b.WriteString("Transfer-Encoding: chunked\r\n\r\n")
		if len(q.body) > 0 {
			b.WriteString(strconv.FormatInt(int64(len(q.body)), 16) + "\r\n")
			b.Write(q.body)
			b.WriteString("\r\n")
		}
		b.WriteString("0\r\n\r\n")
	case q.hasBody:
		fmt.Fprintf(&b, "Content-Length: %d\r\n\r\n", len(q.body))
		b.Write(q.body)
	default:
		b.WriteString("\r\n")
	}
	return b.Bytes()
}

func (q request) has(name string) bool {
	for _, field := range q.fields {
		if key, _, _ := strings.Cut(field, ":"); strings.EqualFold(key, name) {
			return true
		}
	}
	return false
}
