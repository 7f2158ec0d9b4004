package script

import (
	"bytes"
	"context"
	"io"
	"net"
	"strconv"
	"time"
)

const clientUsage = "usage: client NAME [-port N] ACTION…, each of: send FILE, bytes N, answer, head, half, leave, reset, ended, rest"

// verbClient is `client NAME [-port N] ACTION…`: what a client does on a connection of that name, step by step. The
// connection is made when it is first needed, and is one of those of `http -conn`.
func verbClient(ctx context.Context, s *session, c *call) error {
	if len(c.args) < 2 {
		return usage(clientUsage)
	}
	name := c.args[0]
	c.args = c.args[1:]
	port := 0
	if value, ok, err := c.option("-port"); ok || err != nil {
		if port, err = strconv.Atoi(value); err != nil {
			return usage("%s: %v", clientUsage, err)
		}
	}
	conn := s.clients[name]
	if conn == nil {
		addr, err := s.address(port)
		if err != nil {
			return usage("%v", err)
		}
		if conn, err = dial(ctx, addr); err != nil {
			return err
		}
		s.clients[name] = conn
	}
	for len(c.args) > 0 {
		word := c.args[0]
		c.args = c.args[1:]
		ended, err := conn.act(ctx, s, c, word)
		if ended {
			conn.close()
			delete(s.clients, name)
		}
		if err != nil || ended && len(c.args) > 0 {
			return orUsage(err, "client: nothing comes behind %s; %s", word, clientUsage)
		}
	}
	return nil
}

// orUsage is err, or a line that makes no sense where there is none.
func orUsage(err error, format string, args ...any) error {
	if err != nil {
		return err
	}
	return usage(format, args...)
}

// act takes one step, and says whether the connection is of no further use.
func (c *client) act(ctx context.Context, s *session, out *call, word string) (ended bool, err error) {
	if err := c.conn.SetReadDeadline(time.Now().Add(answerLimit)); err != nil {
		return true, err
	}
	switch word {
	case "send", "bytes":
		wire, err := out.bytesOf(s, word)
		if err != nil {
			return false, err
		}
		return false, c.write(ctx, wire)
	case "answer":
		out.prints = true
		list, err := c.answers("GET")
		out.show(list)
		return err != nil, err
	case "head":
		out.prints = true
		head, err := readHead(c.r)
		out.stdout.WriteString(escape(head))
		return err != nil, err
	case "half":
		return false, c.conn.(*net.TCPConn).CloseWrite() //nolint:forcetypeassert // dial made it
	case "leave":
		return true, nil
	case "reset":
		return true, c.conn.(*net.TCPConn).SetLinger(0) //nolint:forcetypeassert // dial made it
	case "ended":
		return true, c.closed()
	case "rest":
		out.prints = true
		rest, err := io.ReadAll(c.r)
		out.stdout.WriteString(escape(rest))
		return true, err
	}
	return false, usage("client: %q is no action; %s", word, clientUsage)
}

// bytesOf takes the operand of send or bytes.
func (c *call) bytesOf(s *session, word string) ([]byte, error) {
	if len(c.args) == 0 {
		return nil, usage("client: %s needs a value; %s", word, clientUsage)
	}
	value := c.args[0]
	c.args = c.args[1:]
	if word == "bytes" {
		count, err := strconv.ParseUint(value, 10, 30)
		if err != nil {
			return nil, usage("client: bytes %s: %v", value, err)
		}
		return bytes.Repeat([]byte("x"), int(count)), nil
	}
	text, err := c.read(value)
	if err != nil {
		return nil, usage("%v", err)
	}
	wire, err := unescape(text)
	if err != nil {
		return nil, usage("%s: %v", value, err)
	}
	return s.render(wire), nil
}
