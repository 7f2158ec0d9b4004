package tlsconf

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"strconv"
	"time"

	"github.com/lbconf/lbconf/runtime/exchange"
)

// Describe returns what is known of a connection behind its handshake, at the time now.
func (h *Handshake) Describe(state *tls.ConnectionState, now time.Time) *exchange.TLS {
	verified := len(state.PeerCertificates) > 0 // the handshake fails with one that is not
	kept := *state
	return exchange.NewTLS(h.Name, verified, func() []exchange.TLSVariable {
		d := description{now: now}
		d.connection(&kept, h.Name)
		d.certificate("SSL_SERVER_", h.certificate)
		d.verdict(kept.PeerCertificates)
		return d.list
	})
}

// description collects variables.
type description struct {
	now  time.Time
	list []exchange.TLSVariable
}

func (d *description) add(export exchange.TLSExport, name, value string) {
	if value != "" {
		d.list = append(d.list, exchange.TLSVariable{Name: name, Value: value, Export: export})
	}
}

func (d *description) standard(name, value string) { d.add(exchange.ExportStandard, name, value) }

// connection describes protocol, cipher and session.
func (d *description) connection(state *tls.ConnectionState, sni string) {
	s := lookupSuite(state.CipherSuite)
	bits := strconv.Itoa(s.bits)
	resumed := "Initial"
	if state.DidResume {
		resumed = "Resumed"
	}
	d.add(exchange.ExportNever, "SSL_TLS_SNI", sni)
	d.standard("SSL_PROTOCOL", versionName(state.Version))
	d.standard("SSL_CIPHER", s.name)
	d.standard("SSL_CIPHER_USEKEYSIZE", bits)
	d.standard("SSL_CIPHER_ALGKEYSIZE", bits)
	d.standard("SSL_CIPHER_EXPORT", "false")
	d.standard("SSL_COMPRESS_METHOD", "NULL")
	d.standard("SSL_SECURE_RENEG", "true")
	d.standard("SSL_SESSION_RESUMED", resumed)
}

// verdict describes the certificates of the client.
func (d *description) verdict(chain []*x509.Certificate) {
	if len(chain) == 0 {
		d.standard("SSL_CLIENT_VERIFY", "NONE")
		return
	}
	d.standard("SSL_CLIENT_VERIFY", "SUCCESS")
	d.certificate("SSL_CLIENT_", chain[0])
	// mod_ssl counts a day too many (ssl_var_lookup_ssl_cert_remain).
	days := max(0, int(chain[0].NotAfter.Sub(d.now).Hours()/24)+1)
	d.standard("SSL_CLIENT_V_REMAIN", strconv.Itoa(days))
	for i, c := range chain {
		d.add(exchange.ExportCertificate, fmt.Sprintf("SSL_CLIENT_CERT_CHAIN_%d", i), inPEM(c))
	}
}

// certificate describes one certificate.
func (d *description) certificate(prefix string, c *x509.Certificate) {
	if c == nil {
		return
	}
	d.standard(prefix+"M_VERSION", strconv.Itoa(c.Version))
	d.standard(prefix+"M_SERIAL", fmt.Sprintf("%02X", c.SerialNumber.Bytes()))
	d.standard(prefix+"V_START", opensslTime(c.NotBefore))
	d.standard(prefix+"V_END", opensslTime(c.NotAfter))
	d.standard(prefix+"A_KEY", keyAlgorithm(c.PublicKeyAlgorithm))
	d.standard(prefix+"A_SIG", signatureAlgorithm(c.SignatureAlgorithm))
	d.name(prefix+"S_DN", c.RawSubject)
	d.name(prefix+"I_DN", c.RawIssuer)
	for i, name := range c.DNSNames {
		d.standard(prefix+"SAN_DNS_"+strconv.Itoa(i), name)
	}
	for i, name := range c.EmailAddresses {
		d.standard(prefix+"SAN_Email_"+strconv.Itoa(i), name)
	}
	d.add(exchange.ExportCertificate, prefix+"CERT", inPEM(c))
}

func inPEM(c *x509.Certificate) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}))
}

// opensslTime is a time as OpenSSL prints it.
func opensslTime(t time.Time) string { return t.UTC().Format("Jan _2 15:04:05 2006") + " GMT" }

// keyAlgorithm is OpenSSL's name of the algorithm of a key.
func keyAlgorithm(a x509.PublicKeyAlgorithm) string {
	switch a {
	case x509.RSA:
		return "rsaEncryption"
	case x509.ECDSA:
		return "id-ecPublicKey"
	case x509.Ed25519:
		return "ED25519"
	case x509.DSA:
		return "dsaEncryption"
	case x509.UnknownPublicKeyAlgorithm:
	}
	return a.String()
}

// signatureAlgorithm is OpenSSL's name of the algorithm of a signature.
func signatureAlgorithm(a x509.SignatureAlgorithm) string {
	switch a {
	case x509.SHA1WithRSA:
		return "sha1WithRSAEncryption"
	case x509.SHA256WithRSA:
		return "sha256WithRSAEncryption"
	case x509.SHA384WithRSA:
		return "sha384WithRSAEncryption"
	case x509.SHA512WithRSA:
		return "sha512WithRSAEncryption"
	case x509.SHA256WithRSAPSS, x509.SHA384WithRSAPSS, x509.SHA512WithRSAPSS:
		return "rsassaPss"
	case x509.ECDSAWithSHA1:
		return "ecdsa-with-SHA1"
	case x509.ECDSAWithSHA256:
		return "ecdsa-with-SHA256"
	case x509.ECDSAWithSHA384:
		return "ecdsa-with-SHA384"
	case x509.ECDSAWithSHA512:
		return "ecdsa-with-SHA512"
	case x509.PureEd25519:
		return "ED25519"
	case x509.MD2WithRSA, x509.MD5WithRSA, x509.DSAWithSHA1, x509.DSAWithSHA256, x509.UnknownSignatureAlgorithm:
	}
	return a.String()
}
