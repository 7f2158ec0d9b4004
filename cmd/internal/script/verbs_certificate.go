package script

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"time"
)

const certificateUsage = "usage: certificate [-expired] [-self] [-ec] NAME [HOST…]"

// authority signs the certificates of a script.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	// rsa is the key of all certificates without -ec, since making one takes long.
	rsa    *rsa.PrivateKey
	serial int64
}

// verbCertificate is `certificate NAME [HOST…]`: files with a certificate and its key for tests.
func verbCertificate(_ context.Context, s *session, c *call) error {
	var expired, self, ec bool
	for {
		before := len(c.args)
		expired, self, ec = expired || c.flag("-expired"), self || c.flag("-self"), ec || c.flag("-ec")
		if len(c.args) == before {
			break
		}
	}
	if len(c.args) == 0 || !backendName.MatchString(c.args[0]) || c.args[0] == "ca" {
		return usage("%s, NAME in small letters and not ca", certificateUsage)
	}
	name, hosts := c.args[0], c.args[1:]
	if len(hosts) == 0 {
		hosts = []string{name}
	}
	if s.authority == nil {
		if err := s.newAuthority(); err != nil {
			return err
		}
	}
	template := s.authority.template(hosts[0])
	template.DNSNames = hosts
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
	if expired {
		template.NotAfter = time.Now().Add(-time.Hour)
	}
	key, err := s.authority.newKey(ec)
	if err != nil {
		return err
	}
	parent, signer := s.authority.certificate, crypto.Signer(s.authority.key)
	if self {
		parent, signer = template, key
	}
	signed, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		return err
	}
	return s.writeCertificate(name, signed, key)
}

// newAuthority makes the authority of a script, and ca.crt.
func (s *session) newAuthority() error {
	a := &authority{}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	a.key, a.certificate = key, a.template("authority of the script")
	a.certificate.IsCA, a.certificate.BasicConstraintsValid = true, true
	a.certificate.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature
	signed, err := x509.CreateCertificate(rand.Reader, a.certificate, a.certificate, key.Public(), key)
	if err != nil {
		return err
	}
	if a.certificate, err = x509.ParseCertificate(signed); err != nil {
		return err
	}
	s.authority = a
	return s.writeCertificate("ca", signed, key)
}

func (a *authority) template(name string) *x509.Certificate {
	a.serial++
	return &x509.Certificate{
		SerialNumber: big.NewInt(a.serial), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: time.Now().Add(48 * time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
	}
}

func (a *authority) newKey(ec bool) (crypto.Signer, error) {
	if ec {
		return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	}
	if a.rsa == nil {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			return nil, err
		}
		a.rsa = key
	}
	return a.rsa, nil
}

// writeCertificate writes NAME.crt, NAME.key and NAME.pem with both.
func (s *session) writeCertificate(name string, signed []byte, key crypto.Signer) error {
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	crt := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: signed})
	pkcs8 := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})
	for _, file := range []struct {
		ending string
		text   []byte
	}{{".crt", crt}, {".key", pkcs8}, {".pem", slices.Concat(crt, pkcs8)}} {
		// The account of httpd's children reads what its work folder holds.
		if err := os.WriteFile(filepath.Join(s.dir, name+file.ending), file.text, 0o644); err != nil {
			return err
		}
	}
	return nil
}
