package server_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// TestDeflateSideBySide: compressors are shared by requests, and each client gets the body that it asked for, whole, from a
// backend and from a file, whether the body ends well or breaks off.
func TestDeflateSideBySide(t *testing.T) {
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		size, err := strconv.Atoi(r.URL.Path[1:])
		if err != nil {
			w.Header().Set("Content-Length", "100000") // more than comes
			size = 500
		}
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write(pattern(size))
	}))
	defer backend.Close()
	root := t.TempDir()
	sizes := []int{1, 68, 69, 70, 1000, 8096, 100_000, 300_000}
	for _, size := range sizes {
		if err := os.WriteFile(root+"/"+strconv.Itoa(size)+".html", pattern(size), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	_, addr := start(t, fmt.Sprintf("DocumentRoot %s\nAddType text/html .html\n<Directory />\nAllowOverride None\n</Directory>\n"+
		"SetOutputFilter DEFLATE\nProxyPass /b/ %s/\n", root, backend.URL))
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8}}
	defer client.CloseIdleConnections()
	get := func(path string) ([]byte, error) {
		resp, err := client.Get("http://" + addr + path)
		if err != nil {
			return nil, err
		}
		defer func() { _ = resp.Body.Close() }()
		if resp.StatusCode != http.StatusOK {
			return nil, errors.New(resp.Status)
		}
		return io.ReadAll(resp.Body)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for _, size := range sizes {
				for _, path := range []string{fmt.Sprintf("/b/%d", size), fmt.Sprintf("/%d.html", size)} {
					if body, err := get(path); err != nil || !bytes.Equal(body, pattern(size)) {
						t.Errorf("%s: %d bytes, %v", path, len(body), err)
					}
				}
				if body, err := get("/b/broken"); err == nil {
					t.Errorf("a body that broke off is whole: %d bytes", len(body))
				}
			}
		})
	}
	wg.Wait()
}

// TestDeflateOfAllThatComes: a body of a backend that has ended with it is sent with the length that it has in the end, and one
// that has ended before it is not sent at all, as in httpd.
func TestDeflateOfAllThatComes(t *testing.T) {
	const body = 300
	for head, want := range map[string]string{
		"HTTP/1.1 200 OK\r\n\r\n":                        "200 OK, gzip, whole",
		"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n": "502 Bad Gateway, , not whole",
	} {
		backend := speaking(t, func(conn net.Conn) {
			_, _ = readMessage(bufio.NewReader(conn))
			corked(conn)
			_, _ = fmt.Fprintf(conn, "%s%s", head, pattern(body))
		})
		_, addr := start(t, "SetOutputFilter DEFLATE\nProxyPass / http://"+backend+"/\n")
		c := dial(t, addr)
		c.send("GET / HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n")
		response, err := http.ReadResponse(c.r, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer closeQuietly(response.Body)
		got := response.Status + ", " + response.Header.Get("Content-Encoding") + ", not whole"
		if unpacked, err := gzip.NewReader(response.Body); err == nil && response.ContentLength > 0 {
			if text, err := io.ReadAll(unpacked); err == nil && bytes.Equal(text, pattern(body)) {
				got = strings.Replace(got, "not ", "", 1)
			}
		}
		if got != want {
			t.Errorf("%q: %s, want %s", head, got, want)
		}
	}
}

// pattern is text of a size that tells where in it one is.
func pattern(size int) []byte {
	var b strings.Builder
	for i := 0; b.Len() < size; i++ {
		fmt.Fprintf(&b, "%d of %d\n", i, size)
	}
	return []byte(b.String()[:size])
}
