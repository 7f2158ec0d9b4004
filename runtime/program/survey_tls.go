package program

import (
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/clib"
)

// surveyVerifyClient reports a SSLVerifyClient that holds for a part of a server.
func (b *builder) surveyVerifyClient(item *ir.Word, in *ir.Section) {
	if in != nil && !clib.EqualFold(item.Value, "none") {
		b.anotherHandshake(item, string(item.Name), in)
	}
}

// surveyTLS reports suites that hold for a part of a server, and options that are not run.
func (b *builder) surveyTLS(item *ir.Words, in *ir.Section) {
	if item.Name == ir.WordsSSLCipherSuite && in != nil {
		b.anotherHandshake(item, string(item.Name), in)
	}
	if item.Name == ir.WordsSSLOptions {
		b.surveySSLOptions(item)
	}
}

// anotherHandshake reports a directive that asks for another handshake when a request turns out to be for its section.
func (b *builder) anotherHandshake(item ir.Item, name string, in *ir.Section) {
	b.report.refuse(item, "%s inside <%s> needs another handshake within a connection, which this server does not make: write it for the virtual host", name, in.Kind)
}

// surveySSLOptions judges the options that are not run.
func (b *builder) surveySSLOptions(item *ir.Words) {
	for _, word := range item.Values {
		switch option := clib.ToLower(strings.TrimPrefix(word, "+")); option {
		case "fakebasicauth":
			b.report.refuse(item, "SSLOptions %s decides who may pass and is not run by this server: leave it out, and write Require ssl or Require ssl-verify-client", word)
		case "legacydnstringformat":
			b.report.ignore(item, "SSLOptions %s has no effect: names of certificates are written as in RFC 2253", word)
		}
	}
}

// surveyTLSResidue judges what of mod_ssl has no type. It returns false for what is judged as any directive.
func (b *builder) surveyTLSResidue(item *ir.Residue) bool {
	switch item.Name {
	case "SSLOpenSSLConfCmd":
		b.report.refuse(item, "SSLOpenSSLConfCmd %s is for OpenSSL, which this server does not use, and to ignore it could allow more: write SSLProtocol and SSLCipherSuite", item.Args)
		return true
	case "SSLRequireSSL":
		b.report.refuse(item, "SSLRequireSSL is not run by this server, and to ignore it would let plain requests pass: write Require ssl")
		return true
	case "SSLInsecureRenegotiation", "SSLFIPS", "SSLOCSPEnable":
		return clib.EqualFold(item.Args, "off") // as it is here
	case "SSLCARevocationCheck", "SSLProxyCARevocationCheck":
		return clib.EqualFold(item.Args, "none")
	}
	return false
}
