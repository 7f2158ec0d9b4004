package server_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lbconf/lbconf/runtime/server"
)

// moody is a backend that does anything with a request: it answers in each framing, early, with interim responses before, or
// stops anywhere. A response has the word of its request in X-Word and all over its body.
type moody struct{ random func() *rand.Rand }

func (m moody) serve(conn net.Conn) {
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	random, r := m.random(), bufio.NewReader(conn)
	for {
		head, err := readHead(r)
		if err != nil {
			return
		}
		mood := random.IntN(100)
		if mood >= 4 {
			if strings.Contains(strings.ToLower(head), "\r\nexpect: ") {
				_, _ = io.WriteString(conn, "HTTP/1.1 100 Continue\r\n\r\n")
			}
			if _, err := readMessage(bufio.NewReader(io.MultiReader(strings.NewReader(head), r))); err != nil {
				return
			}
		}
		response := m.response(random, head)
		switch {
		case mood == 0:
			_, _ = io.Copy(io.Discard, conn) // until the proxy gives up
			return
		case mood < 4: // without having read the body
			_, _ = io.WriteString(conn, response)
			return
		case mood < 12:
			response = response[:random.IntN(len(response))]
			fallthrough
		case mood < 16:
			_, _ = io.WriteString(conn, response)
			if mood%2 == 0 {
				_ = conn.(*net.TCPConn).SetLinger(0)
			}
			return
		}
		if _, err := io.WriteString(conn, response); err != nil || strings.Contains(response, "until the end") {
			return
		}
	}
}

// response makes the response to a request.
func (moody) response(random *rand.Rand, head string) string {
	word := strings.Fields(head)[1][1:]
	body := strings.Repeat(word+"|", 1+random.IntN(1<<random.IntN(15)))
	fields := "X-Word: " + word + "\r\n"
	switch random.IntN(5) {
	case 0:
		return fmt.Sprintf("HTTP/1.1 200 OK\r\n%sTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\nX: y\r\n\r\n", fields, len(body), body)
	case 1:
		return "HTTP/1.1 200 until the end\r\n" + fields + "\r\n" + body
	case 2:
		return "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 204 No Content\r\n" + fields + "\r\n"
	}
	return fmt.Sprintf("HTTP/1.1 200 OK\r\n%sContent-Length: %d\r\n\r\n%s", fields, len(body), body)
}

// restless is a client that asks until the time is up, on many connections, of which it leaves some at any point.
type restless struct {
	t      *testing.T
	addr   string
	number int
	random *rand.Rand
	// whole counts the responses that were read to their end.
	whole *atomic.Int64
}

func (c *restless) run(until time.Time) {
	for asked := 0; time.Now().Before(until); {
		conn, err := net.Dial("tcp", c.addr)
		if err != nil {
			c.t.Error(err)
			return
		}
		_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
		var words []string
		for range 1 + c.random.IntN(4) {
			asked++
			words = append(words, fmt.Sprintf("%s/%d-%d", []string{"plain", "balanced"}[c.random.IntN(2)], c.number, asked))
		}
		c.visit(conn, words)
		if c.random.IntN(3) == 0 {
			_ = conn.(*net.TCPConn).SetLinger(0)
		}
		closeQuietly(conn)
	}
}

// visit sends requests on a connection, at once or one by one, and reads what comes.
func (c *restless) visit(conn net.Conn, words []string) {
	r := bufio.NewReader(conn)
	pipelined := c.random.IntN(4) == 0
	for _, word := range words {
		text := c.request(word)
		if c.random.IntN(20) == 0 {
			_, _ = io.WriteString(conn, text[:c.random.IntN(len(text))])
			return
		}
		if _, err := io.WriteString(conn, text); err != nil || c.random.IntN(20) == 0 {
			return
		}
		if !pipelined && !c.read(r, word) {
			return
		}
	}
	for _, word := range words {
		if !pipelined || !c.read(r, word) {
			return
		}
	}
}

func (c *restless) request(word string) string {
	body := strings.Repeat("b", 1<<c.random.IntN(17))
	switch c.random.IntN(5) {
	case 0:
		return fmt.Sprintf("POST /%s HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n%s", word, len(body), body)
	case 1:
		return fmt.Sprintf("POST /%s HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", word, len(body), body)
	case 2:
		return fmt.Sprintf("POST /%s HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n%s", word, len(body), body)
	}
	return "GET /" + word + " HTTP/1.1\r\nHost: a\r\n\r\n"
}

// read reads the response to a request, which must be its own, and says whether the connection goes on.
func (c *restless) read(r *bufio.Reader, word string) bool {
	response, err := http.ReadResponse(r, &http.Request{Method: http.MethodPost})
	for err == nil && response.StatusCode/100 == 1 {
		response, err = http.ReadResponse(r, &http.Request{Method: http.MethodPost})
	}
	if err != nil {
		return false
	}
	defer closeQuietly(response.Body)
	_, own, _ := strings.Cut(word, "/")
	var body strings.Builder
	_, err = io.CopyN(&body, response.Body, int64(1<<c.random.IntN(20)))
	if response.StatusCode/100 == 2 && (response.Header.Get("X-Word") != own || !repeats(body.String(), own+"|")) {
		// A backend that stops within the first word of its response says something without a head (HTTP/0.9).
		if !strings.HasPrefix("HTTP/1.1 ", body.String()) {
			c.t.Errorf("the response to %s is that to %q: %.100q", word, response.Header.Get("X-Word"), body.String())
		}
	}
	if errors.Is(err, io.EOF) {
		c.whole.Add(1)
	}
	return errors.Is(err, io.EOF) && !response.Close
}

// repeats says whether text is a piece again and again, the last one perhaps in part.
func repeats(text, piece string) bool {
	return strings.HasPrefix(strings.Repeat(piece, len(text)/len(piece)+1), text)
}

// TestFaultsTogether: clients and backends that do anything at the same time get no response that is another's, and leave
// nothing behind: no request in work, no connection that is not idle, nobody who waits (and start looks for the rest).
func TestFaultsTogether(t *testing.T) {
	var seed atomic.Uint64
	backend := moody{func() *rand.Rand { return rand.New(rand.NewPCG(seed.Add(1), 2)) }}
	members := ""
	for i := range 3 {
		members += "BalancerMember http://" + speaking(t, backend.serve) + " max=" + strconv.Itoa(3+i) + " acquire=100 retry=0 ping=500ms\n"
	}
	p := compile(t, "ProxyTimeout 1\nTimeout 2\nKeepAliveTimeout 1\nCustomLog "+filepath.Join(t.TempDir(), "log")+" \"%U %s\"\n"+
		"ProxyPass /plain/ http://"+speaking(t, backend.serve)+"/ max=8\n"+
		"<Proxy balancer://b>\n"+members+"</Proxy>\nProxyPass /balanced/ balancer://b/\n", nil)
	s, addr := startWith(t, p, server.Options{})
	until := time.Now().Add(2 * time.Second)
	var clients sync.WaitGroup
	var whole atomic.Int64
	for i := range 30 {
		clients.Go(func() {
			c := restless{t, addr, i, rand.New(rand.NewPCG(uint64(i), 1)), &whole}
			c.run(until)
		})
	}
	clients.Wait()
	t.Logf("%d whole responses", whole.Load())
	if whole.Load() < 100 {
		t.Errorf("%d responses were whole", whole.Load())
	}
	within(t, func() error {
		if open := s.Connections().Open; open != 0 {
			return fmt.Errorf("%d connections of clients are open", open)
		}
		for _, w := range p.Workers() {
			pool := s.Pool(w.Slot)
			if busy := w.Slot.Busy(); busy != 0 || pool.Open != pool.Idle || pool.Waiting != 0 {
				return fmt.Errorf("%s: %d requests in work, %+v", w.Name, busy, pool)
			}
		}
		return nil
	})
}
