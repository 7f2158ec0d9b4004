package tlsconf

import (
	"crypto/tls"
	"strings"
	"testing"
)

// TestVersions holds what httpd 2.4.71 with OpenSSL 3 speaks.
func TestVersions(t *testing.T) {
	for _, test := range []struct {
		words           string
		level           int
		lowest, highest uint16
	}{
		{"", 2, tls.VersionTLS12, tls.VersionTLS13},
		{"", 0, tls.VersionTLS10, tls.VersionTLS13},
		{"all -SSLv3 -sslv2", 1, tls.VersionTLS12, tls.VersionTLS13},
		{"TLSv1 +TLSv1.1", 0, tls.VersionTLS10, tls.VersionTLS11},
		{"TLSv1 TLSv1.2", 0, tls.VersionTLS12, tls.VersionTLS12},
		{"TLSv1 +TLSv1.2", 0, tls.VersionTLS12, tls.VersionTLS12},
		{"ALL -tlsv1.2", 0, tls.VersionTLS13, tls.VersionTLS13},
		{"all -TLSv1.3", 2, tls.VersionTLS12, tls.VersionTLS12},
		{"TLSv1 +TLSv1.1", 1, 0, 0},
		{"-all", 0, 0, 0},
	} {
		lowest, highest, ok := parseVersions(strings.Fields(test.words)).bounds(test.level)
		if test.words == "" {
			lowest, highest, ok = parseVersions(nil).bounds(test.level)
		}
		if lowest != test.lowest || highest != test.highest || ok != (highest != 0) {
			t.Errorf("%q at level %d: %x to %x, %t", test.words, test.level, lowest, highest, ok)
		}
	}
	if named([]string{"all", "-TLSv1"}) != 0 || named([]string{"+TLSv1.1"}) == 0 {
		t.Error("only versions that are named count as named")
	}
}
