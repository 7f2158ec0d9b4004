package exchange

import (
	"slices"
	"strings"
)

// TLS is what is known of an encrypted connection, by the names that mod_ssl gives its variables. It belongs to the
// goroutine of the connection.
type TLS struct {
	// Name is the host that the client named in its handshake, or empty (SSL_TLS_SNI).
	Name string
	// Verified says that the client showed a certificate and that it was verified (Require ssl-verify-client).
	Verified bool

	describe  func() []TLSVariable
	variables []TLSVariable
}

// TLSVariable is one variable of mod_ssl with its value, which is never empty.
type TLSVariable struct {
	// Name is that of mod_ssl: "SSL_PROTOCOL".
	Name string
	// Value is its value.
	Value string
	// Export says which option of SSLOptions makes it a variable of the environment.
	Export TLSExport
}

// TLSExport is when a variable of mod_ssl is set in the environment of a request. The zero value is never.
type TLSExport uint8

// The conditions of export.
const (
	// ExportNever is for variables that must be asked for by name.
	ExportNever TLSExport = iota
	// ExportStandard is SSLOptions StdEnvVars.
	ExportStandard
	// ExportCertificate is SSLOptions ExportCertData.
	ExportCertificate
)

// NewTLS returns what is known of a connection. describe is called once, when a variable is first asked for.
func NewTLS(name string, verified bool, describe func() []TLSVariable) *TLS {
	return &TLS{Name: name, Verified: verified, describe: describe}
}

// Variables returns the variables in no particular order. The slice must not be changed.
func (t *TLS) Variables() []TLSVariable {
	if t.variables == nil {
		t.variables = t.describe()
	}
	return t.variables
}

// TLSVariable returns the value of a variable of mod_ssl, empty for one without: HTTPS, or one whose name begins with SSL_.
func (c *Client) TLSVariable(name string) string {
	if name == "HTTPS" {
		if c.TLS != nil {
			return "on"
		}
		return "off"
	}
	if c.TLS == nil {
		return ""
	}
	for _, v := range c.TLS.Variables() {
		if v.Name == name {
			return v.Value
		}
	}
	return ""
}

// IsTLSVariable says whether a name is one that TLSVariable can have a value for.
func IsTLSVariable(name string) bool {
	if slices.Contains(tlsNames, name) {
		return true
	}
	rest, ok := strings.CutPrefix(name, "SSL_CLIENT_")
	if !ok {
		rest, ok = strings.CutPrefix(name, "SSL_SERVER_")
	}
	if !ok {
		return false
	}
	if slices.Contains(tlsCertificateNames, rest) {
		return true
	}
	for _, prefix := range []string{"S_DN_", "I_DN_", "SAN_DNS_", "SAN_Email_"} {
		if strings.HasPrefix(rest, prefix) {
			return true
		}
	}
	return strings.HasPrefix(name, "SSL_CLIENT_CERT_CHAIN_")
}

// tlsNames are variables of a connection, tlsCertificateNames what follows SSL_CLIENT_ or SSL_SERVER_ in those of its
// certificates.
var (
	tlsNames = []string{
		"HTTPS", "SSL_PROTOCOL", "SSL_CIPHER", "SSL_CIPHER_USEKEYSIZE", "SSL_CIPHER_ALGKEYSIZE", "SSL_CIPHER_EXPORT",
		"SSL_COMPRESS_METHOD", "SSL_SECURE_RENEG", "SSL_SESSION_RESUMED", "SSL_TLS_SNI", "SSL_CLIENT_VERIFY", "SSL_CLIENT_V_REMAIN",
	}
	tlsCertificateNames = []string{"M_VERSION", "M_SERIAL", "V_START", "V_END", "S_DN", "I_DN", "A_KEY", "A_SIG", "CERT"}
)
