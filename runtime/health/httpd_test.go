package health_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lbconf/lbconf/ir/lower"
	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/runtime/health"
	"github.com/lbconf/lbconf/runtime/internal/clock"
	"github.com/lbconf/lbconf/runtime/internal/httpdtest"
	"github.com/lbconf/lbconf/runtime/program"
	"github.com/lbconf/lbconf/runtime/proxy"
)

// probeCase is a member and what its backend answers to a check.
type probeCase struct {
	name string
	// member is the path of the member and its parameters.
	member string
	// answer is sent when the head of a request has arrived, and then the connection is closed unless hold. An answer "drop"
	// closes the connection when it is accepted, "refuse" is a port on which nobody listens.
	answer string
	hold   bool
}

const chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

// conditions are those that the cases name with hcexpr.
const conditions = `ProxyHCExpr status {%{REQUEST_STATUS} =~ /^[4]/}
ProxyHCExpr range {%{REQUEST_STATUS} -ge 200 && %{REQUEST_STATUS} -lt 500}
ProxyHCExpr field {resp('X-Health') == 'fine'}
ProxyHCExpr nofield {-z resp('X-Health')}
ProxyHCExpr body {hc('body') =~ /"state": *"up"/}
ProxyHCExpr upper {hc('BODY') == 'up'}
ProxyHCExpr other {hc('head') == ''}
ProxyHCExpr variable "%{HC_BODY} == 'up'"
ProxyHCExpr type {%{CONTENT_TYPE} == 'text/plain'}
ProxyHCExpr never false
ProxyHCExpr always {true}
ProxyHCExpr text {tolower(resp('X-Health')) in {'fine', 'ok'}}
ProxyHCExpr groups {resp('X-Health') =~ /^(.*)-(.*)$/ && $1 == $2}
ProxyHCExpr twice {false}
ProxyHCExpr twice {true}
`

var probeCases = []probeCase{
	{"TCP", " hcmethod=TCP", "", true},
	{"TCP that ends at once", " hcmethod=TCP", "drop", false},
	{"TCP refused", " hcmethod=TCP", "refuse", false},
	{"refused", " hcmethod=GET hcuri=/h", "refuse", false},
	{"dropped", " hcmethod=GET hcuri=/h", "drop", false},
	{"OPTIONS", " hcmethod=OPTIONS hcuri=/h", "HTTP/1.1 200 OK\r\n\r\n", true},
	{"OPTIONS11", "/p hcmethod=OPTIONS11", "HTTP/1.1 200 OK\r\n\r\n", true},
	{"HEAD", " hcmethod=HEAD hcuri=/h", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", true},
	{"HEAD11", "/p hcmethod=HEAD11 hcuri=/h?a=b", "HTTP/1.1 200 OK\r\n\r\n", true},
	{"HEAD and a head that breaks off", " hcmethod=HEAD hcuri=/h", "HTTP/1.1 200 OK\r\nA: b\r\n", false},
	{"HEAD and a head that does not end", " hcmethod=HEAD hcuri=/h", "HTTP/1.1 200 OK\r\nA: b\r\n", true},
	{"HEAD and half a field", " hcmethod=HEAD hcuri=/h", "HTTP/1.1 200 OK\r\nA: b\r\nB", false},
	{"HEAD and a status line alone", " hcmethod=HEAD hcuri=/h", "HTTP/1.1 200 OK\r\n", false},
	{"HEAD and a status line that does not go on", " hcmethod=HEAD hcuri=/h", "HTTP/1.1 200 OK\r\n", true},
	{"HEAD and half a status line", " hcmethod=HEAD hcuri=/h", "HTTP/1.1 200 OK", false},
	{"GET", " hcmethod=GET hcuri=/h", "HTTP/1.0 200 OK\r\n\r\nhello", false},
	{"GET11", " hcmethod=GET11 hcuri=/h", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", true},
	{"lower case method", " hcmethod=get11 hcuri=h", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", true},
	{"no URI", " hcmethod=GET", "HTTP/1.1 200 OK\r\n\r\n", false},
	{"no URI behind a path", "/p hcmethod=GET", "HTTP/1.1 200 OK\r\n\r\n", false},
	{"a path that is a slash", "/ hcmethod=GET hcuri=/h", "HTTP/1.1 200 OK\r\n\r\n", false},
	{"a slash alone", "/ hcmethod=GET", "HTTP/1.1 200 OK\r\n\r\n", false},
	{"an escaped path", "/a%20b hcmethod=GET hcuri=/%2f", "HTTP/1.1 200 OK\r\n\r\n", false},
	{"no length and no end", " hcmethod=GET hcuri=/h", "HTTP/1.1 200 OK\r\n\r\nhello", true},
	{"204 without an end", " hcmethod=GET11 hcuri=/h", "HTTP/1.1 204 No Content\r\n\r\n", true},
	{"304 without an end", " hcmethod=GET11 hcuri=/h", "HTTP/1.1 304 Not Modified\r\n\r\n", true},
	{"304", " hcmethod=GET11 hcuri=/h", "HTTP/1.1 304 Not Modified\r\n\r\n", false},
	{"body that breaks off", " hcmethod=GET hcuri=/h", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello", false},
	{"body longer than it says", " hcmethod=GET hcuri=/h", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhello", false},
	{"body of nothing and more", " hcmethod=GET hcuri=/h", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nhello", true},
	{"two lengths", " hcmethod=GET hcuri=/h", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 9\r\n\r\nhello", true},
	{"two lengths, the longer first", " hcmethod=GET hcuri=/h", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nContent-Length: 5\r\n\r\nhello", false},
	{"bad length", " hcmethod=GET hcuri=/h", "HTTP/1.1 200 OK\r\nContent-Length: 5x\r\n\r\nhello", false},
	{"empty length", " hcmethod=GET hcuri=/h", "HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\nhello", false},
	{"signed length", " hcmethod=GET hcuri=/h", "HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\nhello", false},
	{"bad length and HEAD", " hcmethod=HEAD hcuri=/h", "HTTP/1.1 200 OK\r\nContent-Length: 5x\r\n\r\n", true},
	{"chunks", " hcmethod=GET hcuri=/h", chunked + "5\r\nhello\r\n0\r\n\r\n", true},
	{"chunks in HTTP/1.0", " hcmethod=GET hcuri=/h", strings.Replace(chunked, "1.1", "1.0", 1) + "5\r\nhello\r\n0\r\n\r\n", true},
	{"chunks with a trailer", " hcmethod=GET hcuri=/h", chunked + "5;x=y\r\nhello\r\n0\r\nA: b\r\n\r\n", true},
	{"chunks that break off", " hcmethod=GET hcuri=/h", chunked + "5\r\nhello\r\n", false},
	{"chunk that breaks off", " hcmethod=GET hcuri=/h", chunked + "5\r\nhel", false},
	{"chunks without a last line", " hcmethod=GET hcuri=/h", chunked + "5\r\nhello\r\n0\r\n", false},
	{"bad chunk size", " hcmethod=GET hcuri=/h", chunked + "x\r\nhello\r\n0\r\n\r\n", false},
	{"chunks and a length", " hcmethod=GET hcuri=/h", "HTTP/1.1 200 OK\r\nContent-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", true},
	{"chunks of something", " hcmethod=GET hcuri=/h", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n0\r\n\r\n", true},
	{"another encoding", " hcmethod=GET hcuri=/h", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nhello", false},
	{"chunks of chunks of something", " hcmethod=GET hcuri=/h", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, gzip\r\n\r\nhello", false},
	{"two encodings", " hcmethod=GET hcuri=/h", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\nhello", false},
	{"100", " hcmethod=HEAD hcuri=/h", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", true},
	{"199", " hcmethod=HEAD hcuri=/h", "HTTP/1.1 199 Odd\r\n\r\n", true},
	{"399", " hcmethod=HEAD hcuri=/h", "HTTP/1.1 399 Odd\r\n\r\n", true},
	{"400", " hcmethod=HEAD hcuri=/h", "HTTP/1.1 400 Bad Request\r\n\r\n", true},
	{"404", " hcmethod=HEAD hcuri=/h", "HTTP/1.1 404 Not Found\r\n\r\n", true},
	{"500", " hcmethod=GET hcuri=/h", "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n", true},
	{"999", " hcmethod=HEAD hcuri=/h", "HTTP/1.1 999 Odd\r\n\r\n", true},
	{"no reason", " hcmethod=HEAD hcuri=/h", "HTTP/1.1 200\r\n\r\n", true},
	{"four digits", " hcmethod=HEAD hcuri=/h", "HTTP/1.1 2000 OK\r\n\r\n", true},
	{"two digits", " hcmethod=HEAD hcuri=/h", "HTTP/1.1 20\r\n\r\n", true},
	{"a letter in the status", " hcmethod=HEAD hcuri=/h", "HTTP/1.1 20x OK\r\n\r\n", true},
	{"version 1.9", " hcmethod=HEAD hcuri=/h", "HTTP/1.9 200 OK\r\n\r\n", true},
	{"version 2.0", " hcmethod=HEAD hcuri=/h", "HTTP/2.0 200 OK\r\n\r\n", true},
	{"no version", " hcmethod=HEAD hcuri=/h", "HTTP 200 OK\r\n\r\n", true},
	{"small letters", " hcmethod=HEAD hcuri=/h", "http/1.1 200 OK\r\n\r\n", true},
	{"an empty line first", " hcmethod=HEAD hcuri=/h", "\r\nHTTP/1.1 200 OK\r\n\r\n", true},
	{"no HTTP", " hcmethod=HEAD hcuri=/h", "SSH-2.0-x\r\n\r\n", true},
	{"lines that end in LF", " hcmethod=GET hcuri=/h", "HTTP/1.1 200 OK\nContent-Length: 5\n\nhello", true},
	{"nothing", " hcmethod=GET hcuri=/h", "", false},
	{"silence", " hcmethod=GET hcuri=/h", "", true},
	{"a field without colon", " hcmethod=HEAD hcuri=/h", "HTTP/1.1 200 OK\r\nA b\r\n\r\n", true},
	{"a field of a blank", " hcmethod=HEAD hcuri=/h", "HTTP/1.1 200 OK\r\nA: b\r\n \r\n\r\n", true},
	{"a status line that goes on", " hcmethod=HEAD hcuri=/h", "HTTP/1.1 200 OK\r\n all right\r\n\r\n", true},
	{"a field that goes on", " hcmethod=HEAD hcuri=/h", "HTTP/1.1 200 OK\r\nA: b\r\n\tc d\r\n\r\n", true},
	{"a length that goes on", " hcmethod=GET hcuri=/h", "HTTP/1.1 200 OK\r\nContent-Length:\r\n 5\r\n\r\nhello", true},
	{"a colon that goes on", " hcmethod=HEAD hcuri=/h", "HTTP/1.1 200 OK\r\nA\r\n : b\r\n\r\n", true},
	{"a field without a name", " hcmethod=HEAD hcuri=/h", "HTTP/1.1 200 OK\r\n: b\r\n\r\n", true},
	{"NUL before the colon", " hcmethod=HEAD hcuri=/h", "HTTP/1.1 200 OK\r\nA\x00: b\r\n\r\n", true},
	{"a long field", " hcmethod=HEAD hcuri=/h", "HTTP/1.1 200 OK\r\nA: " + strings.Repeat("b", 9000) + "\r\n\r\n", true},
	{"a long field with a colon in its rest", " hcmethod=HEAD hcuri=/h", "HTTP/1.1 200 OK\r\nA: " + strings.Repeat("b:", 9000) + "\r\n\r\n", true},
	{"a long status line", " hcmethod=HEAD hcuri=/h", "HTTP/1.1 200 OK" + strings.Repeat("b", 9000) + "\r\n\r\n", true},
	{"hcexpr: status", " hcmethod=GET hcexpr=status", "HTTP/1.1 404 Not Found\r\n\r\n", false},
	{"hcexpr: other status", " hcmethod=GET hcexpr=STATUS", "HTTP/1.1 200 OK\r\n\r\n", false},
	{"hcexpr: range", " hcmethod=HEAD hcexpr=range", "HTTP/1.1 404 Not Found\r\n\r\n", true},
	{"hcexpr: out of range", " hcmethod=OPTIONS hcexpr=range", "HTTP/1.1 500 Oh\r\n\r\n", true},
	{"hcexpr: field", " hcmethod=HEAD hcexpr=field", "HTTP/1.1 500 Oh\r\nx-health:  fine \r\n\r\n", true},
	{"hcexpr: other field", " hcmethod=HEAD hcexpr=field", "HTTP/1.1 200 OK\r\nX-Health: bad\r\n\r\n", true},
	{"hcexpr: two fields", " hcmethod=HEAD hcexpr=field", "HTTP/1.1 200 OK\r\nX-Health: fine\r\nX-Health: bad\r\n\r\n", true},
	{"hcexpr: two fields, the other first", " hcmethod=HEAD hcexpr=field", "HTTP/1.1 200 OK\r\nX-Health: bad\r\nX-Health: fine\r\n\r\n", true},
	{"hcexpr: no field", " hcmethod=HEAD hcexpr=nofield", "HTTP/1.1 200 OK\r\n\r\n", true},
	{"hcexpr: body", " hcmethod=GET hcexpr=body", "HTTP/1.1 200 OK\r\n\r\n{\n\"state\": \"up\"}", false},
	{"hcexpr: body in chunks", " hcmethod=GET11 hcexpr=body", chunked + "8\r\n{\"state\"\r\n6\r\n:\"up\"}\r\n0\r\n\r\n", true},
	{"hcexpr: body says down", " hcmethod=GET hcexpr=body", "HTTP/1.1 200 OK\r\n\r\n{\"state\": \"down\"}", false},
	{"hcexpr: body of HEAD", " hcmethod=HEAD hcexpr=body", "HTTP/1.1 200 OK\r\n\r\n\"state\": \"up\"", false},
	{"hcexpr: body that breaks off", " hcmethod=GET hcexpr=upper", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nup", false},
	{"hcexpr: BODY", " hcmethod=GET hcexpr=upper", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nup", false},
	{"hcexpr: another part", " hcmethod=GET hcexpr=other", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nup", false},
	{"hcexpr: HC_BODY", " hcmethod=GET hcexpr=variable", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nup", false},
	{"hcexpr: CONTENT_TYPE", " hcmethod=HEAD hcexpr=type", "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n", true},
	{"hcexpr: CONTENT_TYPE with parameter", " hcmethod=HEAD hcexpr=type", "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=x\r\n\r\n", true},
	{"hcexpr: CONTENT_TYPE in capitals", " hcmethod=HEAD hcexpr=type", "HTTP/1.1 200 OK\r\nContent-Type: TEXT/plain\r\n\r\n", true},
	{"hcexpr: false", " hcmethod=GET hcexpr=never", "HTTP/1.1 200 OK\r\n\r\n", false},
	{"hcexpr: true", " hcmethod=GET hcexpr=always", "HTTP/1.1 500 Oh\r\n\r\n", false},
	{"hcexpr: TCP does not ask", " hcmethod=TCP hcexpr=never", "", true},
	{"hcexpr: list", " hcmethod=HEAD hcexpr=text", "HTTP/1.1 500 Oh\r\nX-Health: OK\r\n\r\n", true},
	{"hcexpr: groups", " hcmethod=HEAD hcexpr=groups", "HTTP/1.1 500 Oh\r\nX-Health: a-a\r\n\r\n", true},
	{"hcexpr: the last of a name", " hcmethod=HEAD hcexpr=twice", "HTTP/1.1 500 Oh\r\n\r\n", true},
	{"two hundred fields", " hcmethod=HEAD hcuri=/h", "HTTP/1.1 200 OK\r\n" + strings.Repeat("A: b\r\n", 200) + "\r\n", true},
}

// TestLikeHttpd holds that a check sends httpd's bytes and judges an answer as httpd does.
func TestLikeHttpd(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for checks of httpd")
	}
	backends := make([]*backend, len(probeCases))
	var conf strings.Builder
	conf.WriteString(conditions + "<Proxy balancer://b>\n")
	for i, c := range probeCases {
		backends[i] = newBackend(t, c)
		fmt.Fprintf(&conf, "BalancerMember http://%s%s timeout=1 hcinterval=100ms\n", backends[i].addr, c.member)
	}
	for _, b := range backends {
		if b.unbind != nil {
			_ = b.unbind() // nobody is to listen; not before the others have ports of their own
		}
	}
	conf.WriteString("</Proxy>\n")
	wanted := httpdVerdicts(t, conf.String(), backends)

	config, problems := lower.Lower(parser.Load(parser.Input{Name: "t.conf", Source: []byte(conf.String())}))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	p, report := program.Compile(config, program.Options{})
	if !report.OK() {
		t.Fatalf("%+v", report.Refused)
	}
	dialer := proxy.New(clock.Wall{}, slog.New(slog.DiscardHandler))
	defer dialer.Close()
	var probes sync.WaitGroup
	for i, w := range slices.Collect(p.Members()) {
		probes.Go(func() {
			c := &probeCases[i]
			before := len(backends[i].received())
			err := health.Wire{Dialer: dialer}.Probe(t.Context(), w, w.Slot.Check().Method)
			if (err == nil) != wanted[i] {
				t.Errorf("%s: healthy %t (%v), httpd: %t", c.name, err == nil, err, wanted[i])
			}
			all := backends[i].received()
			if len(all) > 0 && (len(all) == before || all[len(all)-1] != all[0]) {
				t.Errorf("%s: %d requests, the last is\n%q, httpd's is\n%q", c.name, len(all)-before, all[len(all)-1], all[0])
			}
		})
	}
	probes.Wait()
}

// httpdVerdicts runs httpd until each member was checked, and returns which are healthy.
func httpdVerdicts(t *testing.T, conf string, backends []*backend) []bool {
	t.Helper()
	s := httpdtest.Start(t, "LogLevel proxy_hcheck:info\nProxyHCTPsize 100\n"+conf)
	healthy := make([]bool, len(backends))
	for range 100 {
		log, err := os.ReadFile(filepath.Join(s.Root, "logs", "error_log"))
		if err != nil {
			t.Fatal(err)
		}
		missing := 0
		for i, b := range backends {
			out := strings.Contains(string(log), "Health check DISABLING http://"+b.addr)
			healthy[i] = !out && b.connections() > 1
			if !out && !healthy[i] {
				missing++
			}
		}
		if missing == 0 {
			return healthy
		}
		<-clock.Wall{}.NewTimer(100 * time.Millisecond).C()
	}
	t.Fatal("httpd did not check all members")
	return nil
}

// backend is a member that records what it gets.
type backend struct {
	addr string
	// unbind gives up the port of one that refuses connections; it is nil for the others.
	unbind func() error

	mu       sync.Mutex
	accepted int
	requests []string
}

func newBackend(t *testing.T, c probeCase) *backend {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := &backend{addr: listener.Addr().String()}
	if c.answer == "refuse" {
		b.unbind = listener.Close
		return b
	}
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			running.Go(func() {
				defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
				defer func() { _ = conn.Close() }()
				b.serve(conn, c)
			})
		}
	})
	t.Cleanup(func() {
		stop()
		_ = listener.Close() // the test is over
		running.Wait()
	})
	return b
}

func (b *backend) serve(conn net.Conn, c probeCase) {
	b.mu.Lock()
	b.accepted++
	b.mu.Unlock()
	if c.answer == "drop" {
		return
	}
	in := bufio.NewReader(conn)
	var request strings.Builder
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		request.WriteString(line)
		if line == "\r\n" {
			break
		}
	}
	b.mu.Lock()
	b.requests = append(b.requests, strings.ReplaceAll(request.String(), b.addr, "HOST"))
	b.mu.Unlock()
	if _, err := io.WriteString(conn, c.answer); err == nil && c.hold {
		_, _ = in.ReadByte() // until the other side has enough
	}
}

func (b *backend) connections() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.accepted
}

func (b *backend) received() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]string(nil), b.requests...)
}
