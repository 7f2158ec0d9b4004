package tlsconf

import (
	"crypto/tls"
	"strings"

	"github.com/lbconf/lbconf/parser/clib"
)

// versions is a set of versions of TLS: bit i is version 1.i.
type versions uint8

const allVersions versions = 0b1111

// versionNames are the versions as SSLProtocol and SSL_PROTOCOL call them.
var versionNames = [...]string{"TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"}

// parseVersions reads the words of SSLProtocol from left to right; nil stands for the default.
func parseVersions(words []string) versions {
	if words == nil {
		return allVersions
	}
	var set versions
	for _, word := range words {
		sign, name := byte(0), word
		if strings.HasPrefix(word, "+") || strings.HasPrefix(word, "-") {
			sign, name = word[0], word[1:]
		}
		bits, known := versionBits(name)
		switch {
		case !known: // -SSLv2 and -SSLv3, which are not there anyway
		case sign == '-':
			set &^= bits
		case sign == '+':
			set |= bits
		default:
			set = bits
		}
	}
	return set
}

func versionBits(name string) (bits versions, known bool) {
	if clib.EqualFold(name, "all") {
		return allVersions, true
	}
	for i, version := range versionNames {
		if clib.EqualFold(name, version) {
			return 1 << i, true
		}
	}
	return 0, false
}

// bounds returns the lowest and the highest version that is spoken at a security level of OpenSSL: from 1 on there is
// neither 1.0 nor 1.1, and of a set with a hole only what is above it counts, as in mod_ssl. ok is false where nothing is
// left.
func (v versions) bounds(level int) (lowest, highest uint16, ok bool) {
	if level > 0 {
		v &^= 0b0011
	}
	top := len(versionNames) - 1
	for top >= 0 && v&(1<<top) == 0 {
		top--
	}
	if top < 0 {
		return 0, 0, false
	}
	bottom := top
	for bottom > 0 && v&(1<<(bottom-1)) != 0 {
		bottom--
	}
	return tls.VersionTLS10 + uint16(bottom), tls.VersionTLS10 + uint16(top), true //nolint:gosec // 0 to 3
}

// named returns the versions of a list that it names itself, not by all.
func named(words []string) versions {
	var set versions
	for _, word := range words {
		if bits, known := versionBits(strings.TrimPrefix(word, "+")); known && bits != allVersions {
			set |= bits
		}
	}
	return set
}

// versionName is what mod_ssl calls a version: SSL_PROTOCOL.
func versionName(version uint16) string {
	if i := int(version) - tls.VersionTLS10; i >= 0 && i < len(versionNames) {
		return versionNames[i]
	}
	return "UNKNOWN"
}
