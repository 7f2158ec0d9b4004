package tlsconf

import "crypto/tls"

// suite is a cipher suite of TLS 1.2 and before that crypto/tls has, with the properties that lists in OpenSSL's language
// select by. RC4 and 3DES are missing: OpenSSL 3 leaves them out too.
type suite struct {
	id uint16
	// name is OpenSSL's.
	name string
	// aliases are the words of OpenSSL's language that select it, beside ALL, DEFAULT, HIGH and its name.
	aliases []string
	// bits is the size of its key.
	bits int
}

// suites are those suites.
var suites = []suite{
	{tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, "ECDHE-ECDSA-AES256-GCM-SHA384", with(ecdhe, aECDSA, aes256, gcm), 256},
	{tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, "ECDHE-RSA-AES256-GCM-SHA384", with(ecdhe, aRSA, aes256, gcm), 256},
	{tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, "ECDHE-ECDSA-CHACHA20-POLY1305", with(ecdhe, aECDSA, chacha), 256},
	{tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256, "ECDHE-RSA-CHACHA20-POLY1305", with(ecdhe, aRSA, chacha), 256},
	{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, "ECDHE-ECDSA-AES128-GCM-SHA256", with(ecdhe, aECDSA, aes128, gcm), 128},
	{tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, "ECDHE-RSA-AES128-GCM-SHA256", with(ecdhe, aRSA, aes128, gcm), 128},
	{tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256, "ECDHE-ECDSA-AES128-SHA256", with(ecdhe, aECDSA, aes128, cbc256), 128},
	{tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256, "ECDHE-RSA-AES128-SHA256", with(ecdhe, aRSA, aes128, cbc256), 128},
	{tls.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA, "ECDHE-ECDSA-AES256-SHA", with(ecdhe, aECDSA, aes256, sha1, tls1), 256},
	{tls.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA, "ECDHE-RSA-AES256-SHA", with(ecdhe, aRSA, aes256, sha1, tls1), 256},
	{tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, "ECDHE-ECDSA-AES128-SHA", with(ecdhe, aECDSA, aes128, sha1, tls1), 128},
	{tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, "ECDHE-RSA-AES128-SHA", with(ecdhe, aRSA, aes128, sha1, tls1), 128},
	{tls.TLS_RSA_WITH_AES_256_GCM_SHA384, "AES256-GCM-SHA384", with(kRSA, aRSA, aes256, gcm), 256},
	{tls.TLS_RSA_WITH_AES_128_GCM_SHA256, "AES128-GCM-SHA256", with(kRSA, aRSA, aes128, gcm), 128},
	{tls.TLS_RSA_WITH_AES_128_CBC_SHA256, "AES128-SHA256", with(kRSA, aRSA, aes128, cbc256), 128},
	{tls.TLS_RSA_WITH_AES_256_CBC_SHA, "AES256-SHA", with(kRSA, aRSA, aes256, sha1, ssl3), 256},
	{tls.TLS_RSA_WITH_AES_128_CBC_SHA, "AES128-SHA", with(kRSA, aRSA, aes128, sha1, ssl3), 128},
}

// The words that go together.
var (
	ecdhe  = []string{"kECDHE", "kEECDH", "ECDH", "ECDHE", "EECDH"}
	kRSA   = []string{"kRSA", "RSA"}
	aRSA   = []string{"aRSA"}
	aECDSA = []string{"aECDSA", "ECDSA"}
	aes128 = []string{"AES128", "AES", "FIPS"}
	aes256 = []string{"AES256", "AES", "FIPS"}
	gcm    = []string{"AESGCM", "TLSv1.2"}
	chacha = []string{"CHACHA20", "TLSv1.2"}
	cbc256 = []string{"SHA256", "TLSv1.2"}
	sha1   = []string{"SHA1", "SHA"}
	tls1   = []string{"TLSv1", "TLSv1.0"}
	ssl3   = []string{"SSLv3"}
)

func with(words ...[]string) []string {
	all := []string{"ALL", "DEFAULT", "HIGH"}
	for _, w := range words {
		all = append(all, w...)
	}
	return all
}

// suites13 are the names of the suites of TLS 1.3, which crypto/tls always offers.
var suites13 = map[uint16]suite{
	tls.TLS_AES_128_GCM_SHA256:       {name: "TLS_AES_128_GCM_SHA256", bits: 128},
	tls.TLS_AES_256_GCM_SHA384:       {name: "TLS_AES_256_GCM_SHA384", bits: 256},
	tls.TLS_CHACHA20_POLY1305_SHA256: {name: "TLS_CHACHA20_POLY1305_SHA256", bits: 256},
}

// lookupSuite returns a suite by its number.
func lookupSuite(id uint16) suite {
	for _, s := range suites {
		if s.id == id {
			return s
		}
	}
	return suites13[id]
}
