package tlsconf

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/clib"
)

// Address is how connections to one address are encrypted: the first server is for clients that name no host, or none of
// the address.
type Address struct {
	base    *Server
	find    func(name []byte) *Server
	configs map[*Server][]*tls.Config
}

// NewAddress returns the TLS of an address with servers, the first of which is enabled. find returns the server for a name
// in lower case, the first one for any that none has.
func NewAddress(servers []*Server, find func(name []byte) *Server) *Address {
	a := &Address{base: servers[0], find: find, configs: make(map[*Server][]*tls.Config)}
	for _, s := range servers {
		if s.Enabled {
			a.configs[s] = s.configs(a.base)
		} else {
			a.configs[s] = a.base.configs(a.base) // mod_ssl keeps the settings of the first
		}
	}
	return a
}

// Handshake is what was chosen for one connection. It is complete when the handshake is.
type Handshake struct {
	// Server is the one that the client named.
	Server *Server
	// Name is what the client named, empty for nothing (SSL_TLS_SNI).
	Name string
	// certificate is the one that it was shown.
	certificate *x509.Certificate
}

// Config returns the configuration for one connection, which fills in h.
func (a *Address) Config(h *Handshake) *tls.Config {
	// Those of the server that is chosen take the place of these bounds, within which certificates are compared.
	return &tls.Config{MinVersion: tls.VersionTLS10, GetConfigForClient: func(hello *tls.ClientHelloInfo) (*tls.Config, error) { //nolint:gosec // see above
		h.Name = hello.ServerName
		h.Server = a.find([]byte(clib.ToLower(hello.ServerName)))
		configs := a.configs[h.Server]
		if len(configs) == 0 {
			return nil, errors.New("the virtual host of the name speaks no version of TLS that the address does")
		}
		config := choose(configs, hello)
		h.certificate = config.Certificates[0].Leaf
		return config, nil
	}}
}

// choose returns the configuration with the first certificate that the client can use.
func choose(configs []*tls.Config, hello *tls.ClientHelloInfo) *tls.Config {
	if len(configs) > 1 {
		anyName := *hello
		anyName.ServerName = "" // a certificate for another name is shown all the same
		for _, config := range configs {
			if anyName.SupportsCertificate(&config.Certificates[0]) == nil {
				return config
			}
		}
	}
	return configs[0]
}

// snipolicy is what SSLVHostSNIPolicy compares.
type snipolicy struct {
	word           string
	secure, client string
}

// policyOf notes what the settings of a server mean for SSLVHostSNIPolicy: the files, versions and suites, and how clients
// are verified. Observed on httpd 2.4.71: a setting that is written out counts like the same by default, but for
// SSLCipherSuite.
func (l *Loader) policyOf(s *effective.Server, set versions) snipolicy {
	var client, secure strings.Builder
	mode := clib.ToLower(s.Settings.Word(ir.WordSSLVerifyClient).Value)
	fmt.Fprintf(&client, "%s %d", mode, s.Settings.Number(ir.NumberSSLVerifyDepth).Value)
	for _, name := range []ir.WordName{ir.WordSSLCACertificateFile, ir.WordSSLCACertificatePath} {
		if file := s.Settings.Word(name); file.IsSet() {
			fmt.Fprintf(&client, " %s %q", name, l.path(file.Value))
		}
	}
	before, tls13 := s.Settings.CipherSuites(ir.WordsSSLCipherSuite)
	fmt.Fprintf(&secure, "%d %t %q %q", set, before.IsSet(), before.Value, tls13.Value)
	for _, file := range s.Certificates {
		fmt.Fprintf(&secure, " certificate %q", l.path(file.Value))
	}
	for _, file := range s.CertificateKeys {
		fmt.Fprintf(&secure, " key %q", l.path(file.Value))
	}
	return snipolicy{
		word:   clib.ToLower(s.View.Main().Settings.Word(ir.WordSSLVHostSNIPolicy).Value),
		client: client.String(), secure: client.String() + " " + secure.String(),
	}
}

// Covers says whether a connection that was made for s may carry requests for other (SSLVHostSNIPolicy).
func (s *Server) Covers(other *Server) bool {
	switch {
	case s == other, other.policy.word == "insecure":
		return true
	case other.policy.word == "strict":
		return false
	case other.policy.word == "authonly":
		return s.policy.client == other.policy.client
	}
	return s.policy.secure == other.policy.secure
}
