package script

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"

	"github.com/coder/websocket"
)

const wsUsage = "usage: ws [-port N] [-n N] [-status N] [-H 'NAME: VALUE']… URL [MESSAGE|size:N…]"

// conversation is what one ws line asks for.
type conversation struct {
	port, times, status int
	header              http.Header
	host, target        string
	secure              greeting
	messages            [][]byte
}

func parseConversation(c *call) (conversation, error) {
	t := conversation{times: 1, header: http.Header{}}
	for len(c.args) > 0 && strings.HasPrefix(c.args[0], "-") {
		name := c.args[0]
		value, _, err := c.option(name)
		if err != nil {
			return t, err
		}
		switch name {
		case "-port":
			t.port, err = strconv.Atoi(value)
		case "-n":
			t.times, err = strconv.Atoi(value)
		case "-status":
			t.status, err = strconv.Atoi(value)
		case "-H":
			field, content, ok := strings.Cut(value, ":")
			if !ok {
				return t, usage("ws: -H %q has no colon", value)
			}
			t.header.Add(field, strings.TrimSpace(content))
		default:
			return t, usage("%q is no option of ws; %s", name, wsUsage)
		}
		if err != nil {
			return t, usage("ws: %s %s: %v", name, value, err)
		}
	}
	if len(c.args) == 0 {
		return t, usage(wsUsage)
	}
	var err error
	rest, secure := strings.CutPrefix(c.args[0], "wss://")
	if !secure {
		rest = strings.TrimPrefix(c.args[0], "ws://")
	}
	if !strings.HasPrefix(rest, "/") {
		rest = "http://" + rest
	}
	t.secure.on = secure
	if t.host, t.target, err = aim(rest); err != nil {
		return t, err
	}
	for _, word := range c.args[1:] {
		text, err := requestBody(c, word)
		if err != nil {
			return t, usage("ws: %s: %v", word, err)
		}
		t.messages = append(t.messages, text)
	}
	return t, nil
}

// verbWebSocket is `ws URL [MESSAGE…]`: a WebSocket session with a backend that sends back each message.
func verbWebSocket(ctx context.Context, s *session, c *call) error {
	for i, arg := range c.args {
		c.args[i] = string(s.render([]byte(arg)))
	}
	t, err := parseConversation(c)
	if err != nil {
		return err
	}
	addr, err := s.address(t.port)
	if err != nil {
		return usage("%v", err)
	}
	if t.host == "" {
		t.host = addr
	}
	ctx, cancel := context.WithTimeout(ctx, answerLimit)
	defer cancel()
	c.prints = true
	return t.hold(ctx, c, addr, func() (net.Conn, error) {
		conn, err := s.connect(ctx, addr, t.secure, t.host)
		if err != nil {
			return nil, err
		}
		return conn.conn, nil
	})
}

// hold opens the session, exchanges the messages and closes it.
func (t *conversation) hold(ctx context.Context, c *call, addr string, connect func() (net.Conn, error)) error {
	transport := &http.Transport{
		DisableKeepAlives: true,
		DialContext:       func(context.Context, string, string) (net.Conn, error) { return connect() },
	}
	defer transport.CloseIdleConnections()
	ws, response, err := websocket.Dial(ctx, "ws://"+addr+t.target, &websocket.DialOptions{ //nolint:bodyclose // the library closes it
		HTTPClient: &http.Client{Transport: transport}, HTTPHeader: t.header, Host: t.host, CompressionMode: websocket.CompressionDisabled,
	})
	if t.status != 0 && response != nil {
		if err == nil {
			_ = ws.CloseNow()
		}
		fmt.Fprintln(&c.stdout, response.StatusCode)
		if response.StatusCode != t.status {
			return fmt.Errorf("status %d, not %d", response.StatusCode, t.status)
		}
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = ws.CloseNow() }()
	ws.SetReadLimit(longestMessage)
	for range t.times {
		for _, text := range t.messages {
			if err := exchangeMessage(ctx, ws, text); err != nil {
				return err
			}
			fmt.Fprintln(&c.stdout, summary(text))
		}
	}
	return ws.Close(websocket.StatusNormalClosure, "")
}

// exchangeMessage sends a message, which must come back as it is.
func exchangeMessage(ctx context.Context, ws *websocket.Conn, text []byte) error {
	if err := ws.Write(ctx, websocket.MessageText, text); err != nil {
		return err
	}
	_, echo, err := ws.Read(ctx)
	if err != nil {
		return err
	}
	if !bytes.Equal(echo, text) {
		return fmt.Errorf("the echo is %s, not %s", summary(echo), summary(text))
	}
	return nil
}
