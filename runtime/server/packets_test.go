package server_test

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// record is one of FastCGI.
func record(kind byte, content string) string {
	return string(binary.BigEndian.AppendUint16([]byte{1, kind, 0, 1}, uint16(len(content)))) + "\x00\x00" + content
}

// packet is one of AJP.
func packet(content string) string {
	return string(binary.BigEndian.AppendUint16([]byte("AB"), uint16(len(content)))) + content
}

// TestHostilePackets: whatever a container or an application sends, the server answers or closes within its time, and
// nothing is left of it.
func TestHostilePackets(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	pieces := []string{
		packet("\x04\x00\xc8\x00\x02OK\x00\x00\x00"), packet("\x04\x00\xc8\x00\x02OK\x00\x00\x01\xa0\x01\x00\x01a\x00"), packet("\x03\x00\x03abc\x00"),
		packet("\x03\x00\x00\x00"), packet("\x05\x01"), packet("\x05\x00"), packet("\x06\x1f\xfa"), packet("\x09"), packet(""), packet("\x04"),
		record(6, "A: b\n\n"), record(6, "Status: 404 x\r\n\r\nabc"), record(6, "A"), record(6, ""), record(7, "oops"), record(3, "\x00\x00\x00\x00\x00\x00\x00\x00"),
		record(9, "x"), record(6, strings.Repeat("y", 60000)), "AB\xff\xff", "\x01\x06\x00\x01\xff\xff\xff\x00", "\x01\x06\x00\x02", "A", "\x00", "\x01", "AB",
	}
	var mu sync.Mutex
	noise := func() string {
		mu.Lock()
		defer mu.Unlock()
		var text strings.Builder
		for range random.IntN(10) {
			text.WriteString(pieces[random.IntN(len(pieces))])
		}
		return text.String()
	}
	addr := speaking(t, func(conn net.Conn) {
		_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
		_, _ = conn.Read(make([]byte, 4096))
		_, _ = conn.Write([]byte(noise())) // the server may have closed already
		_, _ = conn.Read(make([]byte, 4096))
	})
	_, front := start(t, fmt.Sprintf("ProxyTimeout 1\nProxyPass /a/ ajp://%s/\nProxyPass /f/ fcgi://%[1]s/ enablereuse=on\n"+
		"<Proxy balancer://b>\nBalancerMember ajp://%[1]s/x retry=0\nBalancerMember fcgi://%[1]s/y retry=0 flushpackets=auto\n</Proxy>\nProxyPass /b/ balancer://b/\n", addr))
	requests := []string{
		"GET /%s/ HTTP/1.1\r\nHost: x\r\n\r\n", "POST /%s/ HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello", "HEAD /%s/ HTTP/1.1\r\nHost: x\r\n\r\n",
		"PUT /%s/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", "POST /%s/ HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\nhello",
	}
	var clients sync.WaitGroup
	for i := range 12 {
		clients.Go(func() {
			for j := range 10 {
				throw(t, front, fmt.Sprintf(requests[(i+j)%len(requests)], []string{"a", "f", "b"}[j%3]))
			}
		})
	}
	clients.Wait()
}

// TestClientLeavesPackets: the connection to a container or an application that goes on sending is closed when the client is
// gone.
func TestClientLeavesPackets(t *testing.T) {
	gone := make(chan struct{}, 2)
	endless := func(head, piece string) func(net.Conn) {
		return func(conn net.Conn) {
			_, _ = conn.Read(make([]byte, 4096))
			_, err := conn.Write([]byte(head))
			for err == nil {
				_, err = conn.Write([]byte(piece))
			}
			gone <- struct{}{}
		}
	}
	container := speaking(t, endless(packet("\x04\x00\xc8\x00\x02OK\x00\x00\x00"), packet("\x03\x03\xe8"+strings.Repeat("x", 1000)+"\x00")))
	script := speaking(t, endless(record(6, "A: b\n\n"), record(6, strings.Repeat("x", 30000))))
	_, front := start(t, fmt.Sprintf("ProxyPass /a/ ajp://%s/\nProxyPass /f/ fcgi://%s/\n", container, script))
	for _, path := range []string{"/a/", "/f/"} {
		conn, err := net.Dial("tcp", front)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", path); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(conn, make([]byte, 20000)); err != nil {
			t.Fatal(err)
		}
		closeQuietly(conn)
		select {
		case <-gone:
		case <-time.After(10 * time.Second):
			t.Fatalf("%s goes on", path)
		}
	}
}

// TestScriptSpeaksFirst: an application that does not read the body before what it says is taken waits for nobody.
func TestScriptSpeaksFirst(t *testing.T) {
	const size = 4 << 20
	addr := speaking(t, func(conn net.Conn) {
		_, _ = conn.Write([]byte(record(6, "A: b\n\n")))
		for range size / 60000 {
			_, _ = conn.Write([]byte(record(6, strings.Repeat("x", 60000))))
		}
		in := bufio.NewReader(conn)
		var head [8]byte
		for {
			if _, err := io.ReadFull(in, head[:]); err != nil {
				return
			}
			n := int64(binary.BigEndian.Uint16(head[4:]))
			if _, err := io.CopyN(io.Discard, in, n); err != nil || head[1] == 5 && n == 0 {
				break
			}
		}
		_, _ = conn.Write([]byte(record(6, "") + record(3, "\x00\x00\x00\x00\x00\x00\x00\x00")))
		_, _ = conn.Read(make([]byte, 1))
	})
	_, front := start(t, fmt.Sprintf("ProxyPass / fcgi://%s/\n", addr))
	conn, err := net.Dial("tcp", front)
	if err != nil {
		t.Fatal(err)
	}
	defer closeQuietly(conn)
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	var sent sync.WaitGroup
	sent.Go(func() {
		_, _ = fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s", size, strings.Repeat("y", size))
	})
	answer, err := io.ReadAll(conn)
	sent.Wait()
	if err != nil || len(answer) < size/60000*60000 || !strings.HasSuffix(string(answer), "0\r\n\r\n") {
		t.Fatalf("%d bytes: %v", len(answer), err)
	}
}

// TestScriptEndsEarly: an application that ends in one go with what it says, and reads no more of the body, has answered.
func TestScriptEndsEarly(t *testing.T) {
	answered := make(chan struct{})
	addr := speaking(t, func(conn net.Conn) {
		_, _ = conn.Write([]byte(record(6, "A: b\n\nearly") + record(6, "") + record(3, "\x00\x00\x00\x00\x00\x00\x00\x00")))
		<-answered
	})
	_, front := start(t, fmt.Sprintf("ProxyTimeout 15\nProxyPass / fcgi://%s/\n", addr))
	conn, err := net.Dial("tcp", front)
	if err != nil {
		t.Fatal(err)
	}
	defer closeQuietly(conn)
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	var sent sync.WaitGroup
	sent.Go(func() {
		const size = 16 << 20
		_, _ = fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", size, strings.Repeat("y", size))
	})
	in := bufio.NewReader(conn)
	if line, err := in.ReadString('\n'); err != nil || line != "HTTP/1.1 200 OK\r\n" {
		t.Errorf("%q: %v", line, err)
	}
	close(answered)
	closeQuietly(conn)
	sent.Wait()
}

// TestPaddedEnd: what stands behind the record that ends a response is taken with it, so that the next response on the
// connection is not looked for there.
func TestPaddedEnd(t *testing.T) {
	var conns atomic.Int32
	addr := speaking(t, func(conn net.Conn) {
		conns.Add(1)
		_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
		padded := strings.Replace(record(3, "\x00\x00\x00\x00\x00\x00\x00\x00"), "\x00\x08\x00\x00", "\x00\x08\x05\x00", 1)
		in := bufio.NewReader(conn)
		var head [8]byte
		for {
			if _, err := io.ReadFull(in, head[:]); err != nil {
				return
			}
			n := int(binary.BigEndian.Uint16(head[4:]))
			if _, err := in.Discard(n); err != nil {
				return
			}
			if head[1] != 5 || n > 0 {
				continue
			}
			_, _ = conn.Write([]byte(record(6, "A: b\n\nok") + record(6, "") + padded))
			time.Sleep(20 * time.Millisecond) // so that the rest comes apart
			_, _ = conn.Write([]byte("\x00\x00\x00\x00\x00"))
		}
	})
	_, front := start(t, fmt.Sprintf("ProxyPass / fcgi://%s/ enablereuse=on\n", addr))
	for range 3 {
		if r, body := dial(t, front).get("/"); r.StatusCode != 200 || body != "ok" {
			t.Fatalf("%d %q", r.StatusCode, body)
		}
	}
	if got := conns.Load(); got != 1 {
		t.Errorf("%d connections, expected one", got)
	}
}
