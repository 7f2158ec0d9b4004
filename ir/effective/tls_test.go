package effective_test

import (
	"strings"
	"testing"

	"github.com/lbconf/lbconf/ir"
)

// TestCertificates: each certificate of a virtual host takes the place of one of the main server's, from the first on.
func TestCertificates(t *testing.T) {
	v := view(t, "SSLCertificateFile a\nSSLCertificateFile b\nSSLCertificateKeyFile k\n"+
		"<VirtualHost *:1>\nSSLCertificateFile c\n</VirtualHost>\n"+
		"<VirtualHost *:2>\nSSLCertificateFile c\nSSLCertificateFile d\nSSLCertificateFile e\nSSLCertificateKeyFile l\n</VirtualHost>")
	join := func(words []*ir.Word) string {
		var all []string
		for _, w := range words {
			all = append(all, w.Value)
		}
		return strings.Join(all, " ")
	}
	for i, want := range []string{"a b/k", "c b/k", "c d e/l"} {
		s := v.Servers()[i]
		if got := join(s.Certificates) + "/" + join(s.CertificateKeys); got != want {
			t.Errorf("server %d has %s, not %s", i, got, want)
		}
	}
}

// TestIsTLS holds for which servers httpd 2.4.71 speaks TLS.
func TestIsTLS(t *testing.T) {
	const certificate = "SSLCertificateFile a\n"
	for text, want := range map[string]bool{
		"SSLEngine on":                          true,
		"SSLEngine off\n" + certificate:         false,
		"SSLEngine optional\n" + certificate:    false,
		"":                                      false,
		certificate:                             false,
		"#443\n" + certificate:                  true,
		"#443":                                  false,
		"#443\nSSLEngine off\n" + certificate:   false,
		"#8443 https\n" + certificate:           true,
		"#8443\n" + certificate:                 false,
		"#443 http\n" + certificate:             false,
		"#127.0.0.1:8443 https\n" + certificate: true,
	} {
		listen := ""
		if rest, ok := strings.CutPrefix(text, "#"); ok {
			listen, text, _ = strings.Cut(rest, "\n")
			listen = "Listen " + listen + "\n"
		}
		port := "8443"
		if strings.Contains(listen, "443") && !strings.Contains(listen, "8443") {
			port = "443"
		}
		v := view(t, listen+"<VirtualHost *:"+port+">\n"+text+"\n</VirtualHost>")
		if got := v.Servers()[1].IsTLS(); got != want {
			t.Errorf("%q with %q: %t", text, listen, got)
		}
	}
}

// TestTLSSettings: lists of ciphers for TLS 1.3 stand beside the others, the last SSLProtocol counts, and options add up.
func TestTLSSettings(t *testing.T) {
	v := view(t, "SSLCipherSuite HIGH\nSSLCipherSuite TLSv1.3 X\nSSLProtocol all\nSSLProtocol TLSv1.2 +TLSv1.3\nSSLOptions StdEnvVars\nSSLOptions +ExportCertData\n"+
		"<VirtualHost *:1>\nSSLCipherSuite SSL LOW\nSSLOptions -stdenvvars\n</VirtualHost>\n"+
		"<VirtualHost *:2>\nSSLCipherSuite TLSv1.3 Y\nSSLOptions StrictRequire\n</VirtualHost>")
	for i, want := range []string{"HIGH X true true", "LOW X false true", "HIGH Y false false"} {
		s := v.Servers()[i].Settings
		before, tls13 := s.CipherSuites(ir.WordsSSLCipherSuite)
		got := strings.Join([]string{before.Value, tls13.Value, text(s.SSLOption("StdEnvVars")), text(s.SSLOption("ExportCertData"))}, " ")
		if got != want {
			t.Errorf("server %d has %s, not %s", i, got, want)
		}
		if protocol := strings.Join(s.Words(ir.WordsSSLProtocol).Value, " "); protocol != "TLSv1.2 +TLSv1.3" {
			t.Errorf("server %d speaks %s", i, protocol)
		}
	}
	if before, tls13 := v.Main().Settings.CipherSuites(ir.WordsSSLProxyCipherSuite); before.IsSet() || tls13.IsSet() {
		t.Error("suites for backends are those for clients")
	}
}

func text(on bool) string {
	if on {
		return "true"
	}
	return "false"
}
