package script

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
)

// greeting is how a client begins TLS.
type greeting struct {
	on bool
	// sni is the name that it asks for, noSNI that it asks for none.
	sni   string
	noSNI bool
	// verify wants a certificate of the authority of the script, for the name.
	verify bool
	// certificate is what it shows, or empty.
	certificate string
}

// config makes the configuration for a connection to a host, whose port does not count.
func (h greeting) config(dir, host string) (*tls.Config, error) {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = host
	}
	if h.sni != "" {
		name = h.sni
	}
	config := &tls.Config{ServerName: name, InsecureSkipVerify: true, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}} //nolint:gosec // -verify checks
	if h.noSNI {
		config.ServerName = ""
	}
	if h.verify {
		config.VerifyConnection = func(state tls.ConnectionState) error { return verified(dir, state, name) }
	}
	if h.certificate != "" {
		pair, err := loadPair(dir, h.certificate)
		if err != nil {
			return nil, err
		}
		// Whatever the server says it accepts.
		config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &pair, nil }
	}
	return config, nil
}

// verified checks the certificate of a server against the authority of the script.
func verified(dir string, state tls.ConnectionState, name string) error {
	roots, err := loadAuthority(dir)
	if err != nil {
		return err
	}
	_, err = state.PeerCertificates[0].Verify(x509.VerifyOptions{Roots: roots, DNSName: name})
	return err
}

func loadAuthority(dir string) (*x509.CertPool, error) {
	text, err := os.ReadFile(filepath.Join(dir, "ca.crt"))
	if err != nil {
		return nil, fmt.Errorf("%w: write `certificate` before", err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(text)
	return roots, nil
}

func loadPair(dir, name string) (tls.Certificate, error) {
	pair, err := tls.LoadX509KeyPair(filepath.Join(dir, name+".crt"), filepath.Join(dir, name+".key"))
	if err != nil {
		err = fmt.Errorf("%w: write `certificate %s` before", err, name)
	}
	return pair, err
}

// dialTLS connects and does the handshake.
func dialTLS(ctx context.Context, addr string, config *tls.Config) (*client, error) {
	dialer := tls.Dialer{NetDialer: &net.Dialer{Timeout: answerLimit}, Config: config}
	conn, err := dialer.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	return &client{conn: conn, r: bufio.NewReader(conn)}, nil
}

// backendTLS is the TLS of a backend.
type backendTLS struct{ config *tls.Config }

// newBackendTLS loads the certificate of a backend. With clients a client must show one of the script's authority.
func newBackendTLS(dir, name string, clients bool) (*backendTLS, error) {
	pair, err := loadPair(dir, name)
	if err != nil {
		return nil, err
	}
	config := &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	if clients {
		config.ClientAuth = tls.RequireAndVerifyClientCert
		if config.ClientCAs, err = loadAuthority(dir); err != nil {
			return nil, err
		}
	}
	return &backendTLS{config}, nil
}

// wrap begins TLS on a connection, within the time for an answer.
func (t *backendTLS) wrap(ctx context.Context, conn net.Conn) (*tls.Conn, error) {
	encrypted := tls.Server(conn, t.config)
	ctx, cancel := context.WithTimeout(ctx, answerLimit)
	defer cancel()
	return encrypted, encrypted.HandshakeContext(ctx)
}

// describe is the answer `tls`: what the backend knows of the connection.
func describe(name string, conn net.Conn) []byte {
	encrypted, ok := conn.(*tls.Conn)
	if !ok {
		return plain(200, []byte(name+" without TLS"), false)
	}
	state := encrypted.ConnectionState()
	shown := "none"
	if len(state.PeerCertificates) > 0 {
		shown = state.PeerCertificates[0].Subject.CommonName
	}
	sni := state.ServerName
	if sni == "" {
		sni = "none"
	}
	version := strings.Replace(tls.VersionName(state.Version), " ", "v", 1)
	return plain(200, fmt.Appendf(nil, "%s %s sni=%s client=%s", name, version, sni, shown), false)
}

var errNoHandshake = errors.New("-verify, -sni and -cert are for https URLs")
