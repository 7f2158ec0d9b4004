package tlsconf

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/clib"
)

// Backend is how connections to backends are encrypted (mod_ssl: SSLProxyEngine On). It is immutable. Two are the same
// pointer when their settings are the same and one Loader made them.
type Backend struct {
	config *tls.Config
	// verify judges the chain; nil for SSLProxyVerify none.
	verify *verification
	// expire, names and common check the time, the names and the common name of the certificate, whatever its chain.
	expire, names, common bool
}

// CompileBackend compiles the TLS to backends of a scope; it is nil where SSLProxyEngine is Off.
func (l *Loader) CompileBackend(s *effective.Settings) (*Backend, []Problem) {
	if !s.Switch(ir.SwitchSSLProxyEngine).Value {
		return nil, nil
	}
	key := backendKey(s)
	l.mu.Lock()
	known := l.backends[key]
	l.mu.Unlock()
	if known != nil {
		return known, nil
	}
	c := compiler{Loader: l}
	b := c.backend(s)
	l.mu.Lock()
	defer l.mu.Unlock()
	if known = l.backends[key]; known == nil {
		l.backends[key] = b
		known = b
	}
	return known, c.problems
}

// backendKey is the same for settings that mean the same.
func backendKey(s *effective.Settings) string {
	var key strings.Builder
	for _, name := range []ir.SwitchName{ir.SwitchSSLProxyCheckPeerName, ir.SwitchSSLProxyCheckPeerCN, ir.SwitchSSLProxyCheckPeerExpire} {
		v := s.Switch(name)
		fmt.Fprint(&key, v.Value, v.IsSet(), " ")
	}
	for _, name := range []ir.WordName{
		ir.WordSSLProxyVerify, ir.WordSSLProxyCACertificateFile, ir.WordSSLProxyCACertificatePath, ir.WordSSLProxyMachineCertificateFile,
	} {
		fmt.Fprintf(&key, "%q ", s.Word(name).Value)
	}
	before, tls13 := s.CipherSuites(ir.WordsSSLProxyCipherSuite)
	protocol := s.Words(ir.WordsSSLProxyProtocol)
	fmt.Fprintf(&key, "%d %q %q %t %q", s.Number(ir.NumberSSLProxyVerifyDepth).Value, before.Value, tls13.Value, protocol.IsSet(), protocol.Value)
	return key.String()
}

func (c *compiler) backend(s *effective.Settings) *Backend {
	list := c.ciphers(s, ir.WordsSSLProxyCipherSuite)
	protocol := s.Words(ir.WordsSSLProxyProtocol)
	c.checkVersions(ir.WordsSSLProxyProtocol, ir.WordsSSLProxyCipherSuite, protocol, list.level)
	lowest, highest, _ := parseVersions(protocol.Value).bounds(list.level)
	name, cn := s.Switch(ir.SwitchSSLProxyCheckPeerName), s.Switch(ir.SwitchSSLProxyCheckPeerCN)
	b := &Backend{
		// The checks are those of mod_ssl, below: those of crypto/tls bind the name to the chain.
		config: &tls.Config{ //nolint:gosec // see above
			MinVersion: lowest, MaxVersion: highest, CipherSuites: list.suites, InsecureSkipVerify: true,
			Certificates: c.machine(s),
		},
		expire: s.Switch(ir.SwitchSSLProxyCheckPeerExpire).Value,
		names:  name.Value && (cn.Value || name.IsSet()),
	}
	b.common = !b.names && cn.Value && cn.IsSet()
	b.verify = c.backendVerification(s)
	return b
}

// backendVerification compiles SSLProxyVerify.
func (c *compiler) backendVerification(s *effective.Settings) *verification {
	mode := clib.ToLower(s.Word(ir.WordSSLProxyVerify).Value)
	file, folder := s.Word(ir.WordSSLProxyCACertificateFile), s.Word(ir.WordSSLProxyCACertificatePath)
	known := c.authorities(file, folder)
	if mode == "none" {
		return nil
	}
	return &verification{
		authorities: known, depth: int(s.Number(ir.NumberSSLProxyVerifyDepth).Value), usage: x509.ExtKeyUsageServerAuth,
		strangers: mode == "optional_no_ca",
	}
}

// machine loads the certificates of SSLProxyMachineCertificateFile, each with its key in the same file.
func (c *compiler) machine(s *effective.Settings) []tls.Certificate {
	item, set := s.Word(ir.WordSSLProxyMachineCertificateFile).By.(*ir.Word)
	if !set {
		return nil
	}
	data, ok := c.file(item, item.Name, item.Value)
	if !ok {
		return nil
	}
	var all []tls.Certificate
	for _, group := range groups(data) {
		pair, err := tls.X509KeyPair(group, group)
		if err != nil {
			c.refuse(item, "%s holds a certificate without its key: %s: httpd does not start with it: write each certificate with its key, in PEM and without a pass phrase", item.Value, plain(err))
			return nil
		}
		all = append(all, pair)
	}
	if len(all) == 0 {
		c.refuse(item, "%s holds no certificate: write certificates and their keys in PEM", item.Value)
	}
	return all
}

// groups splits a text in PEM into a certificate and a key each, in either order.
func groups(data []byte) [][]byte {
	var all [][]byte
	var group []byte
	certificate, key := false, false
	for {
		block, rest := pem.Decode(data)
		if block == nil {
			break
		}
		data = rest
		isKey := strings.HasSuffix(block.Type, "PRIVATE KEY")
		if !isKey && block.Type != "CERTIFICATE" {
			continue
		}
		if isKey && key || !isKey && certificate {
			all = append(all, group)
			group, certificate, key = nil, false, false
		}
		certificate, key = certificate || !isKey, key || isKey
		group = append(group, pem.EncodeToMemory(block)...)
	}
	if len(group) > 0 {
		all = append(all, group)
	}
	return all
}

// Client begins TLS on a connection to a backend. host is the name that it is asked by and that its certificate must have;
// an empty one is not checked. now is the time that the certificate must be valid at.
func (b *Backend) Client(nc net.Conn, host string, now time.Time) *tls.Conn {
	config := b.config.Clone()
	config.VerifyConnection = func(state tls.ConnectionState) error { return b.check(&state, host, now) }
	if _, err := netip.ParseAddr(host); err != nil {
		config.ServerName = host // an address is no name for SNI
	}
	return tls.Client(nc, config)
}

// check judges the certificate of a backend as mod_ssl does behind a handshake (ssl_io_filter_handshake).
func (b *Backend) check(state *tls.ConnectionState, host string, now time.Time) error {
	if b.verify != nil {
		if err := b.verify.check(state); err != nil {
			return err
		}
	}
	certificate := state.PeerCertificates[0]
	if b.expire && (!now.After(certificate.NotBefore) || !now.Before(certificate.NotAfter)) {
		return errors.New("the certificate of the backend is expired, or not valid yet (SSLProxyCheckPeerExpire)")
	}
	switch {
	case host == "":
	case b.names && !hasName(certificate, host):
		return fmt.Errorf("the certificate of the backend is not for %s (SSLProxyCheckPeerName)", host)
	case b.common && !isName(certificate.Subject.CommonName, host):
		return fmt.Errorf("the common name of the backend's certificate is not %s (SSLProxyCheckPeerCN)", host)
	}
	return nil
}

// hasName says whether a certificate is for a host: one of its names or its common name (modssl_X509_match_name). Addresses
// in a certificate do not count.
func hasName(c *x509.Certificate, host string) bool {
	for _, name := range c.DNSNames {
		if isName(name, host) {
			return true
		}
	}
	for _, attribute := range c.Subject.Names {
		if name, ok := attribute.Value.(string); ok && attribute.Type.Equal(commonName) && isName(name, host) {
			return true
		}
	}
	return false
}

var commonName = []int{2, 5, 4, 3}

// isName compares a name of a certificate with a host; *. stands for the first label.
func isName(name, host string) bool {
	if clib.EqualFold(name, host) {
		return true
	}
	rest, wild := strings.CutPrefix(name, "*")
	dot := strings.IndexByte(host, '.')
	return wild && strings.HasPrefix(rest, ".") && dot >= 0 && clib.EqualFold(rest, host[dot:])
}
