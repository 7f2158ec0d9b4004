package server_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"strconv"
	"testing"
	"time"
)

// TestPausingClient: a client that reads nothing for longer than Timeout and then reads on gets the bytes of the body, in
// order, as many as it gets.
func TestPausingClient(t *testing.T) {
	body := make([]byte, 16<<20)
	for i := range len(body) / 4 {
		binary.BigEndian.PutUint32(body[4*i:], uint32(i))
	}
	b := newBackend(t, always("HTTP/1.1 200 OK\r\nContent-Length: "+strconv.Itoa(len(body))+"\r\n\r\n"+string(body)))
	_, addr := start(t, "Timeout 1\nProxyPass / http://"+b.addr+"/\n")
	c := dial(t, addr)
	c.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
	time.Sleep(1500 * time.Millisecond)
	got, err := io.ReadAll(c.r)
	_, got, _ = bytes.Cut(got, []byte("\r\n\r\n"))
	if !bytes.HasPrefix(body, got) {
		i := 0
		for got[i] == body[i] {
			i++
		}
		t.Fatalf("%d bytes came, and from byte %d on they are others than those of the body", len(got), i)
	}
	t.Logf("%d bytes, %v", len(got), err)
}
