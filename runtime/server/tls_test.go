package server_test

import (
	"bufio"
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lbconf/lbconf/runtime/server"
)

// certificate writes a certificate with its key, for localhost, and returns the file.
func certificate(t *testing.T) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{"localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	for _, block := range []*pem.Block{{Type: "CERTIFICATE", Bytes: raw}, {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := pem.Encode(&text, block); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(t.TempDir(), "localhost.pem")
	if err := os.WriteFile(file, text.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// secure is a configuration whose port 80 speaks TLS.
func secure(t *testing.T, config string) string {
	t.Helper()
	return fmt.Sprintf("SSLEngine on\nSSLCertificateFile %s\n%s", certificate(t), config)
}

func dialTLS(t *testing.T, address string) *tls.Conn {
	t.Helper()
	conn, err := tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true}) //nolint:gosec // a test
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	return conn
}

func readStatus(t *testing.T, r *bufio.Reader) int {
	t.Helper()
	response, err := http.ReadResponse(r, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		t.Fatal(err)
	}
	return response.StatusCode
}

// TestTLSPieces: requests arrive byte by byte, each in a record of its own, and several in one.
func TestTLSPieces(t *testing.T) {
	_, address := start(t, secure(t, ""))
	conn := dialTLS(t, address)
	r := bufio.NewReader(conn)
	const request = "GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n"
	for i := range len(request) {
		if _, err := conn.Write([]byte(request[i : i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if status := readStatus(t, r); status != 404 {
		t.Errorf("status %d in pieces", status)
	}
	if _, err := conn.Write([]byte(strings.Repeat(request, 3))); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if status := readStatus(t, r); status != 404 {
			t.Errorf("status %d together", status)
		}
	}
}

// TestTLSEndsWithServer: neither a handshake that does not go on nor an idle connection keeps a server from stopping.
func TestTLSEndsWithServer(t *testing.T) {
	var began time.Time
	t.Run("stop", func(t *testing.T) {
		_, address := startWith(t, compile(t, secure(t, ""), nil), server.Options{Drain: 4 * time.Second})
		silent, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = silent.Close() })
		if _, err := silent.Write([]byte("\x16\x03\x01\x02\x00")); err != nil { // a record that never comes
			t.Fatal(err)
		}
		fresh := dialTLS(t, address)
		_ = fresh.Handshake() // dialTLS has done it
		kept := dialTLS(t, address)
		if _, err := kept.Write([]byte("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")); err != nil {
			t.Fatal(err)
		}
		readStatus(t, bufio.NewReader(kept))
		began = time.Now()
	})
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("the server took %v to stop", took)
	}
}

// TestTLSHandshakeTimeout: who does not finish the handshake within Timeout is gone.
func TestTLSHandshakeTimeout(t *testing.T) {
	_, address := start(t, secure(t, "Timeout 1\n"))
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := conn.Write([]byte("\x16\x03\x01\x02\x00")); err != nil {
		t.Fatal(err)
	}
	_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second))
	if _, err := io.ReadAll(conn); err != nil {
		t.Errorf("the connection did not end: %v", err)
	}
}

// TestTLSKeepAliveTimeout: an idle connection ends after KeepAliveTimeout, with a proper end of TLS.
func TestTLSKeepAliveTimeout(t *testing.T) {
	_, address := start(t, secure(t, "KeepAliveTimeout 200ms\n"))
	conn := dialTLS(t, address)
	if _, err := conn.Write([]byte("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(conn)
	readStatus(t, r)
	began := time.Now()
	if _, err := r.ReadByte(); err != io.EOF {
		t.Errorf("the connection ended with %v", err)
	}
	if took := time.Since(began); took < 100*time.Millisecond || took > 3*time.Second {
		t.Errorf("it was kept for %v", took)
	}
}

// TestTLSSlowReader: a large response over TLS at both ends waits for a client that reads late.
func TestTLSSlowReader(t *testing.T) {
	const size = 8 << 20
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	file := certificate(t)
	pair, err := tls.LoadX509KeyPair(file, file)
	if err != nil {
		t.Fatal(err)
	}
	origin := &http.Server{ReadHeaderTimeout: 20 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write(make([]byte, size))
	}), TLSConfig: &tls.Config{Certificates: []tls.Certificate{pair}}} //nolint:gosec // a test
	done := make(chan struct{})
	go func() { defer close(done); _ = origin.ServeTLS(l, "", "") }()
	t.Cleanup(func() { _ = origin.Close(); <-done })
	_, address := start(t, secure(t, fmt.Sprintf("SSLProxyEngine on\nProxyPass / https://localhost:%d/\n", l.Addr().(*net.TCPAddr).Port)))
	conn := dialTLS(t, address)
	if _, err := conn.Write([]byte("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	time.Sleep(300 * time.Millisecond)
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	if n, err := io.Copy(io.Discard, response.Body); n != size || err != nil {
		t.Errorf("%d bytes came: %v", n, err)
	}
}
