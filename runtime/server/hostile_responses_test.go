package server_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lbconf/lbconf/runtime/server"
)

// closes stands in a message for the end of the connection, pauses for some time.
const (
	closes = "\xfe\xfdclose\xfd\xfe"
	pauses = "\xfe\xfdpause\xfd\xfe"
)

var responseMacros = map[string]string{
	"200": "HTTP/1.1 200 OK\\r\\n", "ok": "HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok", "len": "Content-Length: 2\\r\\n", "end": "\\r\\n",
	"chunked": "Transfer-Encoding: chunked\\r\\n", "103": "HTTP/1.1 103 Early Hints\\r\\nLink: x\\r\\n\\r\\n", "close": `\xfe\xfdclose\xfd\xfe`, "pause": `\xfe\xfdpause\xfd\xfe`,
}

// TestHostileResponses: what no backend that means well sends reaches a client as it does behind httpd, and nothing of it is
// taken for the response to the next request.
func TestHostileResponses(t *testing.T) {
	table := readHostile(t, "testdata/hostile/responses.txt", responseMacros)
	var outcomes, answers [2][]string
	software := ""
	for which := range outcomes {
		config := "ServerName front.test\nRequestReadTimeout header=0 body=0\n"
		backends := make([]*liar, len(table.cases))
		for i, c := range table.cases {
			backends[i] = newLiar(t, c)
			config += fmt.Sprintf("ProxyPass /c%d/ http://%s/ retry=0 timeout=1\n", i, backends[i].addr)
		}
		var addr string
		if which == 0 {
			addr = startHTTPD(t, config)
			software = serverField.FindStringSubmatch(raw(addr, "GET /none HTTP/1.0\r\n\r\n"))[1]
		} else {
			_, addr = startWith(t, compile(t, config, nil), server.Options{Software: software})
		}
		outcomes[which], answers[which] = make([]string, len(table.cases)), make([]string, len(table.cases))
		each(len(table.cases), func(i int) {
			first := raw(addr, firstRequest(table.cases[i].name, i))
			second := raw(addr, fmt.Sprintf("GET /c%d/second HTTP/1.1\r\nHost: front.test\r\nConnection: close\r\n\r\n", i))
			answers[which][i] = strings.ReplaceAll(first+"\n--\n"+second, backends[i].addr, "BACKEND")
			outcomes[which][i] = fmt.Sprintf("%s, %s", hostileOutcome(first), backends[i].second(second))
		})
	}
	table.compare(t, outcomes, answers, func(t *testing.T, i int, c *hostileCase) {
		t.Helper()
		if diff := cmp.Diff(lines(answers[0][i]), lines(answers[1][i])); diff != "" && c.departure == "" {
			t.Errorf("the client gets (-httpd +lbconf):\n%s", diff)
		}
	})
}

// firstRequest is what a client asks, as the name of the case says.
func firstRequest(name string, i int) string {
	method, version := "GET", "1.1"
	if strings.HasPrefix(name, "HEAD: ") {
		method = "HEAD"
	}
	if strings.HasPrefix(name, "1.0: ") {
		version = "1.0"
	}
	return fmt.Sprintf("%s /c%d/first HTTP/%s\r\nHost: front.test\r\n\r\n", method, i, version)
}

// liar is a backend that sends a message to its first request, and afterwards what it should.
type liar struct {
	addr string

	mu    sync.Mutex
	conns int
	first bool
	// answered is the number of the connection on which the second request came, 0 for none.
	answered int
}

func newLiar(t *testing.T, c hostileCase) *liar {
	t.Helper()
	l := &liar{first: true}
	early := strings.HasPrefix(c.name, "early: ")
	l.addr = speaking(t, func(conn net.Conn) {
		l.mu.Lock()
		l.conns++
		number := l.conns
		l.mu.Unlock()
		if early && number == 1 && lie(conn, c.text) {
			return
		}
		in := bufio.NewReader(conn)
		for {
			if _, err := readMessage(in); err != nil {
				return
			}
			if l.takesFirst() {
				if !early && lie(conn, c.text) {
					return
				}
				continue
			}
			l.mu.Lock()
			l.answered = number
			l.mu.Unlock()
			if _, err := io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecond"); err != nil {
				return
			}
		}
	})
	return l
}

// lie sends the message, and says whether the connection ends behind it.
func lie(conn net.Conn, text string) bool {
	text, end := strings.CutSuffix(text, closes)
	for i, part := range strings.Split(text, pauses) {
		if i > 0 {
			time.Sleep(40 * time.Millisecond)
		}
		if _, err := io.WriteString(conn, part); err != nil {
			return true
		}
	}
	return end
}

func (l *liar) takesFirst() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	was := l.first
	l.first = false
	return was
}

// second says what became of the request behind the hostile response.
func (l *liar) second(answer string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.answered == 0 || !strings.HasSuffix(answer, "\r\n\r\nsecond"):
		return "then " + hostileOutcome(answer)
	case l.answered == 1:
		return "reused"
	}
	return "fresh"
}
