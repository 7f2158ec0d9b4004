package effective

import (
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/clib"
)

// cipherSuites13 is where lists keep the SSLCipherSuite and SSLProxyCipherSuite of TLS 1.3, which stand beside those of the
// versions before.
const cipherSuites13 = " TLSv1.3"

// listKey is the key of a list of words: its name, and for cipher suites the version that they are for.
func listKey(item *ir.Words) ir.WordsName {
	switch item.Name {
	case ir.WordsSSLCipherSuite, ir.WordsSSLProxyCipherSuite:
		if len(item.Values) == 2 && item.Values[0] == "TLSv1.3" {
			return item.Name + cipherSuites13
		}
	case ir.WordsOptions, ir.WordsLogLevel, ir.WordsRewriteOptions, ir.WordsDirectoryIndex, ir.WordsFileETag, ir.WordsAllowOverride,
		ir.WordsAccessFileName, ir.WordsProxyErrorOverride, ir.WordsSSLProtocol, ir.WordsSSLProxyProtocol, ir.WordsSSLOptions, ir.WordsRequestReadTimeout,
		ir.WordsHttpProtocolOptions, ir.WordsRegisterHttpMethod,
		ir.WordsProxyRemote, ir.WordsProxyRemoteMatch, ir.WordsNoProxy, ir.WordsProxyBlock, ir.WordsAllowCONNECT:
	}
	return item.Name
}

// CipherSuites returns the suites of SSLCipherSuite or SSLProxyCipherSuite in OpenSSL's language: those of TLS 1.2 and
// before, and those of TLS 1.3. A value that is not set leaves the choice to OpenSSL.
func (s *Settings) CipherSuites(name ir.WordsName) (before, tls13 Value[string]) {
	return s.cipherSuites(name), s.cipherSuites(name + cipherSuites13)
}

func (s *Settings) cipherSuites(key ir.WordsName) Value[string] {
	v := s.Words(key)
	if len(v.Value) == 0 {
		return Value[string]{}
	}
	return Value[string]{v.Value[len(v.Value)-1], v.By}
}

// SSLOption says whether an option of SSLOptions holds: a scope whose options all have a sign changes those around it.
func (s *Settings) SSLOption(option string) bool {
	on := s.parent != nil && s.parent.SSLOption(option)
	if item, ok := s.lists.get(ir.WordsSSLOptions); ok {
		for _, word := range item.Values {
			name := strings.TrimLeft(word, "+-")
			switch {
			case strings.HasPrefix(word, "-"):
				on = on && !clib.EqualFold(name, option)
			case strings.HasPrefix(word, "+"):
				on = on || clib.EqualFold(name, option)
			default:
				on = clib.EqualFold(name, option)
			}
		}
	}
	return on
}

// IsTLS says whether connections to the server are encrypted: SSLEngine On, or where that is not set a certificate and the
// protocol https, which the Listen directive of its address gives, and port 443 by itself.
func (s *Server) IsTLS() bool {
	if engine := s.Settings.Word(ir.WordSSLEngine); engine.IsSet() {
		return clib.EqualFold(engine.Value, "on")
	}
	return len(s.Certificates) > 0 && s.protocol() == "https"
}

// protocol is that of the first Listen for one of the server's addresses, first of those with the same IP address, then of
// those with the same port.
func (s *Server) protocol() string {
	addresses := s.Addresses()
	if s.IsMain() && s.Name != nil {
		addresses = []ir.Address{{Host: "*", Port: s.Name.Port}}
	}
	for _, address := range addresses {
		for _, exact := range []bool{true, false} {
			for _, l := range s.View.listens {
				if l.Port == address.Port && (!exact || l.Address == address.Host || l.Address == "" && IsAnyAddress(address)) {
					return listenProtocol(l)
				}
			}
		}
	}
	return ""
}

func listenProtocol(l *ir.Listen) string {
	switch {
	case l.Protocol != "":
		return l.Protocol
	case l.Port == 443:
		return "https"
	}
	return "http"
}

// certificate takes an item that is a SSLCertificateFile or SSLCertificateKeyFile of the server.
func (s *Server) certificate(item *ir.Word) {
	if item.Name == ir.WordSSLCertificateFile {
		s.Certificates = append(s.Certificates, item)
	}
	if item.Name == ir.WordSSLCertificateKeyFile {
		s.CertificateKeys = append(s.CertificateKeys, item)
	}
}

// mergeCertificates joins the files of the main server with a virtual host's: each of the latter takes the place of one of
// the former (mod_ssl: modssl_ctx_cfg_merge_certkeys_array).
func mergeCertificates(main, own []*ir.Word) []*ir.Word {
	if len(own) >= len(main) {
		return own
	}
	return concat(own, main[len(own):])
}
