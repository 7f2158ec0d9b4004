package server_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lbconf/lbconf/runtime/server"
	"github.com/lbconf/lbconf/runtime/wire"
)

// FuzzExchange: whatever a client sends and a backend answers, the backend gets no more requests than the client sent, each
// of them one to any reader, and the client gets no more responses than it sent requests, each of them one to any reader.
func FuzzExchange(f *testing.F) {
	for _, request := range []string{
		"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhelloGET /2 HTTP/1.1\r\nHost: a\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX: y\r\n\r\n", "HEAD / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
		"GET http://a/x?y HTTP/1.1\r\nHost: b\r\nExpect: 100-continue\r\nConnection: X\r\nX: y\r\n z\r\n\r\n",
	} {
		for _, response := range []string{
			ok, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", "HTTP/1.1 103 Early\r\nLink: a\r\n\r\n" + ok + ok,
			"HTTP/1.0 304 No\r\nX: y\r\n z\r\nContent-Length: 5\r\n\r\n", "hello\r\n", "HTTP/1.1 204 O\rK\r\nX\x01: y\r\nConnection: X\r\n\r\n",
		} {
			f.Add([]byte(request), []byte(response))
		}
	}
	f.Add([]byte("HEAD / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"), []byte("HTTP/1.1 200 OK\r\nContent-Length: 2t\n\r\nok"))
	f.Add([]byte("HEAD / HTTP/1.0\r\n\r\n"), []byte("HTTP/1.1 200 OK\r\nTransfer-Encoding: ,,chunked\r\n\r\nok"))
	f.Add([]byte("GET / HTTP/1.1\r\nHost: b\r\n\r\n"), []byte("HTTP/1.1 103 Early\r\nContent-Length: 2\xe6\r\n\r\nHTTP/1.1 200 OK\r\n\r\nok"))
	target := newFuzzed(f)
	f.Fuzz(func(t *testing.T, request, response []byte) {
		sent := requestsIn(request)
		answer, received, err := target.exchange(request, response)
		if err != nil {
			t.Fatalf("%q and %q: %v", request, response, err)
		}
		if len(received) > len(sent) {
			t.Fatalf("%q: %d requests became %d: %q", request, len(sent), len(received), received)
		}
		for _, got := range received {
			if err := oneRequest(got); err != nil {
				t.Fatalf("%q became %q: %v", request, got, err)
			}
		}
		if err := responsesTo(sent, answer); err != nil {
			t.Fatalf("%q and %q gave %q: %v", request, response, answer, err)
		}
	})
}

// asked is a request that a client sends as this server reads it; method is empty for one that is refused.
type asked struct {
	method string
	simple bool
}

// requestsIn are the requests in what a client sends. One that is refused, or not complete, is the last.
func requestsIn(input []byte) []asked {
	var all []asked
	rest := bytes.Clone(input)
	for len(rest) > 0 {
		var head wire.RequestHead
		n, err := head.Parse(rest, wire.DefaultRules())
		all = append(all, asked{string(head.Method), head.Simple})
		if err != nil || n == 0 || head.Simple {
			return all
		}
		rest = rest[n:]
		body := wire.NewBody(head.Framing)
		for !body.Done() {
			_, n, err := body.Decode(rest)
			if err != nil || n == 0 {
				return all
			}
			rest = rest[n:]
		}
	}
	return all
}

// responsesTo looks for the responses to requests in what a client gets. The last one may be broken off.
func responsesTo(requests []asked, answer []byte) error {
	in := bufio.NewReader(bytes.NewReader(answer))
	for _, request := range requests {
		if request.simple {
			return nil // it has no head
		}
		for interim := true; interim; {
			if _, err := in.Peek(1); err != nil {
				return nil
			}
			r, err := http.ReadResponse(in, &http.Request{Method: request.method})
			if err != nil {
				if errors.Is(err, io.ErrUnexpectedEOF) || request.method == "HEAD" && aboutFraming(err) {
					return nil
				}
				return fmt.Errorf("net/http reads %w", err)
			}
			interim = r.StatusCode/100 == 1
			_, err = io.Copy(io.Discard, r.Body)
			_ = r.Body.Close() // it is read from memory
			switch {
			case errors.Is(err, io.ErrUnexpectedEOF):
				return nil
			case err != nil:
				return fmt.Errorf("net/http reads a body with %w", err)
			}
		}
	}
	if rest, _ := io.ReadAll(in); len(rest) > 0 { // there is nothing that could fail
		return fmt.Errorf("behind all responses there is %q", rest)
	}
	return nil
}

// aboutFraming says whether net/http does not read a head for what it says of a body. With an answer to HEAD such a field passes as
// the backend sent it, as in httpd: no body hangs on it.
func aboutFraming(err error) bool {
	return strings.Contains(err.Error(), "Content-Length") || strings.Contains(err.Error(), "transfer encoding")
}

// fuzzed is a server with a backend that answers each request with the same bytes and the end of the connection.
type fuzzed struct {
	front string
	dials int

	mu       sync.Mutex
	response []byte
	received []string
}

func newFuzzed(f *testing.F) *fuzzed {
	f.Helper()
	target := &fuzzed{}
	config := "ProxyPass / http://" + speaking(f, target.answer) + "/\n"
	target.front = serve(f, newServer(f, compile(f, config, nil), server.Options{Log: slog.New(slog.DiscardHandler)}))
	return target
}

// answer is the backend.
func (z *fuzzed) answer(conn net.Conn) {
	message, err := readMessage(bufio.NewReader(conn))
	if err != nil {
		return
	}
	z.mu.Lock()
	z.received = append(z.received, message)
	response := z.response
	z.mu.Unlock()
	_, _ = conn.Write(response) // the server may have closed already
}

// exchange sends a request with the end behind it, and returns what comes back and what the backend got.
func (z *fuzzed) exchange(request, response []byte) (answer []byte, received []string, err error) {
	z.mu.Lock()
	z.response, z.received = response, nil
	z.mu.Unlock()
	z.dials++ // so that connections that have ended do not use up the ports of one address
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, byte(z.dials>>8), byte(1+z.dials%250))}}
	conn, err := dialer.Dial("tcp", z.front)
	if err != nil {
		return nil, nil, err
	}
	defer closeQuietly(conn)
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		return nil, nil, err
	}
	_, _ = conn.Write(request) // the server may have closed already
	_ = conn.(*net.TCPConn).CloseWrite()
	answer, err = io.ReadAll(conn)
	if err != nil && (os.IsTimeout(err) || !strings.Contains(err.Error(), "reset")) {
		return nil, nil, err
	}
	z.mu.Lock()
	defer z.mu.Unlock()
	return answer, z.received, nil
}
