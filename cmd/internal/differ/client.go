package differ

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"time"
)

// patience is how long an answer may take, and a connection that is said to be closed may stay open.
const patience = 2500 * time.Millisecond

// client sends batches and keeps its connection between them, as long as the server does.
type client struct {
	addr   string
	conn   net.Conn
	reader *bufio.Reader
}

func (c *client) close() {
	if c.conn != nil {
		_ = c.conn.Close() // the answers are read
		c.conn = nil
	}
}

// send sends a batch and returns what came back for each of its requests, with <closed> where the connection ended and
// <open> where it did not although it should.
func (c *client) send(ctx context.Context, b Batch, fill func(string) string) []string {
	if b.Fresh {
		c.close()
	}
	if c.conn == nil {
		conn, err := (&net.Dialer{Timeout: patience}).DialContext(ctx, "tcp", c.addr)
		if err != nil {
			return []string{"<no connection>"}
		}
		c.conn, c.reader = conn, bufio.NewReader(conn)
	}
	_ = c.conn.SetDeadline(time.Now().Add(patience)) // a connection that has ended says so when it is read
	var wire strings.Builder
	for _, r := range b.Requests {
		wire.WriteString(fill(r.wire()))
	}
	sent := make(chan struct{})
	go func() {
		_, _ = io.WriteString(c.conn, wire.String()) // the server may answer and close before it has read everything
		close(sent)
	}()
	var answers []string
	for _, r := range b.Requests {
		text, open := c.read(r.method())
		answers = append(answers, text)
		if !open {
			_ = c.conn.Close() // ends a write that waits
			<-sent
			c.conn = nil
			return answers
		}
	}
	<-sent
	return answers
}

// read reads an answer, with interim ones before it, and says whether the connection can carry another request.
func (c *client) read(method string) (string, bool) {
	var all strings.Builder
	for {
		head, err := readHead(c.reader)
		all.WriteString(head)
		if err != nil {
			all.WriteString(ending(err))
			return all.String(), false
		}
		status := statusOf(head)
		if strings.HasPrefix(status, "1") && status != "101" {
			continue
		}
		if method == "HEAD" || status == "204" || status == "304" {
			return c.end(&all, head, true)
		}
		framing := bodyOf(head)
		text, err := framing.read(c.reader, true)
		all.WriteString(text)
		if err != nil {
			all.WriteString(ending(err))
			return all.String(), false
		}
		return c.end(&all, head, framing.chunked || framing.length >= 0)
	}
}

// end waits for the end of a connection that the answer announces.
func (c *client) end(all *strings.Builder, head string, framed bool) (string, bool) {
	connection := strings.ToLower(field(head, "Connection"))
	if framed && !strings.Contains(connection, "close") && (strings.HasPrefix(head, "HTTP/1.1") || strings.Contains(connection, "keep-alive")) {
		return all.String(), true
	}
	rest, err := io.ReadAll(c.reader)
	all.Write(rest)
	if err == nil {
		err = io.EOF
	}
	all.WriteString(ending(err))
	return all.String(), false
}

// ending says how a connection ended.
func ending(err error) string {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return "<open>"
	}
	return "<closed>"
}

func statusOf(head string) string {
	words := strings.Fields(head)
	if len(words) < 2 {
		return ""
	}
	return words[1]
}
