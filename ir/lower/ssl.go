package lower

import (
	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/clib"
)

func sslHandlers() map[string]handler {
	return map[string]handler{
		"SSLEngine":             {inServer, lowerSSLEngine},
		"SSLProxyEngine":        {inServer | inProxy, flag(ir.SwitchSSLProxyEngine)},
		"SSLCertificateFile":    {inServer, word(ir.WordSSLCertificateFile)},
		"SSLCertificateKeyFile": {inServer, word(ir.WordSSLCertificateKeyFile)},
	}
}

// lowerSSLEngine takes "optional" for off, as httpd does with a notice.
func lowerSSLEngine(l *lowering, n *parser.Node, _ place) ir.Item {
	if !l.one(n) {
		return nil
	}
	switch value := clib.ToLower(n.Words[0].String()); value {
	case "on", "off":
		return &ir.Word{Node: node(n), Name: ir.WordSSLEngine, Value: value}
	case "optional":
		return &ir.Word{Node: node(n), Name: ir.WordSSLEngine, Value: "off"}
	}
	l.invalid(n, n.Words[0].Text.All(), "Argument must be On or Off", "write SSLEngine on or SSLEngine off", "SSLEngine cannot be %q", n.Words[0].String())
	return nil
}
