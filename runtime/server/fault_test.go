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
	"hints":  "HTTP/1.1 103 Early|\r\nLi|nk: x\r\n|\r\n|HTTP/1.1 200| OK\r\n|",
	"old":    "HTTP/1.0 200 OK\r\n|X: y\r\n\r\n|01234|",
	"asked":  "HTTP/1.1 100 Continue\r\n\r\n|HTTP/1.1 200 OK|\r\nContent-Length: 0\r\n|",
	"none":   "HTTP/1.1 204 No Content\r\nX: y\r\n|\r\n|",
}

// wholeResponse is one of them behind which nothing is missing.
const wholeResponse = "HTTP/1.1 204 No Content\r\nX: y\r\n\r\n"

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
	for _, framing := range []string{"length", "chunks", "close", "hints", "old", "asked", "none"} {
		points := strings.Split(broken[framing], "|")
		for i := range points[1:] {
			for _, how := range stops {
				for bits := range 8 {
					f := fault{
						framing: framing, sent: strings.Join(points[:i+1], ""), how: how,
						later: bits&1 != 0, pooled: bits&2 != 0, member: bits&4 != 0,
					}
					if f.sent == wholeResponse && how == bySilence {
						continue // nobody waits behind it
					}
					if how == bySilence && (f.later != f.pooled || f.later != f.member) {
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
	dates []date
}

// date is what the two ends of a case wait for: that the client got the first bytes or all of its answer, and that the
// backend is gone.
type date struct{ begun, answered, gone chan struct{} }

func newDates(n int) []date {
	dates := make([]date, n)
	for i := range dates {
		dates[i] = date{make(chan struct{}), make(chan struct{}), make(chan struct{})}
	}
	return dates
}

func newFaultBackend(cases []fault) *faultBackend {
	return &faultBackend{cases: cases, came: make([]string, len(cases)), conns: make([]map[net.Conn]int, len(cases)), dates: newDates(len(cases))}
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
			c.stop(conn, b.dates[i].begun)
			closeQuietly(conn)
			close(b.dates[i].gone)
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

// corked lets what is written to a connection come with its end.
func corked(conn net.Conn) {
	const cork = 3 // TCP_CORK of Linux: bytes are kept back until a packet is full or the connection ends
	if raw, err := conn.(*net.TCPConn).SyscallConn(); err == nil {
		_ = raw.Control(func(fd uintptr) { _ = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, cork, 1) })
	}
}

// stop sends what comes before the fault, and stops.
func (f fault) stop(conn net.Conn, begun <-chan struct{}) {
	if f.once {
		corked(conn)
	}
	_, _ = io.WriteString(conn, f.sent)
	if _, _, head := strings.Cut(f.sent, " 20"); head && strings.Contains(f.sent, "\r\n\r\n") && f.framing != "hints" && f.framing != "asked" && !f.once {
		select {
		case <-begun: // so that it is read before the end comes
		case <-time.After(500 * time.Millisecond): // httpd holds everything back from the last chunk on
		}
	}
	switch f.how {
	case byEnd:
	case byReset:
		_ = conn.(*net.TCPConn).SetLinger(0)
	case bySilence:
		_, _ = io.Copy(io.Discard, conn) // until the proxy gives up
	}
}

// config has a worker of its own for each case, so that none sees what another made of it. Only for a backend that is silent
// the time is short: others may be slow on a busy machine.
func (b *faultBackend) config(addr, log string) string {
	var text strings.Builder
	text.WriteString("ServerName front.test\nProxyTimeout 30\nMaxKeepAliveRequests 0\n")
	for i, c := range b.cases {
		params, strict := "", ""
		if c.how == bySilence {
			params = " timeout=1"
		}
		if c.later { // which outcomes mark the member does not depend on that
			strict = "ProxySet failontimeout=On failonstatus=502\n"
		}
		if c.member {
			fmt.Fprintf(&text, "<Proxy balancer://b%04[1]d>\nBalancerMember http://%[2]s/c%04[1]d%[4]s\n"+
				"BalancerMember http://%[2]s/c%04[1]d/standby status=+H\n%[3]s</Proxy>\nProxyPass /c%04[1]d/ balancer://b%04[1]d/\n", i, addr, strict, params)
		} else {
			fmt.Fprintf(&text, "ProxyPass /c%04d/ http://%s/c%04d/%s\n", i, addr, i, params)
		}
	}
	fmt.Fprintf(&text, "CustomLog %s \"%%U %%>s %%B %%X %%k %%O\"\n", log)
	return text.String()
}

// ask runs a case and says what the client saw: the bytes of the response that broke off, how the connection ended, and
// what a request that comes later gets.
func (f fault) ask(addr string, i int, d date) string {
	begun := sync.OnceFunc(func() { close(d.begun) })
	defer begun()
	nothing := func() {}
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return err.Error()
	}
	defer closeQuietly(conn)
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	switch {
	case f.later:
		_ = askWord(conn, i, "before", nothing)
	case f.pooled:
		other, err := net.Dial("tcp", addr)
		if err != nil {
			return err.Error()
		}
		_ = askWord(other, i, "before", nothing)
		closeQuietly(other)
	}
	seen := askWord(conn, i, "fault", begun)
	closeQuietly(conn)
	return d.then(seen, addr, i)
}

// then adds to what a client of a case has seen what a later one gets.
func (d date) then(seen, addr string, i int) string {
	select {
	case <-d.gone: // a connection of the pool that ends while it is used is a race
	case <-time.After(20 * time.Second):
		return seen + "\nthe backend got nothing"
	}
	again, err := net.Dial("tcp", addr)
	if err != nil {
		return err.Error()
	}
	defer closeQuietly(again)
	_ = again.SetDeadline(time.Now().Add(20 * time.Second))
	return seen + "\nthen " + firstLine(askWord(again, i, "after", func() {}))
}

// askWord asks for a word of a case and returns what receiveWhole does.
func askWord(conn net.Conn, i int, word string, begun func()) string {
	if _, err := fmt.Fprintf(conn, "GET /c%04d/%s HTTP/1.1\r\nHost: front.test\r\n\r\n", i, word); err != nil {
		return err.Error()
	}
	return receiveWhole(conn, begun)
}

// receiveWhole reads a response and returns its bytes and how it ended. It calls begun when there are any.
func receiveWhole(conn net.Conn, begun func()) string {
	var bytes strings.Builder
	r := bufio.NewReader(io.TeeReader(conn, &bytes))
	if _, err := r.Peek(1); err == nil {
		begun()
	}
	response, err := http.ReadResponse(r, &http.Request{Method: http.MethodGet})
	for err == nil && response.StatusCode/100 == 1 {
		response, err = http.ReadResponse(r, &http.Request{Method: http.MethodGet})
	}
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
			b := newFaultBackend(cases)
			log := filepath.Join(t.TempDir(), "access.log")
			config := b.config(speaking(t, b.serve), log)
			var addr string
			if engine == "httpd" {
				addr = startHTTPD(t, config)
				software = serverField.FindStringSubmatch(raw(addr, "GET /none HTTP/1.0\r\n\r\n"))[1]
			} else {
				_, addr = startWith(t, compile(t, config, nil), server.Options{Software: software})
			}
			b.askAll(addr, seen[which])
			b.mu.Lock()
			defer b.mu.Unlock()
			came[which], logs[which] = slices.Clone(b.came), linesByCase(t, log, len(cases), b.requests())
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

// askAll runs the cases, many at a time since most of them wait.
func (b *faultBackend) askAll(addr string, seen []string) {
	var running sync.WaitGroup
	slots := make(chan struct{}, 24)
	for i, c := range b.cases {
		slots <- struct{}{}
		running.Go(func() {
			seen[i] = c.ask(addr, i, b.dates[i])
			<-slots
		})
	}
	running.Wait()
}

// requests is how many requests the clients send.
func (b *faultBackend) requests() int {
	n := 0
	for _, c := range b.cases {
		n += 2 // the one of the fault, and the one that comes later
		if c.later || c.pooled {
			n++
		}
	}
	return n
}

// linesByCase returns what the log has of each case, when it has the lines of so many requests: a line is written when the
// connection is done with the response.
func linesByCase(t *testing.T, name string, cases, requests int) []string {
	t.Helper()
	var text []byte
	within(t, func() (err error) {
		text, err = os.ReadFile(name)
		if n := strings.Count(string(text), "\n/c") + 1; err == nil && n < requests {
			err = fmt.Errorf("the log has %d lines of %d requests", n, requests)
		}
		return err
	})
	all := make([]string, cases)
	for _, line := range slices.Sorted(strings.Lines(string(text))) {
		var i int
		if _, err := fmt.Sscanf(line, "/c%04d/", &i); err == nil && i < cases {
			all[i] += line
		}
	}
	return all
}
