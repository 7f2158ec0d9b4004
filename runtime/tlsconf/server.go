// Package tlsconf makes of mod_ssl's settings what crypto/tls runs: how connections of clients are encrypted, with a
// certificate for each virtual host, and how connections to backends are. What OpenSSL can do and crypto/tls cannot is a
// problem, never something wider.
package tlsconf

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/clib"
)

// Server is the TLS of a virtual host or the main server. It is immutable.
type Server struct {
	// Enabled says that connections are encrypted; else only its settings count, for SSLVHostSNIPolicy.
	Enabled bool
	// Strict says that a client without SNI may not ask for one of several virtual hosts (SSLStrictSNIVHostCheck).
	Strict bool

	certificates []tls.Certificate
	ciphers      ciphers
	versions     versions
	// named says that SSLProtocol is set: else that of the first virtual host of the address counts.
	named   bool
	client  tls.ClientAuthType
	verify  verification
	tickets bool
	ticket  [32]byte
	policy  snipolicy
}

// CompileServer compiles the TLS of a server.
func (l *Loader) CompileServer(s *effective.Server) (*Server, []Problem) {
	c := compiler{Loader: l}
	out := &Server{Enabled: s.IsTLS(), Strict: s.Settings.Switch(ir.SwitchSSLStrictSNIVHostCheck).Value}
	protocol := s.Settings.Words(ir.WordsSSLProtocol)
	out.versions, out.named = parseVersions(protocol.Value), protocol.IsSet()
	out.policy = l.policyOf(s, out.versions)
	if !out.Enabled {
		return out, nil
	}
	out.ciphers = c.ciphers(s.Settings, ir.WordsSSLCipherSuite)
	c.checkVersions(ir.WordsSSLProtocol, ir.WordsSSLCipherSuite, protocol, out.ciphers.level)
	c.certificates(s, out)
	c.clients(s, out)
	out.tickets = s.Settings.Switch(ir.SwitchSSLSessionTickets).Value
	if _, err := io.ReadFull(l.rand, out.ticket[:]); err != nil {
		out.tickets = false // sessions then begin anew each time
	}
	if order := s.Settings.Switch(ir.SwitchSSLHonorCipherOrder); order.Value {
		c.ignore(order.By, "SSLHonorCipherOrder has no effect: of the suites that both sides know this server takes the one that it finds best")
	}
	return out, c.problems
}

// ciphers compiles SSLCipherSuite or SSLProxyCipherSuite.
func (c *compiler) ciphers(s *effective.Settings, directive ir.WordsName) ciphers {
	before, tls13 := s.CipherSuites(directive)
	if tls13.IsSet() {
		if err := checkSuites13(tls13.Value); err != nil {
			c.refuse(tls13.By, "%s %s", directive, err)
		}
	}
	if !before.IsSet() {
		return defaultCiphers()
	}
	list, err := parseCiphers(before.Value)
	switch {
	case err != nil:
		c.refuse(before.By, "%s %s", directive, err)
	case len(list.suites) == 0:
		c.refuse(before.By, "%s %q has no suite that this server has: write one of %s", directive, before.Value, suiteNames())
	case len(list.missing) > 0:
		c.ignore(before.By, "%s names %s, which this server does not have: the others are offered", directive, strings.Join(list.missing, ", "))
	}
	return list
}

func suiteNames() string {
	names := make([]string, len(suites))
	for i := range suites {
		names[i] = suites[i].name
	}
	return strings.Join(names, ", ")
}

// checkVersions reports versions that are asked for and never spoken.
func (c *compiler) checkVersions(directive, suites ir.WordsName, protocol effective.Value[[]string], level int) {
	if !protocol.IsSet() {
		return
	}
	set := parseVersions(protocol.Value)
	_, _, spoken := set.bounds(level)
	switch {
	case set == 0:
		c.refuse(protocol.By, "%s allows no version, and httpd does not start with it: write %s all", directive, directive)
	case !spoken:
		c.refuse(protocol.By, "%s allows only TLSv1 and TLSv1.1, which OpenSSL does not speak at its security level %d: write %s DEFAULT@SECLEVEL=0 to speak them", directive, level, suites)
	case level > 0 && named(protocol.Value)&set&0b0011 != 0:
		c.ignore(protocol.By, "TLSv1 and TLSv1.1 are not spoken, as OpenSSL does not at its security level %d: %s DEFAULT@SECLEVEL=0 allows them", level, suites)
	}
}

// certificates loads the certificates of a server.
func (c *compiler) certificates(s *effective.Server, out *Server) {
	chain := c.chain(s)
	for i, certificate := range s.Certificates {
		var key *ir.Word
		if i < len(s.CertificateKeys) {
			key = s.CertificateKeys[i]
		}
		pair, ok := c.pair(certificate, key)
		if !ok {
			continue
		}
		c.checkKey(certificate, pair.Leaf, out.ciphers.level)
		if len(pair.Certificate) == 1 {
			for _, above := range chain {
				if string(above) != string(pair.Certificate[0]) {
					pair.Certificate = append(pair.Certificate, above)
				}
			}
		}
		out.certificates = append(out.certificates, pair)
	}
	if len(s.Certificates) == 0 {
		c.refuse(s.Settings.Word(ir.WordSSLEngine).By, "SSLEngine on needs a certificate: write SSLCertificateFile and SSLCertificateKeyFile")
	}
	// A client that takes both gets the one that costs less, as from OpenSSL.
	slices.SortStableFunc(out.certificates, func(a, b tls.Certificate) int { return keyRank(a) - keyRank(b) })
}

func keyRank(c tls.Certificate) int {
	if c.Leaf.PublicKeyAlgorithm == x509.RSA {
		return 1
	}
	return 0
}

// chain returns the certificates of SSLCertificateChainFile.
func (c *compiler) chain(s *effective.Server) [][]byte {
	item, set := s.Settings.Word(ir.WordSSLCertificateChainFile).By.(*ir.Word)
	if !set {
		return nil
	}
	data, ok := c.file(item, item.Name, item.Value)
	if !ok {
		return nil
	}
	var chain [][]byte
	for _, certificate := range parseCertificates(data) {
		chain = append(chain, certificate.Raw)
	}
	if len(chain) == 0 {
		c.refuse(item, "%s holds no certificate: write the path of a file in PEM with those above the server's own", item.Value)
	}
	return chain
}

// clients compiles SSLVerifyClient.
func (c *compiler) clients(s *effective.Server, out *Server) {
	mode := s.Settings.Word(ir.WordSSLVerifyClient)
	switch clib.ToLower(mode.Value) {
	case "none":
		return
	case "optional":
		out.client = tls.RequestClientCert
	case "require":
		out.client = tls.RequireAnyClientCert
	default:
		c.refuse(mode.By, "SSLVerifyClient %s accepts any certificate and leaves it to the application to judge it, which this server does not offer: write optional or require", mode.Value)
	}
	known := c.authorities(s.Settings.Word(ir.WordSSLCACertificateFile), s.Settings.Word(ir.WordSSLCACertificatePath))
	out.verify = verification{
		authorities: known, depth: int(s.Settings.Number(ir.NumberSSLVerifyDepth).Value), usage: x509.ExtKeyUsageClientAuth,
	}
}

// configs returns what crypto/tls runs for each certificate of a server whose address begins with base; nil for a
// combination that speaks no version.
func (s *Server) configs(base *Server) []*tls.Config {
	set := s.versions
	if !s.named {
		set = base.versions
	}
	lowest, highest, ok := set.bounds(s.ciphers.level)
	if !ok {
		return nil
	}
	all := make([]*tls.Config, len(s.certificates))
	for i := range s.certificates {
		config := &tls.Config{
			Certificates: s.certificates[i : i+1], MinVersion: lowest, MaxVersion: highest,
			CipherSuites: s.ciphers.suites, NextProtos: []string{"http/1.1"}, SessionTicketsDisabled: !s.tickets,
		}
		if s.tickets {
			// Each server has keys of its own, so that a session never goes on in another one.
			config.SetSessionTicketKeys([][32]byte{sha256.Sum256(fmt.Appendf(s.ticket[:], "%d %d", lowest, i))})
		}
		if s.client != tls.NoClientCert {
			config.ClientAuth, config.ClientCAs = s.client, s.verify.authorities.all
			config.VerifyConnection = s.checkClient
		}
		all[i] = config
	}
	return all
}

// checkClient judges the certificate of a client.
func (s *Server) checkClient(state tls.ConnectionState) error {
	if len(state.PeerCertificates) == 0 {
		return nil // crypto/tls has refused that where one is required
	}
	return s.verify.check(&state)
}
