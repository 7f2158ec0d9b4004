package lower

import (
	"slices"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/clib"
)

// sslChecks are those of mod_ssl. Whether files exist is no question of the language.
func sslChecks() map[string]check {
	crl := modeWith([]string{"none", "leaf", "chain"}, []string{"no_crl_for_cert_ok"})
	all := map[string]check{
		"SSLCARevocationCheck":      crl,
		"SSLProxyCARevocationCheck": crl,
		"SSLOCSPEnable":             modeWith([]string{"on", "leaf", "off"}, []string{"no_ocsp_for_cert_ok"}),
		"SSLCompression":            checkSSLCompression,
		"SSLCryptoDevice":           checkSSLCryptoDevice,
		"SSLLog":                    deprecated("SSLLog directive is no longer supported - use ErrorLog.", "ErrorLog"),
		"SSLLogLevel":               deprecated("SSLLogLevel directive is no longer supported - use LogLevel.", "LogLevel ssl:debug"),
		"SSLOCSPProxyURL":           checkSSLOCSPProxyURL,
		"SSLOpenSSLConfCmd":         checkSSLConfCmd,
		"SSLPassPhraseDialog":       checkSSLPassPhraseDialog,
		"SSLRandomSeed":             checkSSLRandomSeed,
		"SSLRenegBufferSize":        notNegative("Invalid size for SSLRenegBufferSize: %s"),
		"SSLRequire":                checkSSLRequire,
		"SSLSessionCache":           checkSSLSessionCache,
		"SSLSessionCacheTimeout":    notNegative("SSLSessionCacheTimeout: Invalid argument"),
		"SSLStaplingCache":          checkSSLStaplingCache,
	}
	for _, name := range []string{
		"SSLOCSPResponderTimeout", "SSLOCSPResponseMaxAge", "SSLOCSPResponseTimeSkew", "SSLStaplingErrorCacheTimeout",
		"SSLStaplingResponderTimeout", "SSLStaplingResponseMaxAge", "SSLStaplingResponseTimeSkew", "SSLStaplingStandardCacheTimeout",
	} {
		all[name] = notNegative(name + ": invalid argument")
	}
	return all
}

func checkSSLSessionCache(l *lowering, n *parser.Node) bool {
	if len(n.Words) == 0 || contains([]string{"none", "nonenotnull"}, n.Words[0].String()) {
		return true
	}
	return l.socache(n, n.Words[0], "'%s' session cache not supported (known names: ")
}

func checkSSLStaplingCache(l *lowering, n *parser.Node) bool {
	return len(n.Words) == 0 || l.socache(n, n.Words[0], "'%s' stapling cache not supported (known names: ")
}

// checkSSLCompression refuses On: OpenSSL is built without any method of compression since it was found to leak.
func checkSSLCompression(l *lowering, n *parser.Node) bool {
	if len(n.Words) == 0 || !clib.EqualFold(n.Words[0].String(), "on") {
		return true
	}
	l.invalid(n, n.Words[0].Text.All(), "This version of OpenSSL does not have any compression methods available, cannot enable SSLCompression.",
		"write SSLCompression off, or remove the line", "SSLCompression cannot be on")
	return false
}

// cryptoEngines are the names of OpenSSL's engines. Which of them a machine has only its OpenSSL knows.
var cryptoEngines = []string{
	"dynamic", "4758cca", "aep", "afalg", "atalla", "capi", "chil", "cswift", "dasync", "devcrypto", "gmp", "gost", "loader_attic",
	"nuron", "padlock", "pkcs11", "qatengine", "sureware", "tpm", "tpm2tss", "ubsec",
}

func checkSSLCryptoDevice(l *lowering, n *parser.Node) bool {
	if len(n.Words) == 0 {
		return true
	}
	name := n.Words[0].String()
	if clib.EqualFold(name, "builtin") || slices.Contains(cryptoEngines, name) {
		return true
	}
	l.invalid(n, n.Words[0].Text.All(), "SSLCryptoDevice: Invalid argument; must be one of: 'builtin' (none)",
		"write SSLCryptoDevice builtin, or the name of an engine that OpenSSL has", "SSLCryptoDevice does not know %q", name)
	return false
}

func checkSSLPassPhraseDialog(l *lowering, n *parser.Node) bool {
	if len(n.Words) == 0 {
		return true
	}
	text := n.Words[0].String()
	program, isExec := strings.CutPrefix(text, "exec:")
	pipe, isPipe := strings.CutPrefix(text, "|")
	if clib.EqualFold(text, "builtin") || isExec && program != "" || isPipe && pipe != "" {
		return true
	}
	l.invalid(n, n.Words[0].Text.All(), "SSLPassPhraseDialog: Invalid argument", "write builtin, exec:/path/of/program or |/path/of/program",
		"SSLPassPhraseDialog does not know %q", text)
	return false
}

func checkSSLRandomSeed(l *lowering, n *parser.Node) bool {
	if len(n.Words) < 2 {
		return true
	}
	when, source := n.Words[0].String(), n.Words[1].String()
	if !contains([]string{"startup", "connect"}, when) {
		l.invalid(n, n.Words[0].Text.All(), "SSLRandomSeed: invalid context: `"+when+"'", "write startup or connect", "SSLRandomSeed does not know %q", when)
		return false
	}
	if strings.HasPrefix(source, "egd:") && source != "egd:" {
		l.invalid(n, n.Words[1].Text.All(), "Invalid SSLRandomSeed entropy source `"+source+"': This version of OpenSSL does not support the Entropy Gathering Daemon (EGD).",
			"write builtin, or file:/dev/urandom 512", "OpenSSL asks no daemon for entropy any more")
		return false
	}
	if len(n.Words) < 3 {
		return true
	}
	switch size := n.Words[2]; {
	case clib.EqualFold(source, "builtin"):
		l.invalid(n, size.Text.All(), "SSLRandomSeed: byte specification not allowed for builtin seed source", "write SSLRandomSeed "+when+" builtin",
			"SSLRandomSeed takes no number of bytes behind builtin")
		return false
	case clib.Atoi(size.String()) < 0:
		l.invalid(n, size.Text.All(), "SSLRandomSeed: invalid number of bytes specified", "write a number of bytes, such as 512",
			"SSLRandomSeed cannot read %q bytes", size.String())
		return false
	}
	return true
}

// checkSSLRequire parses the whole line as it stands: an expression in quotes is a text.
func checkSSLRequire(l *lowering, n *parser.Node) bool {
	return l.condition(n, n.Args, "SSLRequire: ")
}

// checkSSLOCSPProxyURL refuses what apr_uri_parse does not take for a URL.
func checkSSLOCSPProxyURL(l *lowering, n *parser.Node) bool {
	if len(n.Words) == 0 {
		return true
	}
	if _, ok := ir.ParseURI(n.Words[0].String()); ok {
		return true
	}
	l.invalid(n, n.Words[0].Text.All(), "SSLOCSPProxyURL: Cannot parse URL "+n.Words[0].String(), "write http://HOST:PORT/",
		"SSLOCSPProxyURL cannot be %q", n.Words[0].String())
	return false
}

// confCommands are the commands of OpenSSL's SSL_CONF_cmd that a server may have in a file, in lower case.
var confCommands = strings.Fields(`cipherstring ciphersuites curves groups ecdhparameters protocol minprotocol maxprotocol options
	verifymode signaturealgorithms clientsignaturealgorithms certificate privatekey serverinfofile chaincapath chaincafile chaincastore
	verifycapath verifycafile verifycastore requestcapath requestcafile requestcastore clientcapath clientcafile clientcastore
	dhparameters recordpadding numtickets`)

func checkSSLConfCmd(l *lowering, n *parser.Node) bool {
	if len(n.Words) == 0 || slices.Contains(confCommands, clib.ToLower(n.Words[0].String())) {
		return true
	}
	name := n.Words[0].String()
	l.invalid(n, n.Words[0].Text.All(), "'"+name+"': invalid OpenSSL configuration command",
		"write a command of OpenSSL's SSL_CONF_cmd for configuration files, such as MinProtocol, Curves or Options", "OpenSSL has no command %q", name)
	return false
}

// confCommandFile is the file or folder behind a command of OpenSSL that takes one.
func confCommandFile(l *lowering, n *parser.Node, _ place) {
	if len(n.Words) < 2 {
		return
	}
	command, name := clib.ToLower(n.Words[0].String()), l.rooted(n.Words[1].String())
	isFolder := strings.HasSuffix(command, "capath")
	if !isFolder && !strings.HasSuffix(command, "file") && !slices.Contains([]string{"certificate", "privatekey", "dhparameters"}, command) {
		return
	}
	info, seen := l.stat(name)
	switch {
	case !seen:
	case isFolder && !folder(info):
		l.missing(n, n.Words[1].Text.All(), "SSLOpenSSLConfCmd: directory '"+name+"' does not exist", name, noFolder)
	case !isFolder && wrong(info) != "":
		l.missing(n, n.Words[1].Text.All(), "SSLOpenSSLConfCmd: file '"+name+"' does not exist or is empty", name, wrong(info))
	}
}
