package script

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

const httpUsage = "usage: http [-port N] [-conn NAME] [-n N] [-brief] [-gunzip] [-1.0] [-proxy] [-sni NAME] [-verify] [-cert NAME] [-H 'NAME: VALUE'] [-d TEXT|@FILE|size:N] [-chunked] [-status N] METHOD URL …"

// batch is what one http line asks for: requests, one after the other on one connection.
type batch struct {
	port     int
	conn     string // name of a connection that stays open; empty for a new one that is closed
	times    int
	brief    bool
	gunzip   bool // bodies in gzip are shown as what they hold
	version  string
	secure   greeting
	requests []request
}

var methodWord = regexp.MustCompile(`^[A-Z]+$`)

// parseBatch reads the arguments of http. Options before the first method are for all requests, later ones for the
// request before them.
func parseBatch(c *call) (batch, error) {
	b := batch{times: 1, version: "1.1"}
	var common request
	current := &common
	for len(c.args) > 0 {
		word := c.args[0]
		if methodWord.MatchString(word) {
			if len(c.args) == 1 {
				return b, usage("%s without a URL; %s", word, httpUsage)
			}
			q := common
			q.fields = append([]string(nil), common.fields...)
			q.method, q.url = word, c.args[1]
			address, https := strings.CutPrefix(c.args[1], "https://")
			if https {
				b.secure.on, address = true, "http://"+address
			} else {
				address = c.args[1]
			}
			host, target, err := aim(address)
			if err != nil {
				return b, err
			}
			if q.target = target; host != "" {
				q.host = host
			}
			b.requests = append(b.requests, q)
			current = &b.requests[len(b.requests)-1]
			c.args = c.args[2:]
			continue
		}
		c.args = c.args[1:]
		known, err := b.switches(word, current)
		if err != nil || known {
			if err != nil {
				return b, err
			}
			continue
		}
		if len(c.args) == 0 {
			return b, usage("%s needs a value; %s", word, httpUsage)
		}
		value := c.args[0]
		c.args = c.args[1:]
		if err := b.option(c, current, word, value); err != nil {
			return b, err
		}
	}
	if len(b.requests) == 0 {
		return b, usage(httpUsage)
	}
	if !b.secure.on && b.secure != (greeting{}) {
		return b, usage("http: %v", errNoHandshake)
	}
	return b, nil
}

// switches takes an option without a value.
func (b *batch) switches(word string, q *request) (bool, error) {
	switch word {
	case "-brief":
		b.brief = true
	case "-gunzip":
		b.gunzip = true
	case "-1.0":
		b.version = "1.0"
	case "-chunked":
		q.chunked = true
	case "-verify":
		b.secure.verify = true
	case "-proxy":
		q.absolute = true
	case "-sni", "-cert", "-port", "-conn", "-n", "-H", "-d", "-status":
		return false, nil
	default:
		return false, usage("%q is neither an option nor a method; %s", word, httpUsage)
	}
	return true, nil
}

// option takes an option with a value.
func (b *batch) option(c *call, q *request, word, value string) error {
	var err error
	switch word {
	case "-port":
		b.port, err = strconv.Atoi(value)
	case "-sni":
		b.secure.sni, b.secure.noSNI = value, value == "none"
	case "-cert":
		b.secure.certificate = value
	case "-conn":
		b.conn = value
	case "-n":
		b.times, err = strconv.Atoi(value)
		if b.times < 1 || b.times > 10000 {
			return usage("http: -n %s is not between 1 and 10000", value)
		}
	case "-status":
		q.status, err = strconv.Atoi(value)
	case "-H":
		if !strings.Contains(value, ":") {
			return usage("http: -H %q has no colon", value)
		}
		var field []byte
		field, err = unescapeLine(value)
		q.fields = append(q.fields, string(field))
	case "-d":
		q.hasBody = true
		q.body, err = requestBody(c, value)
	}
	if err != nil {
		return usage("http: %s %s: %v", word, value, err)
	}
	return nil
}

func requestBody(c *call, value string) ([]byte, error) {
	if name, ok := strings.CutPrefix(value, "@"); ok {
		text, err := c.read(name)
		if err != nil {
			return nil, err
		}
		return unescape(text)
	}
	if size, ok := strings.CutPrefix(value, "size:"); ok {
		count, err := strconv.ParseUint(size, 10, 30)
		return bytes.Repeat([]byte("x"), int(count)), err
	}
	return unescapeLine(value)
}

// aim takes a path, or a URL of which the host goes into the Host field. What follows the host goes out as written.
func aim(text string) (host, target string, err error) {
	if !strings.HasPrefix(text, "http://") {
		return "", text, nil
	}
	u, err := url.Parse(text)
	if err != nil {
		return "", "", usage("%v", err)
	}
	target = strings.TrimPrefix(text, "http://"+u.Host)
	if !strings.HasPrefix(target, "/") {
		target = "/" + target
	}
	return u.Host, target, nil
}

// verbHTTP is `http [OPTION…] METHOD URL …`: requests one after the other on one connection.
func verbHTTP(ctx context.Context, s *session, c *call) error {
	for i, arg := range c.args {
		c.args[i] = string(s.render([]byte(arg)))
	}
	b, err := parseBatch(c)
	if err != nil {
		return err
	}
	addr, err := s.address(b.port)
	if err != nil {
		return usage("%v", err)
	}
	c.prints = true
	conn := s.clients[b.conn]
	delete(s.clients, b.conn)
	defer func() {
		if conn != nil && b.conn != "" {
			s.clients[b.conn] = conn
		} else {
			conn.close()
		}
	}()
	for range b.times {
		for _, q := range b.requests {
			if conn == nil {
				if conn, err = s.connect(ctx, addr, b.secure, q.host); err != nil {
					return err
				}
			}
			if q.host == "" {
				q.host = addr
			}
			ended, err := conn.exchange(ctx, c, q, b)
			if ended {
				conn.close()
				conn = nil
			}
			if err != nil {
				return fmt.Errorf("%s %s: %w", q.method, q.target, err)
			}
		}
	}
	return nil
}

// connect connects to a front, as a client that asks for a host.
func (s *session) connect(ctx context.Context, addr string, secure greeting, host string) (*client, error) {
	if !secure.on {
		return dial(ctx, addr)
	}
	config, err := secure.config(s.dir, host)
	if err != nil {
		return nil, usage("%v", err)
	}
	return dialTLS(ctx, addr, config)
}

// exchange sends one request and prints the answer. It reports whether the connection is of no further use, because the
// answer says so or because there was no complete one.
func (c *client) exchange(ctx context.Context, out *call, q request, b batch) (ended bool, err error) {
	writeErr := c.write(ctx, q.wire(b.version))
	answers, err := c.answers(q.method)
	if b.gunzip {
		for i := range answers {
			unpacked, unpackErr := answers[i].gunzipped()
			answers[i], err = unpacked, errors.Join(err, unpackErr)
		}
	}
	if !b.brief {
		out.show(answers)
	}
	if err != nil {
		return true, errors.Join(err, writeErr)
	}
	last := answers[len(answers)-1]
	if b.brief {
		fmt.Fprintln(&out.stdout, strings.TrimRight(fmt.Sprintf("%d %s", last.status(), summary(last.content())), " "))
	}
	if status := last.status(); q.status != 0 && status != q.status {
		err = fmt.Errorf("status %d, not %d", status, q.status)
	}
	return last.ends(q.method), err
}

// summary is a body in one line: short text as it is, otherwise its length.
func summary(body []byte) string {
	const longest = 64
	if len(body) > longest || bytes.ContainsRune(bytes.TrimRight(body, "\r\n"), '\n') {
		return fmt.Sprintf("(%d bytes)", len(body))
	}
	var text strings.Builder
	escapeLine(&text, bytes.TrimRight(body, "\r\n"))
	return text.String()
}

// show prints messages as they were on the wire.
func (c *call) show(list []message) {
	for _, m := range list {
		c.stdout.WriteString(m.text())
	}
}

// verbRaw is `raw [-port N] [-n ANSWERS] [-half] [-close] [-rest] FILE`: bytes as they are, on a connection of their own.
func verbRaw(ctx context.Context, s *session, c *call) error {
	const form = "usage: raw [-port N] [-n ANSWERS] [-half] [-close] [-rest] FILE"
	port, answers := 0, -1
	for _, option := range []struct {
		name  string
		value *int
	}{{"-port", &port}, {"-n", &answers}} {
		value, ok, err := c.option(option.name)
		if ok {
			*option.value, err = strconv.Atoi(value)
		}
		if err != nil {
			return usage("%s: %v", form, err)
		}
	}
	ending := ending{half: c.flag("-half"), closed: c.flag("-close"), rest: c.flag("-rest")}
	if len(c.args) != 1 {
		return usage(form)
	}
	text, err := c.read(c.args[0])
	if err != nil {
		return usage("%v", err)
	}
	wire, err := unescape(text)
	if err != nil {
		return usage("%s: %v", c.args[0], err)
	}
	wire = s.render(wire)
	methods := methodsOf(wire)
	if answers < 0 {
		answers = max(1, len(methods))
	}
	addr, err := s.address(port)
	if err != nil {
		return usage("%v", err)
	}
	conn, err := dial(ctx, addr)
	if err != nil {
		return err
	}
	defer conn.close()
	return conn.raw(ctx, c, wire, append(methods, make([]string, answers)...)[:answers], ending)
}

// methodsOf returns the methods of the complete requests in the bytes: the answer to HEAD has no body, and what follows CONNECT
// is for the other end of the tunnel.
func methodsOf(wire []byte) []string {
	var methods []string
	for r := bufio.NewReader(bytes.NewReader(wire)); ; {
		q, err := readRequest(r, func() error { return nil })
		if err != nil {
			return methods
		}
		method, _, _ := strings.Cut(q.line(), " ")
		methods = append(methods, method)
		if method == "CONNECT" {
			return methods
		}
	}
}

// ending is how a connection of raw ends.
type ending struct {
	half   bool // the client ends its direction behind what it sends
	closed bool // the engine must close the connection behind the answers
	rest   bool // what follows the answers, up to the end of the connection, is printed
}

// raw sends the bytes and prints an answer for each method.
func (c *client) raw(ctx context.Context, out *call, wire []byte, methods []string, end ending) error {
	out.prints = true
	writeErr := c.write(ctx, wire)
	if half, ok := c.conn.(*net.TCPConn); ok && end.half {
		writeErr = errors.Join(writeErr, half.CloseWrite())
	}
	for _, method := range methods {
		list, err := c.answers(method)
		out.show(list)
		if err != nil {
			return errors.Join(err, writeErr)
		}
	}
	switch {
	case end.rest:
		rest, err := io.ReadAll(c.r)
		out.stdout.WriteString(escape(rest))
		return err
	case end.closed:
		return c.closed()
	}
	return nil
}
