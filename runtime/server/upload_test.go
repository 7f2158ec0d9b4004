package server_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lbconf/lbconf/runtime/server"
)

// upload is a backend that does not take the whole body of a request.
type upload struct {
	// size is that of the body, chunked how the client sends it.
	size    int
	chunked bool
	// taken is how much of it the backend reads.
	taken int
	// answer is what it says then, and how what it does then.
	answer string
	how    stop
	member bool
}

func (u upload) String() string {
	return fmt.Sprintf("%d of %d bytes, chunked %v, %q, %v, member %v", u.taken, u.size, u.chunked, firstLine(u.answer), u.how, u.member)
}

const (
	refusal  = "HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno"
	farewell = "HTTP/1.1 403 No\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno"
)

func uploads() []upload {
	var list []upload
	add := func(size, taken int, answers ...string) {
		for _, answer := range answers {
			for _, how := range stops {
				for bits := range 4 {
					list = append(list, upload{size: size, chunked: bits&1 != 0, taken: taken, answer: answer, how: how, member: bits&2 != 0})
				}
			}
		}
	}
	for _, size := range []int{5, 50_000} {
		add(size, 0, "", refusal, farewell)
		add(size, size, "", refusal, farewell)
	}
	add(50_000, 20_000, "", refusal, farewell)
	add(largeUpload, 0, "")
	add(largeUpload, 20_000, "")
	return list
}

// largeUpload is more than systems keep between two programs.
const largeUpload = 16 << 20

// uploadBackend does with the body of a request what the case in its path says.
type uploadBackend struct {
	cases []upload
	dates []date
}

func (b uploadBackend) serve(conn net.Conn) {
	r := bufio.NewReaderSize(conn, 4096)
	for {
		head, err := readHead(r)
		if err != nil {
			return
		}
		match := faultPath.FindStringSubmatch(head)
		if match == nil {
			return
		}
		if match[3] == "after" {
			if _, err := io.WriteString(conn, ok); err != nil {
				return
			}
			continue
		}
		var i int
		_, _ = fmt.Sscan(strings.TrimLeft(match[1], "0")+" ", &i)
		b.cases[i].treat(conn, r, head, b.dates[i].answered)
		closeQuietly(conn)
		close(b.dates[i].gone)
		return
	}
}

// readHead reads the head of a request.
func readHead(r *bufio.Reader) (string, error) {
	var head strings.Builder
	for !strings.HasSuffix(head.String(), "\r\n\r\n") {
		line, err := r.ReadString('\n')
		if err != nil {
			return "", err
		}
		head.WriteString(line)
	}
	return head.String(), nil
}

// treat takes what it wants of the body, and answers and stops.
func (u upload) treat(conn net.Conn, r *bufio.Reader, head string, answered chan struct{}) {
	if u.taken == u.size {
		_, _ = readMessage(bufio.NewReader(io.MultiReader(strings.NewReader(head), r)))
	} else {
		_, _ = io.CopyN(io.Discard, r, int64(u.taken))
	}
	_, _ = io.WriteString(conn, u.answer)
	time.Sleep(20 * time.Millisecond) // so that it is read before the end comes
	switch u.how {
	case byEnd:
	case byReset:
		_ = conn.(*net.TCPConn).SetLinger(0)
	case bySilence:
		<-answered
	}
}

func (u upload) ask(addr string, i int, d date) string {
	answered := sync.OnceFunc(func() { close(d.answered) })
	defer answered()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return err.Error()
	}
	defer closeQuietly(conn)
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	framing := fmt.Sprintf("Content-Length: %d\r\n\r\n", u.size)
	if u.chunked {
		framing = fmt.Sprintf("Transfer-Encoding: chunked\r\n\r\n%x\r\n", u.size)
	}
	var sending sync.WaitGroup
	sending.Go(func() {
		_, _ = fmt.Fprintf(conn, "POST /c%04d/fault HTTP/1.1\r\nHost: front.test\r\n%s", i, framing)
		_, _ = io.WriteString(conn, strings.Repeat("x", u.size))
		if u.chunked {
			_, _ = io.WriteString(conn, "\r\n0\r\n\r\n")
		}
	})
	seen := receiveWhole(conn, func() {})
	answered()
	sending.Wait()
	closeQuietly(conn)
	return d.then(seen, addr, i)
}

// TestUploadsAgainstHTTPD: backends that answer or stop before they have read the body.
func TestUploadsAgainstHTTPD(t *testing.T) {
	cases := uploads()
	var seen, logs [2][]string
	var software string
	for which, engine := range []string{"httpd", "lbconf"} {
		seen[which] = make([]string, len(cases))
		t.Run(engine, func(t *testing.T) {
			log := filepath.Join(t.TempDir(), "access.log")
			members := make([]fault, len(cases))
			for i := range cases {
				members[i].member, members[i].how = cases[i].member, cases[i].how
			}
			b := uploadBackend{cases, newDates(len(cases))}
			config := (&faultBackend{cases: members}).config(speaking(t, b.serve), log)
			var addr string
			if engine == "httpd" {
				addr = startHTTPD(t, config)
				software = serverField.FindStringSubmatch(raw(addr, "GET /none HTTP/1.0\r\n\r\n"))[1]
			} else {
				_, addr = startWith(t, compile(t, config, nil), server.Options{Software: software})
			}
			var running sync.WaitGroup
			slots := make(chan struct{}, 40)
			for i, c := range cases {
				weight := 1
				if c.size == largeUpload {
					weight = cap(slots) / 4
				}
				for range weight {
					slots <- struct{}{}
				}
				running.Go(func() {
					seen[which][i] = c.ask(addr, i, b.dates[i])
					for range weight {
						<-slots
					}
				})
			}
			running.Wait()
			logs[which] = linesByCase(t, log, len(cases), 2*len(cases))
		})
	}
	for i, c := range cases {
		got := [2]string{}
		for which := range got {
			got[which] = dateNow.ReplaceAllString(seen[which][i], "$1: <now>\r") + "\n" + logs[which][i]
		}
		if diff := cmp.Diff(strings.Split(got[0], "\n"), strings.Split(got[1], "\n")); diff != "" {
			t.Errorf("%v (-httpd +lbconf):\n%s", c, diff)
		}
	}
}
