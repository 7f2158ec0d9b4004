package server_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lbconf/lbconf/runtime/server"
)

// broken are responses with a bar at each point where a backend may stop.
var broken = map[string]string{
	"length": "|HTTP/1.1 20|0 OK|\r\n|Content-Len|gth: 10\r\n|X: y\r\n|\r\n|01234|",
	"chunks": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n|1|0\r|\n|01234|56789abcdef|\r|\n|0|\r\n|X: |y\r\n|",
	"close":  "HTTP/1.1 200 OK\r\nX: y\r\n\r\n|01234|",
	"none":   "HTTP/1.1 204 No Content\r\nX: y\r\n|\r\n|",
}

// stop is how a backend stops.
type stop int

const (
	byEnd stop = iota
	byReset
	bySilence
)

var stops = []stop{byEnd, byReset, bySilence}

func (s stop) String() string { return [...]string{"end", "reset", "silence"}[s] }

// fault is a backend that stops in the middle of a response.
type fault struct {
	framing string
	// sent is what it sends before; once says that its end comes in the same packet.
	sent string
	once bool
	how  stop
	// later says that the client's connection carried a request before, pooled that the backend's did.
	later, pooled bool
	// member says that the backend is one of a balancer.
	member bool
}

func (f fault) String() string {
	return fmt.Sprintf("%s %q, once %v, %v, later %v, pooled %v, member %v", f.framing, f.sent, f.once, f.how, f.later, f.pooled, f.member)
}

func faults() []fault {
	var list []fault
	for _, framing := range []string{"length", "chunks", "close", "none"} {
		points := strings.Split(broken[framing], "|")
		for i := range points[1:] {
			for _, how := range stops {
				for bits := range 8 {
					f := fault{
						framing: framing, sent: strings.Join(points[:i+1], ""), how: how,
						later: bits&1 != 0, pooled: bits&2 != 0, member: bits&4 != 0,
					}
					if how == bySilence && f.later != f.pooled {
						continue // each of them waits for a second
					}
					list = append(list, f)
					if how == byEnd && bits&3 == 0 && f.sent != "" {
						f.once = true
						list = append(list, f)
					}
				}
			}
		}
	}
	return list
}

// faultBackend stops as the case in the path of a request says, and keeps which of its connections got which request.
type faultBackend struct {
	cases []fault
	mu    sync.Mutex
	// came are the last words of the paths with the number of the connection, by case; conns is how many there were.
	came  []string
	conns []map[net.Conn]int
}

var faultPath = regexp.MustCompile(`^\w+ /c(\d+)(/standby)?/(\w+) `)

func (b *faultBackend) serve(conn net.Conn) {
	r := bufio.NewReader(conn)
	for {
		request, err := readMessage(r)
		if err != nil {
			return
		}
		match := faultPath.FindStringSubmatch(request)
		if match == nil {
			return
		}
		var i int
		_, _ = fmt.Sscan(strings.TrimLeft(match[1], "0")+" ", &i)
		b.note(i, match[2]+match[3], conn)
		c := b.cases[i]
		switch word := match[2] + match[3]; {
		case word == "fault":
			c.stop(conn)
			return
		case word == "before" && !c.pooled:
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok")
			return
		}
		if _, err := io.WriteString(conn, ok); err != nil {
			return
		}
	}
}

func (b *faultBackend) note(i int, word string, conn net.Conn) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.conns[i] == nil {
		b.conns[i] = make(map[net.Conn]int)
	}
	if b.conns[i][conn] == 0 {
		b.conns[i][conn] = len(b.conns[i]) + 1
	}
	b.came[i] += fmt.Sprintf("%s on %d, ", word, b.conns[i][conn])
}

// cork is an option of Linux that keeps bytes back until a packet is full or the connection ends (TCP_CORK).
const cork = 3

// stop sends what comes before the fault, and stops.
func (f fault) stop(conn net.Conn) {
	if f.once {
		if raw, err := conn.(*net.TCPConn).SyscallConn(); err == nil {
			_ = raw.Control(func(fd uintptr) { _ = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, cork, 1) })
		}
	}
	_, _ = io.WriteString(conn, f.sent)
	if f.sent != "" && f.how != bySilence && !f.once {
		time.Sleep(20 * time.Millisecond) // so that it is read before the end comes
	}
	switch f.how {
	case byEnd:
	case byReset:
		_ = conn.(*net.TCPConn).SetLinger(0)
	case bySilence:
		_, _ = io.Copy(io.Discard, conn) // until the proxy gives up
	}
}

// config has a worker of its own for each case, so that none sees what another made of it.
func (b *faultBackend) config(addr, log string) string {
	var text strings.Builder
	text.WriteString("ServerName front.test\nProxyTimeout 1\nMaxKeepAliveRequests 0\n")
	for i, c := range b.cases {
		if c.member {
			fmt.Fprintf(&text, "<Proxy balancer://b%04[1]d>\nBalancerMember http://%[2]s/c%04[1]d\nBalancerMember http://%[2]s/c%04[1]d/standby status=+H\n</Proxy>\nProxyPass /c%04[1]d/ balancer://b%04[1]d/\n", i, addr)
		} else {
			fmt.Fprintf(&text, "ProxyPass /c%04d/ http://%s/c%04d/\n", i, addr, i)
		}
	}
	fmt.Fprintf(&text, "CustomLog %s \"%%U %%>s %%B %%X %%k %%O\"\n", log)
	return text.String()
}

// ask runs a case and says what the client saw: the bytes of the response that broke off, how the connection ended, and
// what a request that comes later gets.
func (f fault) ask(addr string, i int) string {
	send := func(conn net.Conn, word string) string {
		if _, err := fmt.Fprintf(conn, "GET /c%04d/%s HTTP/1.1\r\nHost: front.test\r\n\r\n", i, word); err != nil {
			return err.Error()
		}
		return receiveWhole(conn)
	}
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return err.Error()
	}
	defer closeQuietly(conn)
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	switch {
	case f.later:
		_ = send(conn, "before")
	case f.pooled:
		other, err := net.Dial("tcp", addr)
		if err != nil {
			return err.Error()
		}
		_ = send(other, "before")
		closeQuietly(other)
	}
	seen := send(conn, "fault")
	closeQuietly(conn)
	again, err := net.Dial("tcp", addr)
	if err != nil {
		return err.Error()
	}
	defer closeQuietly(again)
	_ = again.SetDeadline(time.Now().Add(20 * time.Second))
	return seen + "\nthen " + firstLine(send(again, "after"))
}

// receiveWhole reads a response and returns its bytes and how it ended.
func receiveWhole(conn net.Conn) string {
	var bytes strings.Builder
	r := bufio.NewReader(io.TeeReader(conn, &bytes))
	response, err := http.ReadResponse(r, &http.Request{Method: http.MethodGet})
	if err == nil {
		defer closeQuietly(response.Body)
		_, err = io.Copy(io.Discard, response.Body)
	}
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return bytes.String() + "<ended>"
	case errors.Is(err, syscall.ECONNRESET):
		return bytes.String() + "<reset>"
	case err != nil:
		return bytes.String() + "<" + err.Error() + ">"
	case response.Close:
		return bytes.String() + "<close>"
	}
	return bytes.String() + "<open>"
}

// TestFaultsAgainstHTTPD lets backends stop at each point of a response: what the client gets, the line of the log, which
// connections are used again and what becomes of the member are as in httpd.
func TestFaultsAgainstHTTPD(t *testing.T) {
	cases := faults()
	var seen, came, logs [2][]string
	var software string
	for which, engine := range []string{"httpd", "lbconf"} {
		seen[which] = make([]string, len(cases))
		t.Run(engine, func(t *testing.T) {
			b := &faultBackend{cases: cases, came: make([]string, len(cases)), conns: make([]map[net.Conn]int, len(cases))}
			log := filepath.Join(t.TempDir(), "access.log")
			config := b.config(speaking(t, b.serve), log)
			var addr string
			if engine == "httpd" {
				addr = startHTTPD(t, config)
				software = serverField.FindStringSubmatch(raw(addr, "GET /none HTTP/1.0\r\n\r\n"))[1]
			} else {
				_, addr = startWith(t, compile(t, config, nil), server.Options{Software: software})
			}
			askAll(cases, addr, seen[which])
			b.mu.Lock()
			defer b.mu.Unlock()
			came[which], logs[which] = slices.Clone(b.came), linesByCase(t, log, len(cases))
		})
	}
	for i, c := range cases {
		got := [2]string{}
		for which := range got {
			got[which] = dateNow.ReplaceAllString(seen[which][i], "$1: <now>\r") +
				"\nbackend: " + came[which][i] + "\n" + logs[which][i]
		}
		if diff := cmp.Diff(strings.Split(got[0], "\n"), strings.Split(got[1], "\n")); diff != "" {
			t.Errorf("%v (-httpd +lbconf):\n%s", c, diff)
		}
	}
}

func askAll(cases []fault, addr string, seen []string) {
	var running sync.WaitGroup
	slots := make(chan struct{}, 40)
	for i, c := range cases {
		slots <- struct{}{}
		running.Go(func() {
			seen[i] = c.ask(addr, i)
			<-slots
		})
	}
	running.Wait()
}

// linesByCase returns what the log has of each case.
func linesByCase(t *testing.T, name string, cases int) []string {
	t.Helper()
	time.Sleep(100 * time.Millisecond) // httpd writes the line when the connection is done with the response
	text, err := os.ReadFile(name)
	if err != nil {
		t.Error(err)
	}
	all := make([]string, cases)
	for _, line := range slices.Sorted(strings.Lines(string(text))) {
		var i int
		if _, err := fmt.Sscanf(line, "/c%04d/", &i); err == nil && i < cases {
			all[i] += line
		}
	}
	return all
}
