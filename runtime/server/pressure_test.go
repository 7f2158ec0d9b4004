package server_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// stuck writes until nothing was taken for a while, and returns how many bytes were.
func stuck(conn net.Conn, piece string) (written int) {
	for {
		_ = conn.SetWriteDeadline(time.Now().Add(300 * time.Millisecond))
		n, err := io.WriteString(conn, piece)
		written += n
		if err != nil {
			if !os.IsTimeout(err) {
				return -1
			}
			return written
		}
	}
}

// TestBackPressure: who reads slowly slows down who writes: a client the backend, a backend the client. What waits in between
// is what the system keeps for connections, and some room of the server's own.
func TestBackPressure(t *testing.T) {
	const conns, most = 8, 256 << 10
	piece := fmt.Sprintf("%x\r\n%s\r\n", 1<<20, strings.Repeat("x", 1<<20))
	downloads := map[string]string{
		"length": "HTTP/1.1 200 OK\r\nContent-Length: 1099511627776\r\n\r\n",
		"chunks": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
		"end":    "HTTP/1.1 200 OK\r\n\r\n",
	}
	uploads := map[string]string{
		"length, up": "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1099511627776\r\n\r\n",
		"chunks, up": "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
	}
	press := func(name string, backend func(conn net.Conn, stuckAt chan<- int), client func(conn net.Conn, stuckAt chan<- int)) {
		t.Run(name, func(t *testing.T) {
			stuckAt, end := make(chan int, conns), make(chan struct{})
			address := speaking(t, func(conn net.Conn) {
				backend(conn, stuckAt)
				<-end
			})
			_, addr := start(t, "ProxyTimeout 60\nTimeout 60\nProxyPass / http://"+address+"/\n")
			before := heap()
			var clients sync.WaitGroup
			for range conns {
				clients.Go(func() {
					conn, err := net.Dial("tcp", addr)
					if err != nil {
						t.Error(err)
						stuckAt <- -1
						return
					}
					defer closeQuietly(conn)
					client(conn, stuckAt)
					<-end
				})
			}
			for range conns {
				if n := <-stuckAt; n < 0 || n > 64<<20 {
					t.Errorf("%d bytes were taken", n)
				}
			}
			if grown := (heap() - before) / conns; grown > most {
				t.Errorf("%d KiB of the heap for each connection", grown>>10)
			}
			close(end)
			clients.Wait()
		})
	}
	for name, head := range downloads {
		press(name, func(conn net.Conn, stuckAt chan<- int) {
			_, _ = readMessage(bufio.NewReader(conn))
			_, _ = io.WriteString(conn, head)
			stuckAt <- stuck(conn, piece)
		}, func(conn net.Conn, _ chan<- int) {
			_, _ = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
		})
	}
	for name, head := range uploads {
		press(name, func(net.Conn, chan<- int) {}, func(conn net.Conn, stuckAt chan<- int) {
			_, _ = io.WriteString(conn, head)
			stuckAt <- stuck(conn, piece)
		})
	}
}

// heap is how many bytes of the heap are in use.
func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapInuse)
}
