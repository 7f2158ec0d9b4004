package server_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lbconf/lbconf/parser/testenv"
)

// scripted is a backend that does what requests ask it for, and whose port stays its own while it refuses connections.
//
// X-Status in a request is the status of the response and X-Size the length of its body. X-Hold keeps the response back until
// release is called with its value.
type scripted struct {
	name, addr string

	mu       sync.Mutex
	listener net.Listener
	open     map[net.Conn]bool
	held     map[string]chan struct{}
	arrived  chan string
	running  sync.WaitGroup
}

// newScripted starts a backend that ends with the test. arrived gets the value of X-Hold of each request that has it.
func newScripted(t *testing.T, name string, arrived chan string) *scripted {
	t.Helper()
	s := &scripted{name: name, open: map[net.Conn]bool{}, held: map[string]chan struct{}{}, arrived: arrived}
	port, err := testenv.Reserve()
	if err != nil {
		t.Fatal(err)
	}
	s.addr = port.Addr
	t.Cleanup(func() {
		s.refuse()
		_ = port.Release() // nothing was sent through it
	})
	s.accept(t)
	return s
}

// accept takes connections from now on.
func (s *scripted) accept(t *testing.T) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.listener != nil {
		return
	}
	l, err := net.Listen("tcp", s.addr)
	if err != nil {
		t.Fatal(err)
	}
	s.listener = l
	s.running.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			s.open[conn] = true
			s.mu.Unlock()
			s.running.Go(func() {
				s.talk(conn)
				s.mu.Lock()
				delete(s.open, conn)
				s.mu.Unlock()
				closeQuietly(conn)
			})
		}
	})
}

// refuse ends all connections; new ones are refused.
func (s *scripted) refuse() {
	s.mu.Lock()
	if s.listener != nil {
		closeQuietly(s.listener)
		s.listener = nil
	}
	for conn := range s.open {
		closeQuietly(conn)
	}
	for id, free := range s.held {
		close(free)
		delete(s.held, id)
	}
	s.mu.Unlock()
	s.running.Wait()
}

// release sends the response that X-Hold kept back.
func (s *scripted) release(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if free := s.held[id]; free != nil {
		close(free)
		delete(s.held, id)
	}
}

func (s *scripted) talk(conn net.Conn) {
	r := bufio.NewReader(conn)
	for {
		request, err := readMessage(r)
		if err != nil {
			return
		}
		status := 200
		if value := fieldOf(request, "X-Status"); value != "" {
			status, _ = strconv.Atoi(value)
		}
		size, _ := strconv.Atoi(fieldOf(request, "X-Size"))
		if id := fieldOf(request, "X-Hold"); id != "" {
			free := make(chan struct{})
			s.mu.Lock()
			s.held[id] = free
			s.mu.Unlock()
			s.arrived <- s.name
			<-free
		}
		if _, err := fmt.Fprintf(conn, "HTTP/1.1 %d Scripted\r\nX-Member: %s\r\nContent-Length: %d\r\n\r\n%s", status, s.name, size, strings.Repeat("x", size)); err != nil {
			return
		}
	}
}

// fieldOf returns the value of a field of a message, or nothing.
func fieldOf(message, name string) string {
	_, rest, _ := strings.Cut(message, "\r\n"+name+": ")
	value, _, _ := strings.Cut(rest, "\r\n")
	return value
}

// caller is a client that keeps its connection as long as the server does.
type caller struct {
	addr string
	conn net.Conn
	r    *bufio.Reader
}

// seen is what a client sees of a response.
type seen struct {
	status int
	head   string
	body   string
}

func (c *caller) close() {
	if c.conn != nil {
		closeQuietly(c.conn)
		c.conn = nil
	}
}

// ask sends a request and reads the response.
func (c *caller) ask(request string) (seen, error) {
	if err := c.send(request); err != nil {
		return seen{}, err
	}
	return c.read()
}

func (c *caller) send(request string) error {
	if c.conn == nil {
		conn, err := net.Dial("tcp", c.addr)
		if err != nil {
			return err
		}
		c.conn, c.r = conn, bufio.NewReader(conn)
	}
	if err := c.conn.SetDeadline(time.Now().Add(5 * time.Minute)); err != nil {
		return err
	}
	_, err := io.WriteString(c.conn, request)
	return err
}

func (c *caller) read() (seen, error) {
	message, err := readMessage(c.r)
	if err != nil {
		c.close()
		return seen{}, err
	}
	var p seen
	p.head, p.body, _ = strings.Cut(message, "\r\n\r\n")
	p.head += "\r\n"
	_, _ = fmt.Sscanf(p.head, "HTTP/1.1 %d", &p.status)
	if fieldOf(p.head, "Connection") == "close" {
		_, _ = io.Copy(io.Discard, c.r) // the server is done with the request when it closes the connection
		c.close()
	}
	return p, nil
}
