package differ

import (
	"bufio"
	"context"
	"io"
	"net"
	"strings"
	"sync"

	"github.com/lbconf/lbconf/parser/testenv"
)

// backends are the servers behind the front: they record what they get, and answer as the exchange says that runs.
type backends struct {
	addresses   map[string]string // by name
	reserved    []*testenv.Reservation
	listeners   []net.Listener
	tasks       sync.WaitGroup
	mu          sync.Mutex
	settled     *sync.Cond // signals that busy has become 0
	busy        int        // connections on which an answer is being sent or that are being closed
	batch       int        // the batch that is sent
	answers     []Answer   // what is left of its answers
	fill        func(string) string
	received    []*receipt
	connections map[net.Conn]bool
}

// receipt is a request as a backend got it.
type receipt struct {
	batch   int
	backend string
	kept    bool // the connection had carried another request
	text    string
}

// startBackends listens on an address for each backend, and keeps one where nobody listens for each dead one.
func startBackends(ctx context.Context, c *Case) (*backends, error) {
	b := &backends{addresses: map[string]string{}, connections: map[net.Conn]bool{}}
	b.settled = sync.NewCond(&b.mu)
	b.fill = func(text string) string { return text }
	for i, name := range append(append([]string{}, c.Backends...), c.Dead...) {
		r, err := testenv.Reserve()
		if err != nil {
			b.stop()
			return nil, err
		}
		b.reserved = append(b.reserved, r)
		b.addresses[name] = r.Addr
		if i >= len(c.Backends) {
			continue
		}
		l, err := new(net.ListenConfig).Listen(ctx, "tcp", r.Addr)
		if err != nil {
			b.stop()
			return nil, err
		}
		b.listeners = append(b.listeners, l)
		b.tasks.Go(func() { b.accept(l, name) })
	}
	return b, nil
}

func (b *backends) stop() {
	for _, l := range b.listeners {
		_ = l.Close() // nobody waits for it any more
	}
	b.drop()
	b.tasks.Wait()
	for _, r := range b.reserved {
		_ = r.Release() // the address is nobody's now
	}
}

// drop ends all connections.
func (b *backends) drop() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for conn := range b.connections {
		_ = conn.Close() // what it says does not matter any more
	}
}

func (b *backends) accept(l net.Listener, name string) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		b.mu.Lock()
		b.connections[conn] = true
		b.mu.Unlock()
		b.tasks.Go(func() {
			b.serve(conn, name)
			_ = conn.Close() // it may be closed already
			b.mu.Lock()
			delete(b.connections, conn)
			b.mu.Unlock()
		})
	}
}

// begin starts a batch, once nothing of the one before is going on.
func (b *backends) begin(number int, answers []Answer) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for b.busy > 0 {
		b.settled.Wait()
	}
	b.batch, b.answers = number, answers
}

// take notes a request and returns the answer to it.
func (b *backends) take(name string, kept bool) (*receipt, Answer) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.busy++
	r := &receipt{batch: b.batch, backend: name, kept: kept}
	b.received = append(b.received, r)
	if len(b.answers) == 0 {
		return r, Answer{Head: []string{"HTTP/1.1 200 OK", "Content-Type: text/plain", "Content-Length: 2"}, Body: name}
	}
	a := b.answers[0]
	b.answers = b.answers[1:]
	return r, a
}

func (b *backends) done(r *receipt, text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	r.text = text
	b.busy--
	b.settled.Broadcast()
}

func (b *backends) serve(conn net.Conn, name string) {
	reader := bufio.NewReader(conn)
	for kept := false; ; kept = true {
		head, err := readHead(reader)
		if err != nil && head == "" {
			return
		}
		r, a := b.take(name, kept)
		if err != nil {
			b.done(r, head+"<cut off>")
			return
		}
		text, again := b.exchange(conn, reader, head, a)
		if !again {
			_ = conn.Close() // before the client is told that it is done
		}
		b.done(r, head+text)
		if !again {
			return
		}
	}
}

// exchange reads the body and answers. It returns the body, and whether the connection stays.
func (b *backends) exchange(conn net.Conn, reader *bufio.Reader, head string, a Answer) (text string, again bool) {
	if strings.EqualFold(field(head, "Expect"), "100-continue") {
		if _, err := io.WriteString(conn, "HTTP/1.1 100 Continue\r\n\r\n"); err != nil {
			return "<gone>", false
		}
	}
	text, err := bodyOf(head).read(reader, false)
	if err != nil {
		return text + "<cut off>", false
	}
	b.mu.Lock()
	wire := b.fill(a.wire(strings.HasPrefix(head, "HEAD ")))
	b.mu.Unlock()
	_, err = io.WriteString(conn, wire)
	return text, err == nil && !a.Close && len(a.Head) > 0
}
