package tlsconf

import (
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"testing"
	"time"

	"github.com/lbconf/lbconf/runtime/exchange"
)

// TestDescription holds the variables against what httpd 2.4.71 fills in.
func TestDescription(t *testing.T) {
	var none *issuer
	client := none.issue(t, func(c *x509.Certificate) {
		c.Subject = pkix.Name{ExtraNames: []pkix.AttributeTypeAndValue{
			{Type: asn1.ObjectIdentifier{2, 5, 4, 6}, Value: "DE"},
			{Type: asn1.ObjectIdentifier{2, 5, 4, 11}, Value: "one"},
			{Type: asn1.ObjectIdentifier{2, 5, 4, 11}, Value: "two, three"},
			{Type: asn1.ObjectIdentifier{2, 5, 4, 3}, Value: " #me"},
			{Type: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 1}, Value: "me@example.com"},
		}}
		c.DNSNames = []string{"a.example"}
	})
	h := &Handshake{Name: "a.example", certificate: client.certificate}
	state := &tls.ConnectionState{
		Version: tls.VersionTLS12, CipherSuite: tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, DidResume: true,
		PeerCertificates: []*x509.Certificate{client.certificate},
	}
	described := exchange.Client{TLS: h.Describe(state, client.certificate.NotAfter.Add(-36*time.Hour))}
	for name, want := range map[string]string{
		"HTTPS": "on", "SSL_PROTOCOL": "TLSv1.2", "SSL_CIPHER": "ECDHE-RSA-AES256-GCM-SHA384", "SSL_CIPHER_USEKEYSIZE": "256",
		"SSL_SESSION_RESUMED": "Resumed", "SSL_CLIENT_VERIFY": "SUCCESS", "SSL_CLIENT_V_REMAIN": "2", "SSL_TLS_SNI": "a.example",
		"SSL_CLIENT_S_DN":    `emailAddress=me@example.com,CN=\ #me,OU=two\, three,OU=one,C=DE`,
		"SSL_CLIENT_S_DN_OU": "one", "SSL_CLIENT_S_DN_OU_1": "two, three", "SSL_CLIENT_S_DN_Email": "me@example.com", "SSL_CLIENT_S_DN_C": "DE",
		"SSL_CLIENT_SAN_DNS_0": "a.example", "SSL_SERVER_M_SERIAL": "01", "SSL_SERVER_A_SIG": "ecdsa-with-SHA256", "SSL_SERVER_M_VERSION": "3",
		"SSL_CLIENT_SAN_DNS_1": "", "SSL_CLIENT_S_DN_ST": "",
	} {
		if got := described.TLSVariable(name); got != want {
			t.Errorf("%s is %q, not %q", name, got, want)
		}
		if !exchange.IsTLSVariable(name) {
			t.Errorf("%s is not known", name)
		}
	}
	for _, v := range described.TLS.Variables() {
		if !exchange.IsTLSVariable(v.Name) {
			t.Errorf("%s has a value and is not known", v.Name)
		}
	}
	plain := exchange.Client{}
	if plain.TLSVariable("HTTPS") != "off" || plain.TLSVariable("SSL_PROTOCOL") != "" || exchange.IsTLSVariable("SSL_SESSION_ID") {
		t.Error("a plain connection has only HTTPS")
	}
}
