package lower_test

import (
	"math/rand/v2"
)

// sslLines are directives of mod_ssl with what may stand behind them, and what may not.
var sslLines = []struct {
	directives, words []string
}{
	{
		[]string{"SSLProtocol", "SSLProxyProtocol"},
		[]string{"all", "-SSLv3", "+TLSv1.2", "TLSv1.3", "-all", "SSLv2", "-SSLv2", "SSLv3", "+", "tls1", `"all -TLSv1"`, `""`},
	},
	{
		[]string{"SSLCipherSuite", "SSLProxyCipherSuite"},
		[]string{"HIGH", "TLSv1.3", "SSL", "TLSv1.2", "TLS_AES_128_GCM_SHA256", "tlsv1.3", `""`},
	},
	{
		[]string{"SSLSessionCache", "SSLStaplingCache", "AuthnCacheSOCache"},
		[]string{
			"none", "nonenotnull", "shmcb:/tmp/x(512000)", "shmcb:/tmp/x(1)", "shmcb:x(", "shmcb:x)", "shmcb", "dbm:x", "memcache:", "redis:a:1", "foo:x", `"shmcb:x( 9000)"`,
			"shmcb:x(9k)", "SHMCB:x",
		},
	},
	{
		[]string{"SSLVerifyClient", "SSLProxyVerify", "SSLVerifyDepth", "SSLProxyVerifyDepth", "SSLRenegBufferSize", "SSLSessionCacheTimeout", "SSLStaplingResponseMaxAge"},
		[]string{"none", "require", "optional_no_ca", "On", "off", "1", "-1", "5x", "3000000000", `""`, "0"},
	},
	{
		[]string{"SSLOptions", "SSLCARevocationCheck", "SSLProxyCARevocationCheck", "SSLOCSPEnable", "SSLEngine", "SSLVHostSNIPolicy"},
		[]string{
			"+StdEnvVars", "-StrictRequire", "StdEnvVars", "chain", "leaf", "no_crl_for_cert_ok", "on", "off", "no_ocsp_for_cert_ok", "secure", "optional", "foo", `""`,
			`"chain leaf"`, "+",
		},
	},
	{
		[]string{"SSLProxyEngine", "SSLHonorCipherOrder", "SSLCompression", "SSLUseStapling", "SSLProxyCheckPeerName", "SSLSessionTickets", "SSLRequireSSL", "SSLStrictSNIVHostCheck"},
		[]string{"on", "off", "x", `""`},
	},
	{
		[]string{"SSLOpenSSLConfCmd", "SSLPassPhraseDialog", "SSLCryptoDevice", "SSLOCSPProxyURL", "SSLUserName", "SSLLog", "SSLRequire"},
		[]string{
			"Groups", "X25519", "foo", "startup", "connect", "builtin", "512", "-1", "exec:/bin/true", "|/bin/cat", "http://a:1/", "http://a:x/", "true", "%{REMOTE_ADDR}", "==", "'a'",
		},
	},
}

// randomSSL is a directive of mod_ssl somewhere.
func randomSSL(r *rand.Rand) string {
	line := one(r, sslLines)
	text := one(r, line.directives)
	for range r.IntN(4) {
		text += " " + one(r, line.words)
	}
	return somewhere(r, text, 50)
}

// sslModules are those that randomSSL needs.
var sslModules = []string{"authn_socache", "socache_shmcb", "socache_dbm", "socache_memcache", "socache_redis"}
