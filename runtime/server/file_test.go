package server_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"testing"
)

// TestLargeFile: a file that the kernel sends arrives whole, a part of it too, on a connection that goes on; a client that
// leaves in the middle leaves nothing open behind.
func TestLargeFile(t *testing.T) {
	root := t.TempDir()
	want := pattern(5 << 20)
	if err := os.WriteFile(root+"/big", want, 0o600); err != nil {
		t.Fatal(err)
	}
	_, addr := start(t, fmt.Sprintf("DocumentRoot %s\n<Directory />\nAllowOverride None\n</Directory>\n", root))
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	for _, c := range []struct {
		ranges string
		status int
		want   []byte
	}{
		{"", 200, want},
		{"bytes=1000000-3999999", 206, want[1_000_000:4_000_000]},
		{"bytes=-17", 206, want[len(want)-17:]},
	} {
		req, err := http.NewRequest(http.MethodGet, "http://"+addr+"/big", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		if c.ranges != "" {
			req.Header.Set("Range", c.ranges)
		}
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		if closeErr := resp.Body.Close(); err != nil || closeErr != nil || resp.StatusCode != c.status || !bytes.Equal(body, c.want) {
			t.Errorf("%q: status %d, %d of %d bytes, %v", c.ranges, resp.StatusCode, len(body), len(c.want), err)
		}
	}
	for range 8 {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(conn, "GET /big HTTP/1.1\r\nHost: a\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(conn, make([]byte, 1000)); err != nil {
			t.Error(err)
		}
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
	}
}
