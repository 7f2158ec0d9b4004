package lower

import "github.com/lbconf/lbconf/ir"

// sslHandlers are those of mod_ssl. It takes "optional" for off, with a notice.
func sslHandlers() map[string]handler {
	return map[string]handler{
		"SSLEngine":             {inServer, oneOf(ir.WordSSLEngine, "Argument must be On or Off", "optional=off")},
		"SSLProxyEngine":        {inServer | inProxy, flag(ir.SwitchSSLProxyEngine)},
		"SSLCertificateFile":    {inServer, word(ir.WordSSLCertificateFile)},
		"SSLCertificateKeyFile": {inServer, word(ir.WordSSLCertificateKeyFile)},
	}
}
