package tlsconf

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"testing"
	"time"
)

// issuer makes certificates.
type issuer struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

func (i *issuer) issue(t *testing.T, change func(*x509.Certificate)) *issuer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "x"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	change(template)
	parent := i
	if parent == nil {
		parent = &issuer{template, key}
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, parent.certificate, key.Public(), parent.key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	return &issuer{certificate, key}
}

func (i *issuer) pem() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: i.certificate.Raw})
}

func authority(name string) func(*x509.Certificate) {
	return func(c *x509.Certificate) {
		c.Subject.CommonName, c.IsCA, c.BasicConstraintsValid = name, true, true
	}
}

func known(all ...*issuer) authorities {
	a := authorities{x509.NewCertPool(), x509.NewCertPool(), x509.NewCertPool()}
	for _, i := range all {
		a.add(i.pem())
	}
	return a
}

func state(chain ...*issuer) *tls.ConnectionState {
	s := &tls.ConnectionState{}
	for _, i := range chain {
		s.PeerCertificates = append(s.PeerCertificates, i.certificate)
	}
	return s
}

// TestVerification: the chain must end at a certificate that signs itself, within the depth, however it comes.
func TestVerification(t *testing.T) {
	var none *issuer
	root := none.issue(t, authority("root"))
	between := root.issue(t, authority("between"))
	leaf := between.issue(t, func(*x509.Certificate) {})
	old := root.issue(t, func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) })
	stranger := none.issue(t, func(*x509.Certificate) {})
	for _, test := range []struct {
		about     string
		known     authorities
		peer      *tls.ConnectionState
		depth     int
		strangers bool
		ok        bool
	}{
		{"the peer sends what is between", known(root), state(leaf, between), 2, false, true},
		{"what is between is known", known(root, between), state(leaf), 2, false, true},
		{"it is missing", known(root), state(leaf), 2, false, false},
		{"the chain is too long", known(root), state(leaf, between), 1, false, false},
		{"one in the middle is no end", known(between), state(leaf), 2, false, false},
		{"nobody is known", known(), state(leaf, between, root), 2, false, false},
		{"a stranger", known(root), state(stranger), 1, false, false},
		{"a stranger where strangers may pass", known(root), state(stranger), 1, true, true},
		{"an old one where strangers may pass", known(root), state(old), 1, true, false},
	} {
		v := verification{authorities: test.known, depth: test.depth, usage: x509.ExtKeyUsageAny, strangers: test.strangers}
		if err := v.check(test.peer); (err == nil) != test.ok {
			t.Errorf("%s: %v", test.about, err)
		}
	}
}

// TestNames: names of a certificate count, and its common name, with the first label as a wildcard; addresses do not.
func TestNames(t *testing.T) {
	var none *issuer
	certificate := none.issue(t, func(c *x509.Certificate) {
		c.Subject.CommonName = "common.example"
		c.DNSNames = []string{"A.example", "*.wild.example", "w*.odd.example"}
	}).certificate
	for host, want := range map[string]bool{
		"a.example": true, "common.EXAMPLE": true, "x.wild.example": true, "x.y.wild.example": false, "wild.example": false,
		".wild.example": true, "wx.odd.example": false, "b.example": false, "": false, "example": false,
	} {
		if got := hasName(certificate, host); got != want {
			t.Errorf("%q: %t", host, got)
		}
	}
}
