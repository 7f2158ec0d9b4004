package tlsconf

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
)

// verification is how the certificate of a peer is judged.
type verification struct {
	authorities authorities
	// depth is the most certificates above the peer's own.
	depth int
	// usage is what the certificate must be for.
	usage x509.ExtKeyUsage
	// strangers accepts a certificate whose signer is unknown (optional_no_ca).
	strangers bool
}

// check judges the certificate of a connection, anew when a session goes on.
func (v *verification) check(state *tls.ConnectionState) error {
	between := v.authorities.between.Clone()
	for _, c := range state.PeerCertificates[1:] {
		between.AddCert(c)
	}
	chains, err := state.PeerCertificates[0].Verify(x509.VerifyOptions{
		Roots: v.authorities.roots, Intermediates: between, KeyUsages: []x509.ExtKeyUsage{v.usage},
	})
	if unknown := (x509.UnknownAuthorityError{}); v.strangers && errors.As(err, &unknown) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, chain := range chains {
		if len(chain)-1 <= v.depth {
			return nil
		}
	}
	return fmt.Errorf("the certificate has %d others above it, and at most %d are allowed", len(chains[0])-1, v.depth)
}
