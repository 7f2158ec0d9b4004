package lower

import (
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/clib"
)

// sslHandlers are those of mod_ssl. It takes "optional" for off, with a notice. That the files exist is asked by whoever
// reads them: a configuration is also looked at where it does not run.
func sslHandlers() map[string]handler {
	return map[string]handler{
		"SSLEngine":               oneOf(ir.WordSSLEngine, "Argument must be On or Off", "optional=off"),
		"SSLCertificateFile":      word(ir.WordSSLCertificateFile),
		"SSLCertificateKeyFile":   word(ir.WordSSLCertificateKeyFile),
		"SSLCertificateChainFile": word(ir.WordSSLCertificateChainFile),
		"SSLCACertificateFile":    authority(ir.WordSSLCACertificateFile),
		"SSLCACertificatePath":    authority(ir.WordSSLCACertificatePath),
		"SSLProtocol":             protocols(ir.WordsSSLProtocol),
		"SSLCipherSuite":          cipherSuite(ir.WordsSSLCipherSuite),
		"SSLHonorCipherOrder":     flag(ir.SwitchSSLHonorCipherOrder),
		"SSLSessionTickets":       flag(ir.SwitchSSLSessionTickets),
		"SSLVerifyClient":         verify(ir.WordSSLVerifyClient),
		"SSLVerifyDepth":          depth(ir.NumberSSLVerifyDepth),
		"SSLOptions":              lowerSSLOptions,
		"SSLStrictSNIVHostCheck":  flag(ir.SwitchSSLStrictSNIVHostCheck),
		"SSLVHostSNIPolicy":       lowerSNIPolicy,

		"SSLProxyEngine":                 flag(ir.SwitchSSLProxyEngine),
		"SSLProxyProtocol":               protocols(ir.WordsSSLProxyProtocol),
		"SSLProxyCipherSuite":            cipherSuite(ir.WordsSSLProxyCipherSuite),
		"SSLProxyVerify":                 verify(ir.WordSSLProxyVerify),
		"SSLProxyVerifyDepth":            depth(ir.NumberSSLProxyVerifyDepth),
		"SSLProxyCACertificateFile":      word(ir.WordSSLProxyCACertificateFile),
		"SSLProxyCACertificatePath":      word(ir.WordSSLProxyCACertificatePath),
		"SSLProxyCheckPeerName":          flag(ir.SwitchSSLProxyCheckPeerName),
		"SSLProxyCheckPeerCN":            flag(ir.SwitchSSLProxyCheckPeerCN),
		"SSLProxyCheckPeerExpire":        flag(ir.SwitchSSLProxyCheckPeerExpire),
		"SSLProxyMachineCertificateFile": word(ir.WordSSLProxyMachineCertificateFile),
	}
}

// authority is a file or folder of certificates for those of clients, which OpenSSL knows for whole servers only.
func authority(name ir.WordName) func(*lowering, *parser.Node, place) ir.Item {
	return func(l *lowering, n *parser.Node, at place) ir.Item {
		if at.perDir() && l.one(n) {
			before := len(l.diags)
			if l.look(n, l.find(n), at); len(l.diags) > before {
				return nil // httpd looks for it first
			}
			l.invalid(n, n.Span(), "Your SSL library does not have support for per-directory CA", "write it for the whole server",
				"%s cannot hold for a part of a server", n.Name)
			return nil
		}
		return word(name)(l, n, at)
	}
}

// verify is SSLVerifyClient or SSLProxyVerify.
func verify(name ir.WordName) func(*lowering, *parser.Node, place) ir.Item {
	return func(l *lowering, n *parser.Node, at place) ir.Item {
		written := ""
		if len(n.Words) > 0 {
			written = n.Words[0].String()
		}
		return oneOf(name, string(name)+": Invalid argument '"+written+"'", "off=none", "on=require")(l, n, at)
	}
}

// depth is SSLVerifyDepth or SSLProxyVerifyDepth.
func depth(name ir.NumberName) func(*lowering, *parser.Node, place) ir.Item {
	return func(l *lowering, n *parser.Node, at place) ir.Item {
		item, ok := number(name)(l, n, at).(*ir.Number)
		if !ok {
			return nil
		}
		if item.Value < 0 {
			l.invalid(n, n.Words[0].Text.All(), string(name)+": Invalid argument '"+item.Written+"'", "write a whole number, 0 or more",
				"%s cannot be %q", n.Name, item.Written)
			return nil
		}
		return item
	}
}

// protocols is SSLProtocol or SSLProxyProtocol.
func protocols(name ir.WordsName) func(*lowering, *parser.Node, place) ir.Item {
	return func(l *lowering, n *parser.Node, _ place) ir.Item {
		for _, w := range n.Words {
			if httpd := protocolProblem(name, w.String()); httpd != "" {
				l.invalid(n, w.Text.All(), httpd, "write all, TLSv1, TLSv1.1, TLSv1.2 or TLSv1.3, with + or - before it",
					"%s does not know %q", n.Name, w.String())
				return nil
			}
		}
		return &ir.Words{Node: node(n), Name: name, Values: texts(n.Words)}
	}
}

// protocolProblem is what httpd says to a word of SSLProtocol, or nothing. One sign belongs to the word.
func protocolProblem(directive ir.WordsName, word string) string {
	sign, version := "", word
	if strings.HasPrefix(word, "+") || strings.HasPrefix(word, "-") {
		sign, version = word[:1], word[1:]
	}
	switch clib.ToLower(version) {
	case "all", "tlsv1", "tlsv1.1", "tlsv1.2", "tlsv1.3":
	case "sslv2":
		if sign != "-" {
			return "SSLProtocol: SSLv2 is no longer supported"
		}
	case "sslv3":
		if sign != "-" {
			return "SSLv3 not supported by this version of OpenSSL"
		}
	default:
		return string(directive) + ": Illegal protocol '" + version + "'"
	}
	return ""
}

// cipherSuite is SSLCipherSuite or SSLProxyCipherSuite. What the suites are is OpenSSL's business, at start.
func cipherSuite(name ir.WordsName) func(*lowering, *parser.Node, place) ir.Item {
	return func(l *lowering, n *parser.Node, at place) ir.Item {
		if !l.words(n, 1, 2, "takes 1-2 arguments") {
			return nil
		}
		values := texts(untilEmpty(n.Words)) // "" is no second argument
		switch {
		case len(values) < 2, values[0] == "SSL":
		case values[0] != "TLSv1.3":
			l.invalid(n, n.Words[0].Text.All(), "protocol '"+values[0]+"' not supported", "write SSL or TLSv1.3 before the suites, or only the suites",
				"%s has no suites for %q", n.Name, values[0])
			return nil
		case at.perDir() && name == ir.WordsSSLCipherSuite:
			l.invalid(n, n.Words[0].Text.All(), "TLSv1.3 ciphers cannot be set inside a directory context", "write it for the whole server",
				"the suites of TLS 1.3 cannot change within a connection")
			return nil
		}
		return &ir.Words{Node: node(n), Name: name, Values: values}
	}
}

var sslOptions = []string{"StdEnvVars", "ExportCertData", "FakeBasicAuth", "StrictRequire", "OptRenegotiate", "LegacyDNStringFormat"}

func lowerSSLOptions(l *lowering, n *parser.Node, _ place) ir.Item {
	for _, w := range n.Words {
		option := w.String()
		if strings.HasPrefix(option, "+") || strings.HasPrefix(option, "-") {
			option = option[1:]
		}
		if !contains(sslOptions, option) {
			l.invalid(n, w.Text.All(), "SSLOptions: Illegal option '"+option+"'", "write one of "+strings.Join(sslOptions, ", ")+", with + or - before it",
				"SSLOptions does not know %q", option)
			return nil
		}
	}
	return &ir.Words{Node: node(n), Name: ir.WordsSSLOptions, Values: texts(n.Words)}
}

func lowerSNIPolicy(l *lowering, n *parser.Node, at place) ir.Item {
	written := ""
	if len(n.Words) > 0 {
		written = n.Words[0].String()
	}
	return oneOf(ir.WordSSLVHostSNIPolicy, "Invalid SSLVhostSNIPolicy argument '"+written+"'")(l, n, at)
}
