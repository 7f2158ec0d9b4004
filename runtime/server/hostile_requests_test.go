package server_test

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lbconf/lbconf/runtime/server"
)

const hostileHead = " @ HTTP/1.1\\r\\nHost: front.test\\r\\n"

var requestMacros = map[string]string{
	"get": "GET" + hostileHead, "post": "POST" + hostileHead, "end": "\\r\\n", "host": "Host: front.test\\r\\n",
	"chunked": "Transfer-Encoding: chunked\\r\\n", "next": "GET @/next HTTP/1.1\\r\\nHost: front.test\\r\\n\\r\\n",
}

const hostileConfig = `
ServerName front.test
RequestReadTimeout header=3 body=3
ProxyPass / http://BACKEND/
<VirtualHost *>
ServerName front.test
</VirtualHost>
<VirtualHost *>
ServerName other.test
</VirtualHost>
`

// TestHostileRequests: what no client that means well sends is answered as httpd answers it, no byte of a request that is
// refused at its head reaches the backend, and what does reach it is byte for byte what httpd sends: exactly the requests
// that were meant, by any reader.
func TestHostileRequests(t *testing.T) { compareHostile(t, "", "testdata/hostile/requests.txt") }

// TestHostileRequestsUnsafe is the same where HttpProtocolOptions takes what is no HTTP.
func TestHostileRequestsUnsafe(t *testing.T) {
	compareHostile(t, "HttpProtocolOptions Unsafe\n", "testdata/hostile/unsafe.txt")
}

func compareHostile(t *testing.T, settings, file string) {
	t.Helper()
	table := readHostile(t, file, requestMacros)
	engines := [2]*recorder{newRecorder(t), newRecorder(t)}
	var answers [2][]string
	for which, backend := range engines {
		config := settings + strings.ReplaceAll(hostileConfig, "BACKEND", backend.addr)
		var addr string
		if which == 0 {
			addr = startHTTPD(t, config)
		} else {
			_, addr = startWith(t, compile(t, config, nil), server.Options{})
		}
		answers[which] = make([]string, len(table.cases))
		each(len(table.cases), func(i int) {
			answers[which][i] = rawResponses(addr, table.cases[i].text, table.cases[i].responses(which))
		})
		backend.finish()
	}
	sent := [2][][]string{engines[0].perCase(len(table.cases)), engines[1].perCase(len(table.cases))}
	var outcomes [2][]string
	for which := range outcomes {
		for i, answer := range answers[which] {
			outcomes[which] = append(outcomes[which], fmt.Sprintf("%s %d", hostileOutcome(answer), len(sent[which][i])))
		}
	}
	table.compare(t, outcomes, answers, func(t *testing.T, i int, c *hostileCase) {
		t.Helper()
		if diff := cmp.Diff(sent[0][i], sent[1][i]); diff != "" && c.departure == "" {
			t.Errorf("the backend got (-httpd +lbconf):\n%s", diff)
		}
		for _, request := range sent[1][i] {
			if err := oneRequest(request); err != nil && settings == "" {
				t.Errorf("%q: %v", request, err)
			}
		}
	})
	theirs := engines[0].strays()
	for _, stray := range engines[1].strays() {
		if !slices.Contains(theirs, stray) {
			t.Errorf("the backend got %q of no case, which httpd does not send", stray)
		}
	}
}

// TestHostileRequestsInPieces: it makes no difference whether a request comes at once or in pieces.
func TestHostileRequestsInPieces(t *testing.T) {
	table := readHostile(t, "testdata/hostile/requests.txt", requestMacros)
	backend := newRecorder(t)
	_, addr := startWith(t, compile(t, strings.ReplaceAll(hostileConfig, "BACKEND", backend.addr), nil), server.Options{})
	answers := make([]string, len(table.cases))
	each(len(table.cases), func(i int) { answers[i] = rawInPieces(addr, &table.cases[i], uint64(i)) })
	backend.finish()
	sent := backend.perCase(len(table.cases))
	for i, c := range table.cases {
		if got := fmt.Sprintf("%s %d", hostileOutcome(answers[i]), len(sent[i])); got != c.want() {
			t.Errorf("%s: %s, want %s\n%.400q", c.name, got, c.want(), answers[i])
		}
	}
}

// rawInPieces is raw with some milliseconds between parts of the request.
func rawInPieces(addr string, c *hostileCase, seed uint64) string {
	request := c.text
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return err.Error()
	}
	defer closeQuietly(conn)
	random := rand.New(rand.NewPCG(seed, 1))
	for range 4 {
		cut := random.IntN(len(request) + 1)
		_, _ = io.WriteString(conn, request[:cut]) // the server may have closed already
		request = request[cut:]
		time.Sleep(2 * time.Millisecond)
	}
	_, _ = io.WriteString(conn, request)
	return readUntilQuiet(conn, c.text, c.responses(1))
}

// each calls do for all numbers below n, some at a time.
func each(n int, do func(i int)) {
	var running sync.WaitGroup
	slots := make(chan struct{}, 20)
	for i := range n {
		slots <- struct{}{}
		running.Go(func() {
			do(i)
			<-slots
		})
	}
	running.Wait()
}

// recorder is a backend that keeps every byte that it gets.
type recorder struct {
	addr     string
	listener net.Listener
	running  sync.WaitGroup

	mu       sync.Mutex
	requests []string
	pieces   []string
}

func newRecorder(t *testing.T) *recorder {
	t.Helper()
	r := &recorder{listener: listen(t)}
	r.addr = r.listener.Addr().String()
	go func() {
		for {
			conn, err := r.listener.Accept()
			if err != nil {
				return
			}
			r.running.Go(func() { r.serve(conn) })
		}
	}()
	return r
}

// serve answers each request and notes it; what is no whole request at the end of the connection is a piece.
func (r *recorder) serve(conn net.Conn) {
	defer closeQuietly(conn)
	seen := &strings.Builder{}
	in := bufio.NewReader(io.TeeReader(conn, seen))
	taken := 0
	for {
		message, err := readMessage(in)
		r.mu.Lock()
		if err != nil {
			if rest := seen.String()[taken:]; rest != "" {
				r.pieces = append(r.pieces, rest)
			}
			r.mu.Unlock()
			return
		}
		taken += len(message)
		r.requests = append(r.requests, message)
		r.mu.Unlock()
		if _, err := io.WriteString(conn, ok); err != nil {
			return
		}
	}
}

// finish accepts no more.
func (r *recorder) finish() { closeQuietly(r.listener) }

// perCase returns the requests of each case in their order.
func (r *recorder) perCase(n int) [][]string {
	r.mu.Lock()
	defer r.mu.Unlock()
	cases := make([][]string, n)
	for _, request := range r.requests {
		if i, ok := caseOf(request, n); ok {
			cases[i] = append(cases[i], strings.ReplaceAll(request, r.addr, "BACKEND"))
		}
	}
	return cases
}

// strays are the requests without a number of a case and what was no request.
func (r *recorder) strays() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var strays []string
	for _, request := range append(slices.Clip(r.requests), r.pieces...) {
		if _, ok := caseOf(request, 1<<30); !ok || slices.Contains(r.pieces, request) {
			strays = append(strays, strings.ReplaceAll(request, r.addr, "BACKEND"))
		}
	}
	slices.Sort(strays)
	return strays
}

// caseOf finds the number of a case in a request line.
func caseOf(request string, n int) (number int, ok bool) {
	line, _, _ := strings.Cut(request, "\r\n")
	_, after, found := strings.Cut(line, "/c")
	if !found {
		return 0, false
	}
	if _, err := fmt.Sscanf(after, "%d", &number); err != nil || number >= n {
		return 0, false
	}
	return number, true
}

// oneRequest says whether net/http finds one request in a text, which ends where the text ends.
func oneRequest(text string) error {
	in := bufio.NewReader(strings.NewReader(text))
	request, err := http.ReadRequest(in)
	if err != nil {
		if strings.HasPrefix(text, "CONNECT ") || strings.Contains(err.Error(), "invalid method") || strings.Contains(err.Error(), "parse ") {
			return nil // it reads fewer targets and methods than HTTP has
		}
		return fmt.Errorf("net/http reads %w", err)
	}
	if _, err := io.Copy(io.Discard, request.Body); err != nil {
		return fmt.Errorf("net/http reads a body with %w", err)
	}
	if rest, _ := io.ReadAll(in); len(rest) > 0 { // there is nothing that could fail
		return fmt.Errorf("net/http finds %q behind it", rest)
	}
	return nil
}
